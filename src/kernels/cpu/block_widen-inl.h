// Unpacking of block-quantised weights to pairs of bf16, for products with many rows on tile
// registers. For instruction sets whose Simd has ToPairs.
#pragma once

#include "kernels/cpu/block_decode-inl.h"

namespace cria::kernels::internal {
namespace {

/// Four neighbouring elements of every row as two units: `to` and `to` + kPanelColumns. `add` is
/// the minimum, or minus offset times scale, which fp32 holds exactly: a weight is rounded once to
/// fp32 and once to bf16.
template <class S>
CRIA_INLINE void WidenQuad(U u, F scale, F add, uint32_t* to) {
  F x[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    const U byte = i == 3 ? u >> 24 : i == 0 ? u & 0xFFu : (u >> (8 * i)) & 0xFFu;
    x[i] = S::MulAdd(Number(byte), scale, add);
  }
  const U low = S::ToPairs(x[0], x[1]), high = S::ToPairs(x[2], x[3]);
  __builtin_memcpy(to, &low, sizeof(U));
  __builtin_memcpy(to + kWidenColumns, &high, sizeof(U));
}

/// BlockKernels::widen.
template <class T>
void Widen(const uint8_t* weights, int64_t stride, int64_t rows, const uint8_t* packed, int64_t k,
           uint32_t* to) {
  constexpr int kGroups = 32 / T::kGroup;
  ForBlocks<T>(
      {weights, stride, rows, reinterpret_cast<const U*>(packed), packed == nullptr},
      k, [&](int64_t b, const Unpacked& w) __attribute__((always_inline)) {
        F add[kGroups];
#pragma GCC unroll 2
        for (int g = 0; g < kGroups; ++g) {
          add[g] = T::kOffset == 0 ? w.add[g] : w.scale[g] * (F{} - float{T::kOffset});
        }
#pragma GCC unroll 8
        for (int j = 0; j < 8; ++j) {
          const int g = j * kGroups / 8;
          WidenQuad<Simd>(w.u[j], w.scale[g], add[g], to + (16 * b + 2 * j) * kWidenColumns);
        }
      });
}

}  // namespace
}  // namespace cria::kernels::internal
