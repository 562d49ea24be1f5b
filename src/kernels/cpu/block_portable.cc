// Quantised products in plain C++ with the compiler's vectors: any processor. Products and sums are
// rounded separately, since not every processor multiplies and adds at once.
#include <stdint.h>

namespace cria::kernels::internal {
namespace {

struct Simd {
  static constexpr int kLanes = 4, kFusedRows = 1, kFusedUpTo = 8, kTileRows = 2;
  static constexpr bool kPairs = false;
  typedef uint32_t U __attribute__((vector_size(16)));
  typedef int32_t I __attribute__((vector_size(16)));
  typedef float F __attribute__((vector_size(16)));

  static void Transpose(const uint8_t* from, int64_t stride, U* to) {
    for (int r = 0; r < kLanes; ++r) {
      uint32_t words[4];
      __builtin_memcpy(words, from + r * stride, 16);
      for (int j = 0; j < 4; ++j) to[j][r] = words[j];
    }
  }
  /// Exponent and fraction move to their places in a float of 2^-112 times the value.
  static F HalfToFloat(U x) {
    const F scale = F{} + 0x1p112f;
    const F magnitude = (F)((x & 0x7FFFu) << 13) * scale;
    return (F)((U)magnitude | ((x & 0x8000u) << 16));
  }
  static F ToFloat(I x) { return __builtin_convertvector(x, F); }
  static U AndXor(U x, uint32_t mask, uint32_t turn) { return (x & mask) ^ turn; }
  static F Same(float x) { return F{x, x, x, x}; }
  static F MulAdd(F a, F b, F c) { return a * b + c; }
  template <bool kSmall>
  static I Dot(I sum, U u, uint32_t x) {
    for (int i = 0; i < 4; ++i) {
      const I value = (I)((u >> (8 * i)) & 0xFFu);
      sum += value * static_cast<int32_t>(static_cast<int8_t>(x >> (8 * i)));
    }
    return sum;
  }
};

}  // namespace
}  // namespace cria::kernels::internal

#include "kernels/cpu/block_sweep-inl.h"

namespace cria::kernels::internal {
const BlockUnit kPortableBlocks = MakeBlockUnit();
}  // namespace cria::kernels::internal
