// The rule in its own words, and pieces of any size.
#include "store/block_digest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/hash.h"
#include "base/random.h"

namespace cria::store {
namespace {

constexpr int64_t kSizes[] = {0,
                              1,
                              kDigestBlockBytes - 1,
                              kDigestBlockBytes,
                              kDigestBlockBytes + 1,
                              3 * kDigestBlockBytes,
                              3 * kDigestBlockBytes + 77};

std::vector<uint8_t> Bytes(int64_t n) {
  RandomStream random(static_cast<uint64_t>(n), RandomPurpose::kTest);
  std::vector<uint8_t> bytes(static_cast<size_t>(n));
  for (size_t i = 0; i < bytes.size(); i += 4) {
    const uint32_t word = random.NextU32();
    std::memcpy(bytes.data() + i, &word, std::min(sizeof word, bytes.size() - i));
  }
  return bytes;
}

TEST(BlockDigestTest, IsTheDigestOfTheBlocksDigests) {
  for (const int64_t n : kSizes) {
    const std::vector<uint8_t> bytes = Bytes(n);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    std::string digests;
    for (size_t at = 0; at < text.size(); at += 65536) {
      const uint64_t digest = Hash64(text.substr(at, 65536));
      for (int byte = 0; byte < 8; ++byte) digests += static_cast<char>(digest >> (8 * byte));
    }
    EXPECT_EQ(DigestOfBytes(bytes, DigestRule::kBlocks), Hash64(digests)) << n;
    EXPECT_EQ(DigestOfBytes(bytes, DigestRule::kWhole), Hash64(text)) << n;
    EXPECT_EQ(DigestBlocks(n), std::ssize(digests) / 8);
  }
}

TEST(BlockDigestTest, PiecesMayHaveAnySize) {
  for (const int64_t n : kSizes) {
    const std::vector<uint8_t> bytes = Bytes(n);
    for (const int64_t piece : {int64_t{1000}, kDigestBlockBytes - 1, kDigestBlockBytes,
                                kDigestBlockBytes + 1, int64_t{1} << 20}) {
      BlockHasher hasher;
      std::span<const uint8_t> left = bytes;
      while (!left.empty()) {
        const size_t size = std::min(left.size(), static_cast<size_t>(piece));
        hasher.Update(left.first(size));
        left = left.subspan(size);
      }
      EXPECT_EQ(DigestOfBlocks(hasher.Finish()), DigestOfBytes(bytes, DigestRule::kBlocks))
          << n << " in " << piece;
    }
  }
}

}  // namespace
}  // namespace cria::store
