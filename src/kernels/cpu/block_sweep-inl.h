// The two products with unpacked weights. Fused: few rows of x, weights go from registers into the
// products. Panel: many rows, two lanes' worth of weights are unpacked once into memory that the
// second-level cache holds, then tiles of rows run over all of k. Both add the blocks of an element
// in the same order with the same roundings. Included behind block_decode-inl.h.
#pragma once

#include "kernels/cpu/block_decode-inl.h"
#include "kernels/cpu/block_widen-inl.h"

namespace cria::kernels::internal {
namespace {

CRIA_INLINE uint32_t Quad(const int8_t* x) {
  uint32_t word;
  __builtin_memcpy(&word, x, 4);
  return word;
}
CRIA_INLINE float AsFloat(uint32_t bits) { return __builtin_bit_cast(float, bits); }
CRIA_INLINE void StoreFloats(float* to, F x) { __builtin_memcpy(to, &x, sizeof(F)); }

/// Adds one group's integer sum to an element's chain.
template <class T>
CRIA_INLINE F AddGroup(F acc, I dot, F scale, F add, float x_scale, uint32_t bias) {
  acc = Simd::MulAdd(Simd::ToFloat(dot), scale * Simd::Same(x_scale), acc);
  if (T::kOffset == 0) acc = Simd::MulAdd(add, Simd::Same(AsFloat(bias)), acc);
  return acc;
}
template <class T>
CRIA_INLINE I FirstDot(uint32_t bias) {
  return T::kOffset == 0 ? I{} : (I)Splat(bias);
}

CRIA_INLINE PanelRows RowsOf(const BlockSweep& s, int64_t first, int64_t rows,
                             const uint8_t* packed) {
  return {s.weights + first * s.weight_stride, s.weight_stride, rows,
          reinterpret_cast<const U*>(packed)};
}

template <class T, int R>
void FusedRows(const BlockSweep& s) {
  constexpr int kGroups = 32 / T::kGroup, kQuads = 8 / kGroups;
  F acc[R] = {};
  const int64_t blocks = s.k / 32;
  ForBlocks<T>(
      RowsOf(s, 0, s.columns, s.packed),
      s.k, [&](int64_t b, const Unpacked& w) __attribute__((always_inline)) {
#pragma GCC unroll 8
        for (int r = 0; r < R; ++r) {
          const int8_t* x = s.x + r * s.k + 32 * b;
          const uint32_t* bias = s.bias + (r * blocks + b) * kGroups;
          const float scale = s.scale[r * blocks + b];
#pragma GCC unroll 2
          for (int g = 0; g < kGroups; ++g) {
            I dot = FirstDot<T>(bias[g]);
#pragma GCC unroll 8
            for (int j = g * kQuads; j < (g + 1) * kQuads; ++j) {
              dot = Simd::Dot<T::kSmall>(dot, w.u[j], Quad(x + 4 * j));
            }
            acc[r] = AddGroup<T>(acc[r], dot, w.scale[g], w.add[g], scale, bias[g]);
          }
        }
      });
  for (int r = 0; r < R; ++r) StoreFloats(s.out + r * s.out_stride, acc[r]);
}

/// The rows of x from `row` on.
inline BlockSweep RowsFrom(const BlockSweep& s, int64_t row, int64_t rows, int64_t group) {
  BlockSweep part = s;
  part.rows = rows;
  part.x += row * s.k;
  part.scale += row * (s.k / 32);
  part.bias += row * (s.k / group);
  part.out += row * s.out_stride;
  return part;
}

/// R rows at a time while there are as many, then half of it: every R is code of its own.
template <class T, int R>
void FusedFrom(const BlockSweep& s, int64_t row) {
  for (; s.rows - row >= R; row += R) FusedRows<T, R>(RowsFrom(s, row, R, T::kGroup));
  if constexpr (R > 1) FusedFrom<T, R / 2>(s, row);
}

template <class T>
void Fused(const BlockSweep& s) {
  FusedFrom<T, Simd::kFusedRows>(s, 0);
}

/// 32 elements of 2 lanes columns, as `panel` keeps them.
template <class T>
struct PanelBlock {
  U u[8][2];
  F scale[32 / T::kGroup][2];
  F add[T::kOffset == 0 ? 32 / T::kGroup : 0][2];
};

template <class T>
void UnpackPanel(const BlockSweep& s, PanelBlock<T>* panel) {
  for (int v = 0; v < 2; ++v) {
    const int64_t first = v * Simd::kLanes;
    const int64_t columns = s.columns - first < Simd::kLanes ? s.columns - first : Simd::kLanes;
    const uint8_t* packed = s.packed == nullptr ? nullptr : s.packed + v * s.packed_stride;
    if (columns <= 0) {  // no such columns: zeros, whose results nobody reads
      for (int64_t b = 0; b < s.k / 32; ++b) {
        for (int j = 0; j < 8; ++j) panel[b].u[j][v] = U{};
        for (int g = 0; g < 32 / T::kGroup; ++g) {
          panel[b].scale[g][v] = F{};
          if (T::kOffset == 0) panel[b].add[g][v] = F{};
        }
      }
      continue;
    }
    ForBlocks<T>(
        RowsOf(s, first, columns, packed),
        s.k, [&](int64_t b, const Unpacked& w) __attribute__((always_inline)) {
          for (int j = 0; j < 8; ++j) panel[b].u[j][v] = w.u[j];
          for (int g = 0; g < 32 / T::kGroup; ++g) {
            panel[b].scale[g][v] = w.scale[g];
            if (T::kOffset == 0) panel[b].add[g][v] = w.add[g];
          }
        });
  }
}

template <class T, int R>
CRIA_INLINE void TileRows(const BlockSweep& s, const PanelBlock<T>* panel, int64_t row) {
  constexpr int kGroups = 32 / T::kGroup, kQuads = 8 / kGroups;
  const int64_t blocks = s.k / 32;
  const int8_t* x = s.x + row * s.k;
  const float* scale = s.scale + row * blocks;
  const uint32_t* bias = s.bias + row * blocks * kGroups;
  F acc[R][2] = {};
  for (int64_t b = 0; b < blocks; ++b) {
    const PanelBlock<T>& w = panel[b];
#pragma GCC unroll 2
    for (int g = 0; g < kGroups; ++g) {
      I dot[R][2];
#pragma GCC unroll 8
      for (int r = 0; r < R; ++r) {
        dot[r][0] = dot[r][1] = FirstDot<T>(bias[(r * blocks + b) * kGroups + g]);
      }
#pragma GCC unroll 8
      for (int j = g * kQuads; j < (g + 1) * kQuads; ++j) {
        const U u0 = w.u[j][0], u1 = w.u[j][1];
#pragma GCC unroll 8
        for (int r = 0; r < R; ++r) {
          const uint32_t quad = Quad(x + r * s.k + 32 * b + 4 * j);
          dot[r][0] = Simd::Dot<T::kSmall>(dot[r][0], u0, quad);
          dot[r][1] = Simd::Dot<T::kSmall>(dot[r][1], u1, quad);
        }
      }
#pragma GCC unroll 8
      for (int r = 0; r < R; ++r) {
#pragma GCC unroll 2
        for (int v = 0; v < 2; ++v) {
          F add{};
          if constexpr (T::kOffset == 0) add = w.add[g][v];
          acc[r][v] = AddGroup<T>(acc[r][v], dot[r][v], w.scale[g][v], add, scale[r * blocks + b],
                                  bias[(r * blocks + b) * kGroups + g]);
        }
      }
    }
  }
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < 2; ++v) {
      if (v * Simd::kLanes < s.columns)
        StoreFloats(s.out + (row + r) * s.out_stride + v * Simd::kLanes, acc[r][v]);
    }
  }
}

