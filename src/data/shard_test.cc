// Both widths; every cut and every flipped bit is an error.
#include "data/shard.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"

namespace cria {
namespace {

const std::string kTokenizer(64, 'a');

class ShardTest : public ::testing::Test {
 protected:
  ShardTest() : folder_(fs::temp_directory_path() / ("cria_shard_" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
    path_ = folder_ / "a.tok";
  }
  ~ShardTest() override { fs::remove_all(folder_); }

  // Documents of lengths 0..n-1 with ids below `vocab`.
  std::vector<std::vector<int32_t>> Write(int documents, int64_t vocab) {
    std::vector<std::vector<int32_t>> all;
    RandomStream random(7, RandomPurpose::kTest);
    ShardWriter writer(path_, {"books", kTokenizer, vocab});
    for (int d = 0; d < documents; ++d) {
      std::vector<int32_t> ids(static_cast<size_t>(d));
      for (int32_t& id : ids)
        id = static_cast<int32_t>(random.NextBelow(static_cast<uint64_t>(vocab)));
      writer.Add(ids, 3 * d);
      all.push_back(ids);
    }
    writer.Commit();
    return all;
  }

  fs::path folder_, path_;
};

TEST_F(ShardTest, RoundTripsBothWidths) {
  for (const int64_t vocab : {512, 65536, 65537, 128000}) {
    const auto documents = Write(17, vocab);
    const TokenShard shard(path_);
    EXPECT_EQ(shard.header().source, "books");
    EXPECT_EQ(shard.header().tokenizer_sha256, kTokenizer);
    EXPECT_EQ(shard.header().vocab_size, vocab);
    ASSERT_EQ(shard.documents(), 17);
    EXPECT_EQ(shard.tokens(), 136);
    EXPECT_EQ(shard.text_bytes(), 3 * 136);
    for (int64_t d = 0; d < 17; ++d) {
      std::vector<int32_t> ids(static_cast<size_t>(shard.document_tokens(d)));
      shard.Read(shard.document_start(d), shard.document_tokens(d), ids.data());
      EXPECT_EQ(ids, documents[static_cast<size_t>(d)]);
      EXPECT_EQ(shard.document_text_bytes(d), 3 * d);
    }
  }
}

TEST_F(ShardTest, EveryCutIsAnError) {
  Write(9, 512);
  const std::string whole = ReadFile(path_);
  for (size_t size = 0; size < whole.size(); ++size) {
    WriteFile(path_, whole.substr(0, size));
    EXPECT_THROW(TokenShard shard(path_), Error) << size;
  }
}

TEST_F(ShardTest, EveryFlippedBitIsAnError) {
  Write(9, 512);
  const std::string whole = ReadFile(path_);
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 1 << at % 8);
    WriteFile(path_, damaged);
    EXPECT_THROW(TokenShard shard(path_), Error) << at;
  }
}

TEST_F(ShardTest, NothingStaysWithoutCommit) {
  { ShardWriter(path_, {"books", kTokenizer, 512}).Add(std::vector<int32_t>{1, 2}, 3); }
  EXPECT_TRUE(fs::is_empty(folder_));
}

}  // namespace
}  // namespace cria
