// How keys and values of a sequence lie in memory: blocks of 64 tokens, laid out so that attention
// reads them without a shuffle. Owns no memory, knows no sequences.
#pragma once

#include <cstdint>

namespace cria {

/// Numbers of a cache. kF16 rounds to nearest even and saturates at +-65504; it holds what bf16
/// models compute exactly (above 2^-17). kQ8_0: 32 neighbouring dimensions of one head (the last
/// group of a head is smaller where head_dim is no multiple of 32) share an fp16 scale, largest
/// magnitude / 127. kF32 is for float-precision models whose cached pass must equal the full one.
enum class KvType : uint8_t { kF32, kF16, kQ8_0 };
constexpr const char* KvTypeName(KvType type) {
  return type == KvType::kF32 ? "f32" : type == KvType::kF16 ? "f16" : "q8_0";
}

/// Tokens of one block, all layers' keys and values together.
inline constexpr int64_t kKvBlockTokens = 64;

namespace kernels {

inline constexpr int64_t kKvGroup = 32;  ///< dimensions that share a scale

/// One key/value head of one layer in one block. Keys lie by dimension, [head_dim][64 tokens]: a
/// score is a sum over dimensions with tokens in the lanes. Values lie by token, [64][width].
/// Scales are fp16, [groups][64 tokens] each. Offsets in bytes from the keys.
struct KvHeadLayout {
  int64_t width = 0;   ///< head_dim rounded up to 16; the rest is zero
  int64_t groups = 0;  ///< of scales; 0 where there are none
  int64_t key_scales = 0, values = 0, value_scales = 0, bytes = 0;
};
constexpr KvHeadLayout LayOutKvHead(KvType type, int64_t head_dim) {
  const int64_t value_bytes = type == KvType::kF32 ? 4 : type == KvType::kF16 ? 2 : 1;
  KvHeadLayout x;
  x.width = (head_dim + 15) / 16 * 16;
  x.groups = type == KvType::kQ8_0 ? (head_dim + kKvGroup - 1) / kKvGroup : 0;
  x.key_scales = head_dim * kKvBlockTokens * value_bytes;
  x.values = x.key_scales + x.groups * kKvBlockTokens * 2;
  x.value_scales = x.values + x.width * kKvBlockTokens * value_bytes;
  x.bytes = x.value_scales + x.groups * kKvBlockTokens * 2;
  return x;
}

/// One layer's share of all blocks; within a block its heads follow each other.
struct KvLayer {
  KvType type = KvType::kF16;
  int kv_heads = 0, head_dim = 0;
  int64_t blocks = 0;
  uint8_t* data = nullptr;   ///< this layer in block 0
  int64_t block_stride = 0;  ///< bytes from a block to the next

  KvHeadLayout layout() const { return LayOutKvHead(type, head_dim); }
  uint8_t* Head(int32_t block, int64_t head) const {
    return data + block * block_stride + head * layout().bytes;
  }
};

}  // namespace kernels
}  // namespace cria
