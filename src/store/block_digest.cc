// XXH3 of blocks.
#include "store/block_digest.h"

#include <algorithm>
#include <bit>
#include <string_view>

#include "base/error.h"
#include "base/hash.h"

namespace cria::store {
namespace {

static_assert(std::endian::native == std::endian::little, "digests are hashed as they lie");

uint64_t Hash(std::span<const uint8_t> bytes) {
  return Hash64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace

void HashBlocks(std::span<const uint8_t> bytes, std::span<uint64_t> to) {
  CRIA_CHECK(std::ssize(to) == DigestBlocks(std::ssize(bytes)), "{} digests for {} bytes",
             to.size(), bytes.size());
  for (uint64_t& digest : to) {
    const size_t n = std::min(bytes.size(), static_cast<size_t>(kDigestBlockBytes));
    digest = Hash(bytes.first(n));
    bytes = bytes.subspan(n);
  }
}

uint64_t DigestOfBlocks(std::span<const uint64_t> blocks) {
  return Hash({reinterpret_cast<const uint8_t*>(blocks.data()), blocks.size_bytes()});
}

uint64_t DigestOfBytes(std::span<const uint8_t> bytes, DigestRule rule) {
  if (rule == DigestRule::kWhole) return Hash(bytes);
  std::vector<uint64_t> blocks(static_cast<size_t>(DigestBlocks(std::ssize(bytes))));
  HashBlocks(bytes, blocks);
  return DigestOfBlocks(blocks);
}

void BlockHasher::Update(std::span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    const size_t n = std::min(bytes.size(), static_cast<size_t>(kDigestBlockBytes) - begun_.size());
    const std::span<const uint8_t> part = bytes.first(n);
    bytes = bytes.subspan(n);
    if (n == static_cast<size_t>(kDigestBlockBytes)) {
      Append(part);
      continue;
    }
    begun_.insert(begun_.end(), part.begin(), part.end());
    if (std::ssize(begun_) < kDigestBlockBytes) continue;
    Append(begun_);
    begun_.clear();
  }
}

std::vector<uint64_t> BlockHasher::Finish() {
  if (!begun_.empty()) Append(begun_);
  return std::move(digests_);
}

void BlockHasher::Append(std::span<const uint8_t> block) { digests_.push_back(Hash(block)); }

}  // namespace cria::store
