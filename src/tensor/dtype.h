// Number formats of tensors and their conversion to and from float. No maths.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace cria {

/// Scalars, then GGUF's block-quantised types: rows of blocks of 32 (Q*_0, Q*_1) or 256 (Q*_K)
/// elements that share their scales (quant_block.h).
enum class DType : uint8_t {
  kF32,
  kBF16,
  kF16,
  kF64,
  kI32,
  kI64,
  kU8,
  kQ4_0,
  kQ4_1,
  kQ5_0,
  kQ5_1,
  kQ8_0,
  kQ2_K,
  kQ3_K,
  kQ4_K,
  kQ5_K,
  kQ6_K
};

/// Elements of one block; 1 for scalars.
int64_t BlockElements(DType type);
/// Bytes of one block, or of one scalar.
int64_t BlockBytes(DType type);
inline bool IsQuantized(DType type) { return type >= DType::kQ4_0; }
/// Bytes of `elements` elements, a multiple of the block.
inline int64_t StoredBytes(DType type, int64_t elements) {
  return elements / BlockElements(type) * BlockBytes(type);
}
const char* DTypeName(DType type);

/// bfloat16: the upper half of a float. Rounds to nearest even; NaN stays NaN.
struct BF16 {
  uint16_t bits = 0;
  BF16() = default;
  explicit BF16(float x) {
    const uint32_t u = std::bit_cast<uint32_t>(x);
    if ((u & 0x7FFFFFFFu) > 0x7F800000u) {
      bits = static_cast<uint16_t>(u >> 16 | 0x40);
    } else {
      bits = static_cast<uint16_t>((u + 0x7FFFu + (u >> 16 & 1)) >> 16);
    }
  }
  explicit operator float() const {
    return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
  }
};
static_assert(sizeof(BF16) == 2);

/// IEEE half precision, as stored in Meta's checkpoints.
struct F16 {
  uint16_t bits = 0;
  F16() = default;
  explicit F16(float x);
  explicit operator float() const;
};

inline float ToFloat(float x) { return x; }
inline float ToFloat(BF16 x) { return static_cast<float>(x); }
template <class T>
T FromFloat(float x) {
  return T(x);
}

template <class T>
constexpr DType kDTypeOf = DType::kU8;
template <>
inline constexpr DType kDTypeOf<float> = DType::kF32;
template <>
inline constexpr DType kDTypeOf<BF16> = DType::kBF16;
template <>
inline constexpr DType kDTypeOf<F16> = DType::kF16;
template <>
inline constexpr DType kDTypeOf<int32_t> = DType::kI32;

/// Converts `n` values of `type` at `from` (any alignment) to float; whole blocks if quantised.
void ConvertToFloat(DType type, const void* from, int64_t n, float* to);

/// Converts `n` floats to F32, BF16 or F16 at `to`, rounding to nearest even. False if a finite
/// value became infinite.
bool ConvertFromFloat(DType type, const float* from, int64_t n, void* to);

}  // namespace cria
