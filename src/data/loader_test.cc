// Batches as a pure function of step and row, epochs, proportions, windows of held-out text.
#include "data/loader.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/error.h"
#include "data/holdout.h"

namespace cria {
namespace {

const std::string kTokenizer(64, 'b');
constexpr int64_t kVocab = 100000;

class LoaderTest : public ::testing::Test {
 protected:
  LoaderTest()
      : folder_(fs::temp_directory_path() / ("cria_loader_" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
  }
  ~LoaderTest() override { fs::remove_all(folder_); }

  // Document d of `documents`: BOS, d % 7 + 3 running numbers from `base`, EOS.
  ShardSource Source(const std::string& name, double proportion, int32_t base, int documents) {
    ShardWriter writer(folder_ / name, {name, kTokenizer, kVocab});
    int32_t next = base;
    for (int d = 0; d < documents; ++d) {
      std::vector<int32_t> ids = {1};
      for (int i = 0; i < d % 7 + 3; ++i) ids.push_back(next++);
      ids.push_back(2);
      writer.Add(ids, 10);
    }
    writer.Commit();
    ShardEntry entry{name, writer.payload_sha256(), {documents, 0, writer.tokens()}, {}};
    return {name, "other", proportion, entry, entry};
  }

  ShardManifest Manifest() {
    return {kTokenizer, kVocab, 1,
            2,          "",     {Source("a", 0.75, 1000, 200), Source("b", 0.25, 50000, 40)}};
  }

  fs::path folder_;
};

bool Same(const Batch& a, const Batch& b) { return a.tokens == b.tokens && a.targets == b.targets; }

TEST_F(LoaderTest, IsAPureFunctionOfStepAndRow) {
  const ShardManifest manifest = Manifest();
  const LoaderOptions options{16, 6, 5, 1};
  MixtureLoader straight = MixtureLoader::Open(folder_, manifest, options);
  std::vector<Batch> batches;
  for (int step = 0; step < 100; ++step) batches.push_back(straight.Read(step, 0, 6));
  MixtureLoader other = MixtureLoader::Open(folder_, manifest, options);
  for (const int step : {99, 3, 50, 51, 0, 98}) {
    EXPECT_TRUE(Same(other.Read(step, 0, 6), batches[static_cast<size_t>(step)])) << step;
    Batch rows = other.Read(step, 0, 1);
    for (int row = 1; row < 6; ++row) {
      const Batch more = other.Read(step, row, 1);
      rows.tokens.insert(rows.tokens.end(), more.tokens.begin(), more.tokens.end());
      rows.targets.insert(rows.targets.end(), more.targets.begin(), more.targets.end());
    }
    EXPECT_TRUE(Same(rows, batches[static_cast<size_t>(step)])) << step;
  }
  MixtureLoader seeded = MixtureLoader::Open(folder_, manifest, {16, 6, 6, 1});
  EXPECT_FALSE(Same(seeded.Read(0, 0, 6), batches[0]));
}

TEST_F(LoaderTest, SaysWhichDocumentsARowIsMadeOf) {
  MixtureLoader loader = MixtureLoader::Open(folder_, Manifest(), {16, 4, 5, 1});
  std::map<std::string, TokenShard> shards;
  for (const char* name : {"a", "b"}) shards.emplace(name, TokenShard(folder_ / name));
  for (const int step : {0, 7, 120}) {
    for (int row = 0; row < 4; ++row) {
      std::vector<int32_t> ids;
      for (const RowPart& part : loader.PartsOf(step, row)) {
        const TokenShard& shard = shards.at(part.source);
        ids.resize(ids.size() + static_cast<size_t>(part.tokens));
        shard.Read(shard.document_start(part.document) + part.first, part.tokens,
                   ids.data() + ids.size() - part.tokens);
      }
      ASSERT_EQ(ids.size(), 17u);
      ids.pop_back();
      EXPECT_EQ(ids, loader.Read(step, row, 1).tokens);
    }
  }
}

TEST_F(LoaderTest, TargetsFollowTokensAndNeverAskForBos) {
  MixtureLoader loader = MixtureLoader::Open(folder_, Manifest(), {16, 4, 5, 1});
  for (int step = 0; step < 200; ++step) {
    const Batch batch = loader.Read(step, 0, 4);
    for (size_t i = 0; i < batch.tokens.size(); ++i) {
      const int32_t token = batch.tokens[i], target = batch.targets[i];
      EXPECT_EQ(target == -1, token == 2);  // EOS ends a document, BOS follows
      EXPECT_NE(target, 1);
      if (token > 2) {
        EXPECT_TRUE(target == token + 1 || target == 2) << token << " " << target;
      }
      if ((i + 1) % 16 != 0 && target != -1) {
        EXPECT_EQ(batch.tokens[i + 1], target);
      }
    }
  }
}

TEST_F(LoaderTest, AnEpochSeesEveryWindowOnceAndProportionsHold) {
  MixtureLoader loader = MixtureLoader::Open(folder_, Manifest(), {8, 10, 3, 1});
  std::map<int32_t, int> seen;  // of source a, in its first epoch
  int steps = 0;
  while (loader.ProgressAfter(steps + 1)[0].epochs <= 1) ++steps;
  for (int step = 0; step < steps; ++step) {
    for (const int32_t token : loader.Read(step, 0, 10).tokens) {
      if (token >= 1000 && token < 50000) ++seen[token];
    }
  }
  for (const auto& [token, count] : seen) EXPECT_EQ(count, 1) << token;
  EXPECT_GT(seen.size(), 1000u);  // of 1195
  const auto progress = loader.ProgressAfter(4000);
  EXPECT_NEAR(static_cast<double>(progress[0].sequences) / 40000, 0.75, 0.01);
  EXPECT_EQ(progress[0].sequences + progress[1].sequences, 40000);
  EXPECT_GT(progress[1].epochs, 100);
}

TEST_F(LoaderTest, SourceShorterThanAWindowRepeats) {
  ShardManifest manifest{kTokenizer, kVocab, 1, 2, "", {Source("c", 1, 10, 1)}};
  MixtureLoader loader = MixtureLoader::Open(folder_, manifest, {12, 1, 3, 1});
  const Batch batch = loader.Read(3, 0, 1);
  EXPECT_EQ(batch.tokens, (std::vector<int32_t>{1, 10, 11, 12, 2, 1, 10, 11, 12, 2, 1, 10}));
  EXPECT_EQ(batch.targets, (std::vector<int32_t>{10, 11, 12, 2, -1, 10, 11, 12, 2, -1, 10, 11}));
}

TEST_F(LoaderTest, NothingToReadAndForeignShardsAreErrors) {
  ShardManifest manifest = Manifest();
  manifest.sources[0].proportion = manifest.sources[1].proportion = 0;
  EXPECT_THROW(MixtureLoader::Open(folder_, manifest, {16, 4, 5, 1}), Error);
  manifest = Manifest();
  manifest.tokenizer_sha256 = std::string(64, 'c');
  EXPECT_THROW(MixtureLoader::Open(folder_, manifest, {16, 4, 5, 1}), Error);
  manifest = Manifest();
  std::swap(manifest.sources[0].train.file, manifest.sources[1].train.file);
  EXPECT_THROW(MixtureLoader::Open(folder_, manifest, {16, 4, 5, 1}), Error);
}

TEST_F(LoaderTest, HoldoutWindowsAreFixedAndCountBytes) {
  const ShardManifest manifest = Manifest();
  std::vector<int32_t> token_bytes(kVocab, 5);
  token_bytes[1] = token_bytes[2] = 0;
  const auto windows = ReadHoldoutWindows(folder_, manifest, token_bytes, 15, 8);
  ASSERT_EQ(windows.size(), 8u);
  std::set<std::vector<int32_t>> distinct;
  for (const HoldoutWindow& w : windows) {
    distinct.insert(w.batch.tokens);
    int64_t bytes = 0;
    for (size_t i = 0; i < 15; ++i) {
      if (w.batch.targets[i] > 2) bytes += w.batch.tokens[i] == 1 ? 4 : 5;
    }
    EXPECT_EQ(w.text_bytes, bytes);
    EXPECT_EQ(w.source, w.batch.tokens[5] >= 50000 || w.batch.tokens[8] >= 50000 ? "b" : "a");
  }
  EXPECT_EQ(distinct.size(), 8u);
}

}  // namespace
}  // namespace cria