template <class T>
void Panel(const BlockSweep& s) {
  static_assert(sizeof(PanelBlock<T>) * 32 <= static_cast<size_t>(PanelBytes(1024, Simd::kLanes)));
  auto* panel = reinterpret_cast<PanelBlock<T>*>(s.scratch);
  UnpackPanel<T>(s, panel);
  constexpr int kRows = Simd::kTileRows;
  int64_t row = 0;
  for (; row + kRows <= s.rows; row += kRows) TileRows<T, kRows>(s, panel, row);
  if constexpr (kRows > 4) {
    for (; row + 4 <= s.rows; row += 4) TileRows<T, 4>(s, panel, row);
  }
  for (; row + 2 <= s.rows; row += 2) TileRows<T, 2>(s, panel, row);
  for (; row < s.rows; ++row) TileRows<T, 1>(s, panel, row);
}

template <class T>
void PackPanel(const uint8_t* weights, int64_t stride, int64_t rows, int64_t k, uint8_t* to) {
  constexpr int kUsed = kPackedWords<T>;
  ForSuperBlocks<T>(
      {weights, stride, rows, nullptr},
      k, [&](int64_t, int64_t, const U* words) __attribute__((always_inline)) {
        __builtin_memcpy(to, words, kUsed * sizeof(U));
        to += kUsed * sizeof(U);
      });
}

