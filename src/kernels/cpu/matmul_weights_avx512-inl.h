// Packing of fp32 weights into panels with 512-bit vectors, rounded to the operand type with
// integer operations (the rule of cria::BF16): W as it lies by 16 x 16 transposes, its transpose
// row by row. Included by matmul_avx512-inl.h.
#pragma once

#include "kernels/cpu/matmul_unit.h"

namespace cria::kernels::internal {
namespace {

// AlongK: the 16 units of one column from k on, whose floats lie side by side. Across: the units of
// 16 columns at one step, each step's floats side by side.
struct FloatWeights {
  static constexpr int kPerStep = 1;
  static CRIA_INLINE __m512i AlongK(const float* p, int64_t left) {
    return _mm512_maskz_loadu_epi32(Mask16(left), p);
  }
  static CRIA_INLINE __m512i Across(const float* p, int64_t, int64_t n, int64_t) {
    return AlongK(p, n);
  }
};

struct WidenedWeights {
  static constexpr int kPerStep = 1;
  static CRIA_INLINE __m512i AlongK(const float* p, int64_t left) {
    const __m256i halves = Avx512Op::RoundFloats(_mm512_maskz_loadu_ps(Mask16(left), p));
    return _mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16);
  }
  static CRIA_INLINE __m512i Across(const float* p, int64_t, int64_t n, int64_t) {
    return AlongK(p, n);
  }
};

struct PairWeights {
  static constexpr int kPerStep = 2;
  static CRIA_INLINE __m256i Halves(const float* p, int64_t left) {
    return Avx512Op::RoundFloats(_mm512_maskz_loadu_ps(Mask16(left), p));
  }
  static CRIA_INLINE __m512i AlongK(const float* p, int64_t left) {
    const __m512i low = _mm512_castsi256_si512(Halves(p, left));
    return left > 16 ? _mm512_inserti64x4(low, Halves(p + 16, left - 16), 1)
                     : _mm512_zextsi256_si512(_mm512_castsi512_si256(low));
  }
  static CRIA_INLINE __m512i Across(const float* p, int64_t stride, int64_t n, int64_t left) {
    const __m512i low = _mm512_cvtepu16_epi32(Halves(p, n));
    if (left == 1) return low;
    const __m512i high = _mm512_cvtepu16_epi32(Halves(p + stride, n));
    return _mm512_or_si512(low, _mm512_slli_epi32(high, 16));
  }
};

/// 16 columns of a panel, floats of a column side by side.
template <class Weights>
CRIA_INLINE void PackColumns(const float* from, int64_t n_stride, int64_t columns, int64_t k,
                             int64_t steps, uint32_t* panel) {
  constexpr int64_t kDepth = 16 * Weights::kPerStep;
  for (int64_t s = 0; s < steps; s += 16) {
    const int64_t left = k - s * Weights::kPerStep;
    __m512i row[16];
#pragma GCC unroll 16
    for (int c = 0; c < 16; ++c) {
      const float* p = from + c * n_stride + s * Weights::kPerStep;
      row[c] = c < columns && left > 0 ? Weights::AlongK(p, left) : _mm512_setzero_si512();
      if (c < columns && left > 2 * kDepth) {
        for (int64_t i = 0; i < kDepth; i += 16) _mm_prefetch(p + 2 * kDepth + i, _MM_HINT_T0);
      }
    }
    Transpose16(row);
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) {
      if (i < steps - s) _mm512_storeu_si512(panel + (s + i) * kPanelColumns, row[i]);
    }
  }
}

/// MatmulUnit::pack_weights.
template <class Weights>
void PackWeights512(const float* from, int64_t k_stride, int64_t n_stride, int64_t columns,
                    int64_t k, int64_t steps, uint32_t* panel) {
  if (k_stride == 1) {
    for (int64_t c = 0; c < kPanelColumns; c += 16) {
      PackColumns<Weights>(from + c * n_stride, n_stride, columns - c, k, steps, panel + c);
    }
    return;
  }
  for (int64_t s = 0; s < steps; ++s) {
    const float* row = from + s * Weights::kPerStep * k_stride;
    const int64_t left = k - s * Weights::kPerStep;
    for (int64_t c = 0; c < kPanelColumns; c += 16) {
      const __m512i units = left > 0 && c < columns
                                ? Weights::Across(row + c, k_stride, columns - c, left)
                                : _mm512_setzero_si512();
      _mm512_storeu_si512(panel + s * kPanelColumns + c, units);
    }
  }
}

}  // namespace
}  // namespace cria::kernels::internal
