// Digests of tensors: of all bytes at once, or of the digests of their blocks, to which a process
// that holds some of the bytes adds its part. Not of files (base/hash.h).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace cria::store {

/// Bytes of one block; the last of a tensor may be shorter.
inline constexpr int64_t kDigestBlockBytes = int64_t{1} << 16;

enum class DigestRule {
  kWhole,   ///< XXH3-64 of the bytes
  kBlocks,  ///< XXH3-64 of the XXH3-64 digests of the blocks in order, each 8 bytes little-endian
};

struct TensorDigest {
  uint64_t value = 0;
  DigestRule rule = DigestRule::kBlocks;
};

/// Blocks of so many bytes; none of none.
constexpr int64_t DigestBlocks(int64_t bytes) {
  return (bytes + kDigestBlockBytes - 1) / kDigestBlockBytes;
}

/// The digest of each block of `bytes`, which begin where a block does. `to` has DigestBlocks
/// values.
void HashBlocks(std::span<const uint8_t> bytes, std::span<uint64_t> to);
/// kBlocks, from the digests of all blocks of a tensor.
uint64_t DigestOfBlocks(std::span<const uint64_t> blocks);
/// Of a tensor's bytes by either rule.
uint64_t DigestOfBytes(std::span<const uint8_t> bytes, DigestRule rule);

/// HashBlocks of bytes that come in pieces of any size.
class BlockHasher {
 public:
  void Update(std::span<const uint8_t> bytes);
  /// The digests of all blocks; nothing follows.
  std::vector<uint64_t> Finish();

 private:
  void Append(std::span<const uint8_t> block);

  std::vector<uint8_t> begun_;  // of a block that is not complete
  std::vector<uint64_t> digests_;
};

}  // namespace cria::store
