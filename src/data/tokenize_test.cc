// Shards decode to their documents for any thread count; finished ones are kept, others refused.
#include "data/tokenize.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/hash.h"
#include "corpus/manifest.h"
#include "test_data.h"

namespace cria {
namespace {

const char* kModel = "tokenizer/spm_train_reference/botchan_bpe_2000.model";

class TokenizeTest : public ::testing::Test {
 protected:
  TokenizeTest()
      : root_(fs::temp_directory_path() / ("cria_tokenize_" + std::to_string(::getpid()))) {
    fs::remove_all(root_);
  }
  ~TokenizeTest() override { fs::remove_all(root_); }

  void WriteCorpus(const std::string& digest) {
    corpus::Manifest manifest;
    manifest.name = "test";
    manifest.digest = digest;
    for (const char* name : {"one", "two"}) {
      corpus::SourceInfo source;
      source.name = name;
      source.kind = "books";
      source.weight = 1;
      source.proportion = 0.5;
      for (corpus::SplitInfo* split : {&source.train, &source.holdout}) {
        const char* folder = split == &source.train ? "train" : "holdout";
        corpus::ShardInfo* shard = &split->shards.emplace_back();
        shard->path = fmt::format("{}/{}-00000.jsonl.zst", folder, name);
        fs::create_directories((root_ / "corpus" / shard->path).parent_path());
        ZstdWriter writer(root_ / "corpus" / shard->path);
        const int documents = split == &source.train ? 50 : std::string(name) == "two" ? 0 : 3;
        for (int d = 0; d < documents; ++d) {
          const std::string text =
              fmt::format("Document {} of {}: Grüße, 中文 \xF0\x9F\x98\x80 {}\n\n", d, name,
                          std::string(static_cast<size_t>(d), 'x'));
          writer.Write(corpus::ToJsonLine({std::string(32, '0'), text, name, d % 2 ? "de" : "en",
                                           Json::object()}) +
                       "\n");
          shard->text.documents += 1;
          shard->text.bytes += static_cast<int64_t>(text.size());
          texts_[shard->path].push_back(text);
        }
        writer.Commit();
        split->text = shard->text;
      }
      manifest.sources.push_back(source);
    }
    corpus::WriteManifest(root_ / "corpus", manifest);
  }

  fs::path root_;
  std::map<std::string, std::vector<std::string>> texts_;
};

TEST_F(TokenizeTest, ShardsDecodeToTheDocumentsForAnyNumberOfThreads) {
  CRIA_REQUIRE_TEST_DATA(kModel);
  WriteCorpus("digest");
  const auto tokenizer = tokenizer::Tokenizer::Load(TestData() / kModel);
  const ShardManifest one =
      TokenizeCorpus(Context(1), root_ / "corpus", tokenizer, root_ / "one", {});
  TokenizeCorpus(Context(3), root_ / "corpus", tokenizer, root_ / "three", {});
  EXPECT_EQ(Sha256File(root_ / "one" / kShardManifestName),
            Sha256File(root_ / "three" / kShardManifestName));
  ASSERT_EQ(one.sources.size(), 2u);
  EXPECT_EQ(one.sources[0].train.languages.at("de").documents, 25);
  EXPECT_EQ(one.sources[1].holdout.file, "");
  EXPECT_EQ(one.Total(true).documents, 3);

  const std::vector<int32_t> token_bytes = TokenTextBytes(tokenizer);
  const TokenShard shard = OpenShard(root_ / "one", one, one.sources[0].train);
  const std::vector<std::string>& texts = texts_["train/one-00000.jsonl.zst"];
  ASSERT_EQ(shard.documents(), 50);
  for (int64_t d = 0; d < 50; ++d) {
    std::vector<int32_t> ids(static_cast<size_t>(shard.document_tokens(d)));
    shard.Read(shard.document_start(d), shard.document_tokens(d), ids.data());
    EXPECT_EQ(ids.front(), tokenizer.bos_id());
    EXPECT_EQ(ids.back(), tokenizer.eos_id());
    const std::string& text = texts[static_cast<size_t>(d)];
    EXPECT_EQ(tokenizer.Decode(std::span(ids).subspan(1, ids.size() - 2)), text);
    EXPECT_EQ(shard.document_text_bytes(d), static_cast<int64_t>(text.size()));
    int64_t bytes = -1;  // the blank put before the text
    for (const int32_t id : ids) bytes += token_bytes[static_cast<size_t>(id)];
    EXPECT_EQ(bytes, static_cast<int64_t>(text.size()));
  }
}

TEST_F(TokenizeTest, KeepsEqualShardsAndRefusesToOverwriteOthers) {
  CRIA_REQUIRE_TEST_DATA(kModel);
  WriteCorpus("digest");
  const auto tokenizer = tokenizer::Tokenizer::Load(TestData() / kModel);
  const Context context(1);
  const fs::path out = root_ / "shards";
  TokenizeCorpus(context, root_ / "corpus", tokenizer, out, {});
  const auto written = fs::last_write_time(out / kShardManifestName);
  TokenizeCorpus(context, root_ / "corpus", tokenizer, out, {});
  EXPECT_EQ(fs::last_write_time(out / kShardManifestName), written);
  WriteCorpus("other");
  EXPECT_THROW(TokenizeCorpus(context, root_ / "corpus", tokenizer, out, {}), Error);
  EXPECT_EQ(ReadShardManifest(out).corpus_digest, "digest");
  TokenizeOptions force;
  force.force = true;
  EXPECT_EQ(TokenizeCorpus(context, root_ / "corpus", tokenizer, out, force).corpus_digest,
            "other");
  EXPECT_THROW(TokenizeCorpus(context, root_ / "corpus", tokenizer, root_ / "corpus", force),
               Error);
  EXPECT_TRUE(fs::exists(root_ / "corpus" / "train"));
}

TEST_F(TokenizeTest, EmptyCorpusLeavesNoManifest) {
  CRIA_REQUIRE_TEST_DATA(kModel);
  corpus::Manifest manifest;
  manifest.digest = "empty";
  fs::create_directories(root_ / "corpus");
  corpus::WriteManifest(root_ / "corpus", manifest);
  const auto tokenizer = tokenizer::Tokenizer::Load(TestData() / kModel);
  EXPECT_THROW(TokenizeCorpus(Context(1), root_ / "corpus", tokenizer, root_ / "out", {}), Error);
  EXPECT_FALSE(fs::exists(root_ / "out" / kShardManifestName));
}

}  // namespace
}  // namespace cria
