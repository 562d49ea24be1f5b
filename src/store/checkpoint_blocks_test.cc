// Tensors around the size of a digest block: written by many ranks, damaged, under both rules.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>

#include "base/error.h"
#include "base/hash.h"
#include "base/random.h"
#include "store/checkpoint.h"
#include "store/manifest.h"
#include "store/test_folder.h"

namespace cria::store {
namespace {

// Tensors around the size of a digest block, in two groups and of two types.
struct Blocks {
  struct Item {
    std::string name;
    DType type;
    Shape shape;
    std::vector<uint8_t> bytes;
  };
  std::vector<Item> items;

  Blocks() {
    constexpr int64_t kBlock = kDigestBlockBytes;
    for (const int64_t n :
         {kBlock - 1, kBlock, kBlock + 1, int64_t{0}, int64_t{1}, 7 * kBlock + 5, 130 * kBlock}) {
      items.push_back({fmt::format("weights/u{}", n), DType::kU8, {n}, Bytes(n)});
    }
    items.push_back({"adam_m/f", DType::kF32, {3, 40001}, Bytes(4 * 3 * 40001)});
    items.push_back({"adam_m/b", DType::kBF16, {1}, Bytes(2)});
  }
  static std::vector<uint8_t> Bytes(int64_t n) {
    RandomStream random(static_cast<uint64_t>(n), RandomPurpose::kTest);
    std::vector<uint8_t> bytes(static_cast<size_t>(n));
    for (size_t i = 0; i < bytes.size(); i += 4) {
      const uint32_t word = random.NextU32();
      std::memcpy(bytes.data() + i, &word, std::min(sizeof word, bytes.size() - i));
    }
    return bytes;
  }

  void Commit(const fs::path& directory, int threads) const {
    CheckpointWriter writer(directory);
    for (const Item& item : items) writer.Add(item.name, item.type, item.shape, item.bytes);
    writer.AddFile("tokenizer.model", "not a real one");
    writer.Commit(Context(threads), {{"dim", 3}}, {{"step", 9}});
  }