void QuantizeBlocks(const void* from, bool halves, int64_t n, int8_t* q, float* scale,
                    int32_t* sums) {
  for (int64_t b = 0; b < n; ++b, q += 32, sums += 2) {
    alignas(64) float x[32];
    if (halves) {
      const uint16_t* p = static_cast<const uint16_t*>(from) + 32 * b;
      uint32_t bits[32];
      for (int i = 0; i < 32; ++i) bits[i] = static_cast<uint32_t>(p[i]) << 16;
      __builtin_memcpy(x, bits, sizeof(x));
    } else {
      __builtin_memcpy(x, static_cast<const float*>(from) + 32 * b, sizeof(x));
    }
    uint32_t bits[32], most = 0;
    __builtin_memcpy(bits, x, sizeof(x));
    // Magnitudes compare as integers; a NaN is the largest and makes the scale NaN.
    for (int i = 0; i < 32; ++i)
      most = most > (bits[i] & 0x7FFFFFFFu) ? most : bits[i] & 0x7FFFFFFFu;
    const float d = AsFloat(most) / 127.0f, inverse = most != 0 ? 127.0f / AsFloat(most) : 0.0f;
    scale[b] = d;
    // Adding 1.5 * 2^23 rounds to the nearest integer, even on ties, and leaves it in the low bits.
    int32_t rounded[32];
    for (int i = 0; i < 32; ++i) {
      const float shifted = x[i] * inverse + 12582912.0f;
      rounded[i] = __builtin_bit_cast(int32_t, shifted) - 0x4B400000;
    }
    for (int h = 0; h < 2; ++h) {
      int32_t sum = 0;
      for (int i = 16 * h; i < 16 * h + 16; ++i) {
        q[i] = static_cast<int8_t>(rounded[i]);
        sum += q[i];
      }
      sums[h] = sum;
    }
  }
}

/// BlockUnit::round.
void RoundRows(const float* from, int64_t stride, int64_t rows, int64_t columns, uint16_t* to,
               int64_t to_stride) {
  for (int64_t r = 0; r < rows; ++r, from += stride, to += to_stride) {
    for (int64_t i = 0; i < columns; ++i) {
      const uint32_t u = __builtin_bit_cast(uint32_t, from[i]);
      const uint32_t rounded = (u + 0x7FFFu + (u >> 16 & 1)) >> 16, nan = u >> 16 | 0x40;
      to[i] = static_cast<uint16_t>((u & 0x7FFFFFFFu) > 0x7F800000u ? nan : rounded);
    }
  }
}

template <class T>
constexpr BlockKernels KernelsOf() {
  BlockKernels kernels = {T::kGroup,    T::kOffset, 4 * kPackedWords<T>, Fused<T>, Panel<T>,
                          PackPanel<T>, nullptr};
  if constexpr (Simd::kPairs) kernels.widen = Widen<T>;
  return kernels;
}
constexpr BlockUnit MakeBlockUnit() {
  return {Simd::kLanes,
          Simd::kFusedUpTo,
          {KernelsOf<Q4_0>(), KernelsOf<Q4_1>(), KernelsOf<Q5_0>(), KernelsOf<Q5_1>(),
           KernelsOf<Q8_0>(), KernelsOf<Q2_K>(), KernelsOf<Q3_K>(), KernelsOf<Q4_K>(),
           KernelsOf<Q5_K>(), KernelsOf<Q6_K>()},
          QuantizeBlocks,
          RoundRows};
}

}  // namespace
}  // namespace cria::kernels::internal