  /// What each rank holds: block b of a tensor belongs to rank_of(item, b).
  using RankOf = std::function<int(size_t, int64_t)>;
  /// Neighbouring blocks in one slice.
  void AddTo(CheckpointWriter* writer, int rank, const RankOf& rank_of) const {
    for (size_t i = 0; i < items.size(); ++i) {
      const std::span<const uint8_t> bytes = items[i].bytes;
      std::vector<TensorSlice> slices;
      for (int64_t b = 0, last = -2; b < DigestBlocks(std::ssize(bytes)); ++b) {
        if (rank_of(i, b) != rank) continue;
        const int64_t at = last == b - 1 ? slices.back().offset : b * kDigestBlockBytes;
        const int64_t end = std::min((b + 1) * kDigestBlockBytes, std::ssize(bytes));
        if (last == b - 1) slices.pop_back();
        slices.push_back({at, bytes.subspan(at, end - at)});
        last = b;
      }
      writer->AddSlices(items[i].name, items[i].type, items[i].shape, std::move(slices));
    }
    writer->AddFile("tokenizer.model", "not a real one");
  }
};

// Ranks of one process, phase by phase. Without the digests of rank `lost`.
void WriteInParts(const Blocks& blocks, const fs::path& directory, int ranks,
                  const Blocks::RankOf& rank_of, int lost = -1) {
  std::vector<CheckpointWriter> writers;
  for (int rank = 0; rank < ranks; ++rank) {
    writers.emplace_back(directory);
    blocks.AddTo(&writers.back(), rank, rank_of);
  }
  writers[0].Begin();
  std::vector<std::vector<uint8_t>> digests;
  for (int rank = ranks - 1; rank >= 0; --rank) {
    writers[static_cast<size_t>(rank)].WriteSlices(Context(1 + rank));
    writers[static_cast<size_t>(rank)].Flush();
    if (rank != 0 && rank != lost) {
      digests.push_back(writers[static_cast<size_t>(rank)].Digests());
    }
  }
  try {
    writers[0].Finish({{"dim", 3}}, {{"step", 9}}, digests);
  } catch (...) {
    writers[0].Discard();
    throw;
  }
}

std::map<std::string, std::string> Contents(const fs::path& folder) {
  std::map<std::string, std::string> contents;
  for (const auto& entry : fs::directory_iterator(folder)) {
    contents[entry.path().filename().string()] = ReadFile(entry.path());
  }
  return contents;
}

TEST(CheckpointBlocksTest, SameFolderForAnyNumberOfRanks) {
  TestFolder folder;
  const Blocks blocks;
  blocks.Commit(folder / "whole", 3);
  const auto want = Contents(folder / "whole");
  ASSERT_EQ(want.size(), 4u);
  const Checkpoint c = OpenCheckpoint(folder / "whole");
  c.tensors.Verify(Context(2));
  for (const Blocks::Item& item : blocks.items) {
    EXPECT_EQ(ReadBytes(c.tensors.Get(item.name)), item.bytes) << item.name;
  }
  const Blocks::RankOf cuts[] = {
      [](size_t, int64_t) { return 0; },  // the others hold nothing
      [](size_t, int64_t b) { return static_cast<int>(b % 2); },
      [](size_t i, int64_t) { return static_cast<int>(i % 3); },
      [](size_t i, int64_t b) { return b < 3 ? 2 : static_cast<int>((b / 5 + 1 + 2 * i) % 3); },
  };
  for (size_t k = 0; k < std::size(cuts); ++k) {
    for (int ranks = k == 0 ? 1 : k == 1 ? 2 : 3; ranks <= 3; ++ranks) {
      WriteInParts(blocks, folder / "parts", ranks, cuts[k]);
      EXPECT_EQ(Contents(folder / "parts"), want) << ranks << " ranks, cut " << k;
      EXPECT_FALSE(fs::exists(folder / "parts.cria.tmp"));
    }
  }
}

TEST(CheckpointBlocksTest, RanksAreProcesses) {
  TestFolder folder;
  const Blocks blocks;
  blocks.Commit(folder / "whole", 1);
  const auto rank_of = [](size_t i, int64_t b) { return static_cast<int>((i + b) % 3); };
  CheckpointWriter writer(folder / "parts");
  blocks.AddTo(&writer, 0, rank_of);
  writer.Begin();
  std::vector<pid_t> children;
  for (const int rank : {1, 2}) {
    children.push_back(::fork());
    if (children.back() != 0) continue;
    CheckpointWriter other(folder / "parts");
    blocks.AddTo(&other, rank, rank_of);
    other.WriteSlices(Context(1));
    other.Flush();
    const std::vector<uint8_t> digests = other.Digests();
    WriteFile(folder / std::to_string(rank),
              {reinterpret_cast<const char*>(digests.data()), digests.size()});
    ::_exit(0);
  }
  writer.WriteSlices(Context(1));
  writer.Flush();
  std::vector<std::vector<uint8_t>> digests;
  for (const int rank : {1, 2}) {
    ::waitpid(children[static_cast<size_t>(rank - 1)], nullptr, 0);
    const std::string bytes = ReadFile(folder / std::to_string(rank));
    digests.emplace_back(bytes.begin(), bytes.end());
  }
  writer.Finish({{"dim", 3}}, {{"step", 9}}, digests);
  EXPECT_EQ(Contents(folder / "parts"), Contents(folder / "whole"));
}

TEST(CheckpointBlocksTest, MissingAndDoubledPartsAreNamed) {
  TestFolder folder;
  const Blocks blocks;
  blocks.Commit(folder / "c", 1);
  const auto old = Contents(folder / "c");
  const size_t big = 5;  // of 7 blocks and 5 bytes
  const auto refused = [&](int ranks, const Blocks::RankOf& rank_of, int lost,
                           const std::string& want) {
    const std::string message =
        MessageOf<Error>([&] { WriteInParts(blocks, folder / "c", ranks, rank_of, lost); });
    EXPECT_NE(message.find(want), std::string::npos) << message;
    EXPECT_FALSE(fs::exists(folder / "c.cria.tmp"));
    EXPECT_EQ(Contents(folder / "c"), old);
  };
  const std::string name = "\"" + blocks.items[big].name + "\"";
  const auto second = [&](int64_t from, int64_t to) {
    return [=](size_t i, int64_t b) { return i == big && from <= b && b < to ? 1 : 0; };
  };
  refused(2, second(2, 4), 1, name + ": bytes 131072 to 262144 were written by no rank");
  refused(2, second(6, 8), 1, name + ": bytes 393216 to 458757 were written by no rank");
  refused(1, second(0, 1), -1, name + ": bytes 0 to 65536 were written by no rank");

  CheckpointWriter writer(folder / "c");
  writer.AddSlices("weights/a", DType::kU8, {65537}, {});
  CheckpointWriter other(folder / "c");
  const std::vector<uint8_t> bytes = Blocks::Bytes(65537);
  other.Add("weights/a", DType::kU8, {65537}, bytes);
  writer.Begin();
  other.WriteSlices(Context(1));
  other.Flush();
  writer.Flush();
  const auto finish = [&](std::vector<std::vector<uint8_t>> digests) {
    return MessageOf<Error>([&] { writer.Finish(Json::object(), Json::object(), digests); });
  };
  std::vector<uint8_t> digests = other.Digests();
  EXPECT_NE(finish({digests, digests}).find("\"weights/a\": bytes 0 to 65537 were written twice"),
            std::string::npos);
  for (size_t size = 0; size < digests.size(); ++size) {
    EXPECT_NE(finish({{digests.begin(), digests.begin() + static_cast<int64_t>(size)}}), "");
  }
  digests[0] ^= 1;
  EXPECT_NE(finish({digests}).find("other tensors"), std::string::npos);
  writer.Discard();
  EXPECT_EQ(Contents(folder / "c"), old);
}

TEST(CheckpointBlocksTest, FlippedBytesOfEveryBlockAreFound) {
  TestFolder folder;
  const Blocks blocks;
  blocks.Commit(folder / "c", 2);
  const Manifest manifest = ReadManifest(folder / "c/manifest.json");
  for (const ManifestTensor& tensor : manifest.tensors) {
    const fs::path file = folder / ("c/" + manifest.files[tensor.file].name);
    for (int64_t at = 0; at < tensor.bytes; at += 29 * kDigestBlockBytes - 1) {
      FlipBit(file, static_cast<size_t>(tensor.offset + at));
      const Checkpoint damaged = OpenCheckpoint(folder / "c");
      const std::string message = MessageOf<Error>([&] { damaged.tensors.Verify(Context(2)); });
      EXPECT_NE(message.find("\"" + tensor.name + "\""), std::string::npos) << message;
      FlipBit(file, static_cast<size_t>(tensor.offset + at));
    }
  }
}

// Of tensors of many blocks, and the newer rule is not taken for the older.
// Slices made in turn give the file that the whole tensor gives.
TEST(CheckpointBlocksTest, MadeSlicesEqualTheWhole) {
  const TestFolder folder;
  std::vector<uint8_t> bytes(5 * kDigestBlockBytes + 77);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(i * 31 % 251);
  const Shape shape = {std::ssize(bytes)};
  CheckpointWriter whole(folder.path() / "whole"), made(folder.path() / "made");
  whole.Add("weights/a", DType::kU8, shape, bytes);
  whole.Commit(Context(1), Json::object(), Json::object());
  std::vector<uint8_t> piece;
  made.AddMadeSlices("weights/a", DType::kU8, shape, 4, [&](int round) {
    // Two blocks a round, the last shorter, then none.
    const int64_t first = std::min<int64_t>(2 * round * kDigestBlockBytes, std::ssize(bytes));
    const int64_t end = std::min<int64_t>(first + 2 * kDigestBlockBytes, std::ssize(bytes));
    piece.assign(bytes.begin() + first, bytes.begin() + end);
    return TensorSlice{first, piece};
  });
  made.Commit(Context(2), Json::object(), Json::object());
  for (const char* name : {"weights.bin", kManifestName}) {
    EXPECT_EQ(ReadFile(folder.path() / "made" / name), ReadFile(folder.path() / "whole" / name));
  }
}

TEST(CheckpointBlocksTest, TheVersionDecidesWhatADigestIsOf) {
  TestFolder folder;
  const Blocks blocks;
  blocks.Commit(folder / "c", 2);
  Manifest manifest = ReadManifest(folder / "c/manifest.json");
  EXPECT_EQ(manifest.version, 2);
  manifest.version = 1;
  WriteFile(folder / "c/manifest.json", FormatManifest(manifest));
  EXPECT_THROW(OpenCheckpoint(folder / "c").tensors.Verify(Context(2)), Error);
  for (size_t i = 0; i < blocks.items.size(); ++i) {
    const std::vector<uint8_t>& bytes = blocks.items[i].bytes;
    manifest.tensors[i].digest =
        Hash64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  WriteFile(folder / "c/manifest.json", FormatManifest(manifest));
  OpenCheckpoint(folder / "c").tensors.Verify(Context(2));
  for (const int version : {0, 3}) {
    manifest.version = version;
    WriteFile(folder / "c/manifest.json", FormatManifest(manifest));
    const std::string message = MessageOf<Error>([&] { OpenCheckpoint(folder / "c"); });
    EXPECT_NE(message.find(fmt::format("checkpoint format {}", version)), std::string::npos);
  }
}

}  // namespace
}  // namespace cria::store
