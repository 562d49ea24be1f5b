// Matrix products with 512-bit vectors: tiles of 12 rows by 32 columns (24 accumulators hide the
// latency of a multiply-add, 2 loads and 12 broadcasts feed 24 of them), and packing by 16 x 16
// transposes. Included by the AVX-512 files with their own `MulAdd`; not for other files.
#pragma once

#include <immintrin.h>

#include "kernels/cpu/matmul_tile-inl.h"

namespace cria::kernels::internal {
namespace {

constexpr int kSliceRows = 12;

CRIA_INLINE __mmask16 Mask16(int64_t n) {
  return n >= 16 ? 0xFFFF : n <= 0 ? 0 : static_cast<__mmask16>((1u << n) - 1);
}
CRIA_INLINE __mmask32 Mask32(int64_t n) {
  return n >= 32 ? 0xFFFFFFFFu : n <= 0 ? 0 : (1u << n) - 1;
}

/// What float and bf16 tiles share; bf16 results are rounded with integer operations.
struct Avx512Op {
  using Float = __m512;
  using Vector = __m512i;
  static constexpr int kLanes = 16;
  static CRIA_INLINE Float Zero() { return _mm512_setzero_ps(); }
  static CRIA_INLINE Float LoadFloats(const float* p, int64_t n) {
    return n >= 16 ? _mm512_loadu_ps(p) : _mm512_maskz_loadu_ps(Mask16(n), p);
  }
  static CRIA_INLINE void Store(float* p, int64_t n, Float x) {
    if (n >= 16) {
      _mm512_storeu_ps(p, x);
    } else {
      _mm512_mask_storeu_ps(p, Mask16(n), x);
    }
  }
  static CRIA_INLINE void StoreHalves(uint16_t* p, int64_t n, __m256i x) {
    if (n >= 16) {
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), x);
    } else {
      _mm256_mask_storeu_epi16(p, Mask16(n), x);
    }
  }
  static CRIA_INLINE __m256i RoundFloats(Float x) {
    const __m512i u = _mm512_castps_si512(x);
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(u, 16), _mm512_set1_epi32(1));
    const __m512i rounded = _mm512_add_epi32(_mm512_add_epi32(u, _mm512_set1_epi32(0x7FFF)), odd);
    const __m512i quiet = _mm512_or_si512(u, _mm512_set1_epi32(0x400000));
    const __mmask16 nan = _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q);
    const __m512i bits = _mm512_mask_mov_epi32(rounded, nan, quiet);
    return _mm512_cvtepi32_epi16(_mm512_srli_epi32(bits, 16));
  }
  static CRIA_INLINE void Store(uint16_t* p, int64_t n, Float x) {
    StoreHalves(p, n, RoundFloats(x));
  }
  static CRIA_INLINE void Keep(Float* x) { asm volatile("" : "+v"(*x)); }
  static CRIA_INLINE Vector LoadUnits(const uint32_t* p) { return _mm512_loadu_si512(p); }
  static CRIA_INLINE Vector Broadcast(const uint32_t* p) {
    return _mm512_set1_epi32(static_cast<int>(*p));
  }
  /// The panel comes from L2 or memory; 16 steps (2 KB) ahead is about one L2 latency of work.
  static CRIA_INLINE void Prefetch(const uint32_t* p) { _mm_prefetch(p + 16 * 32, _MM_HINT_T0); }
};

/// Asks for the lines of C that the next tile reads or writes, so that they arrive while this one
/// multiplies: to the right, or at the left end of the rows below.
template <class Out, int R, int P>
CRIA_INLINE void FetchNextResult(const Sweep& s, int64_t column) {
  constexpr int64_t kBytes = P * kPanelColumns * sizeof(Out);
  const int64_t right = column + P * kPanelColumns;
  const Out* next = static_cast<Out*>(s.out) + (right < s.columns ? right : R * s.out_stride);
  for (int r = 0; r < R; ++r, next += s.out_stride) {
    for (int64_t i = 0; i < kBytes; i += 64) {
      __builtin_prefetch(reinterpret_cast<const char*>(next) + i, 1, 3);
    }
  }
}

template <class Op, class Out, int R, int P>
void SweepRows(const Sweep& s) {
  const uint32_t* panel = s.panels;
  int64_t column = 0;
  Ahead ahead(s, P * kPanelColumns);
  for (; column + (P - 1) * kPanelColumns < s.columns; column += P * kPanelColumns) {
    FetchNextResult<Out, R, P>(s, column);
    Tile<Op, Out, R, 2 * P, R>(s, 0, panel, column, &ahead);
    panel += P * s.panel_stride;
  }
  if constexpr (P > 1) {
    for (; column < s.columns; column += kPanelColumns, panel += s.panel_stride) {
      Tile<Op, Out, R, 2, R>(s, 0, panel, column, &ahead);
    }
  }
}

/// Few rows take several panels at once: as many chains as hide the latency of a multiply-add.
template <class Op, class Out>
void SweepPanels(const Sweep& s) {
  switch (s.rows) {
    case 1:
      return SweepRows<Op, Out, 1, 4>(s);
    case 2:
      return SweepRows<Op, Out, 2, 4>(s);
    case 3:
      return SweepRows<Op, Out, 3, 3>(s);
    case 4:
      return SweepRows<Op, Out, 4, 2>(s);
    case 5:
      return SweepRows<Op, Out, 5, 2>(s);
    case 6:
      return SweepRows<Op, Out, 6, 2>(s);
    case 7:
      return SweepRows<Op, Out, 7, 1>(s);
    case 8:
      return SweepRows<Op, Out, 8, 1>(s);
    case 9:
      return SweepRows<Op, Out, 9, 1>(s);
    case 10:
      return SweepRows<Op, Out, 10, 1>(s);
    case 11:
      return SweepRows<Op, Out, 11, 1>(s);
    default:
      return SweepRows<Op, Out, 12, 1>(s);
  }
}

/// 16 x 16 transpose of units: row[r] lane c -> row[c] lane r.
CRIA_INLINE void Transpose16(__m512i (&row)[16]) {
  __m512i t[16];
#pragma GCC unroll 16
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_epi32(row[i], row[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(row[i], row[i + 1]);
  }
#pragma GCC unroll 16
  for (int i = 0; i < 16; i += 4) {
    row[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    row[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    row[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    row[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  // row[4g + j] now holds columns j, j+4, j+8, j+12 of rows 4g..4g+3, one column per 128-bit lane.
#pragma GCC unroll 16
  for (int j = 0; j < 4; ++j) {
    t[j] = _mm512_shuffle_i32x4(row[j], row[4 + j], 0x88);
    t[4 + j] = _mm512_shuffle_i32x4(row[j], row[4 + j], 0xDD);
    t[8 + j] = _mm512_shuffle_i32x4(row[8 + j], row[12 + j], 0x88);
    t[12 + j] = _mm512_shuffle_i32x4(row[8 + j], row[12 + j], 0xDD);
  }
#pragma GCC unroll 16
  for (int j = 0; j < 4; ++j) {
    row[j] = _mm512_shuffle_i32x4(t[j], t[8 + j], 0x88);
    row[8 + j] = _mm512_shuffle_i32x4(t[j], t[8 + j], 0xDD);
    row[4 + j] = _mm512_shuffle_i32x4(t[4 + j], t[12 + j], 0x88);
    row[12 + j] = _mm512_shuffle_i32x4(t[4 + j], t[12 + j], 0xDD);
  }
}

// Loaders: AlongK reads the 16 units of one row from k on; Across reads the units of 16 columns at
// one step, from one row or two.
struct FloatLoader {
  using Type = float;
  static constexpr int kPerStep = 1;
  static CRIA_INLINE __m512i AlongK(const float* p, int64_t left) {
    return _mm512_maskz_loadu_epi32(Mask16(left), p);
  }
  /// The same where all of it exists: columns by mask only.
  static CRIA_INLINE __m512i AcrossWhole(const float* p, int64_t, __mmask16 columns) {
    return _mm512_maskz_loadu_epi32(columns, p);
  }
  static CRIA_INLINE __m512i Across(const float* p, int64_t, int64_t n, int64_t left) {
    return left > 0 ? _mm512_maskz_loadu_epi32(Mask16(n), p) : _mm512_setzero_si512();
  }
};

struct WidenedLoader {
  using Type = uint16_t;
  static constexpr int kPerStep = 1;
  static CRIA_INLINE __m512i AlongK(const uint16_t* p, int64_t left) {
    return _mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(Mask16(left), p)), 16);
  }
  static CRIA_INLINE __m512i AcrossWhole(const uint16_t* p, int64_t, __mmask16 columns) {
    return _mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(columns, p)), 16);
  }
  static CRIA_INLINE __m512i Across(const uint16_t* p, int64_t, int64_t n, int64_t left) {
    return left > 0 ? AlongK(p, n) : _mm512_setzero_si512();
  }
};

struct PairLoader {
  using Type = uint16_t;
  static constexpr int kPerStep = 2;
  static CRIA_INLINE __m512i AlongK(const uint16_t* p, int64_t left) {
    return _mm512_maskz_loadu_epi16(Mask32(left), p);
  }
  static CRIA_INLINE __m512i AcrossWhole(const uint16_t* p, int64_t stride, __mmask16 columns) {
    const __m512i low = _mm512_castsi256_si512(_mm256_maskz_loadu_epi16(columns, p));
    const __m512i high = _mm512_castsi256_si512(_mm256_maskz_loadu_epi16(columns, p + stride));
    return _mm512_permutex2var_epi16(low, Interleave(), high);
  }
  /// Word i of the first operand, word i of the second, for i = 0..15.
  static CRIA_INLINE __m512i Interleave() {
    const __m512i index = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    return _mm512_or_si512(index,
                           _mm512_slli_epi32(_mm512_add_epi32(index, _mm512_set1_epi32(32)), 16));
  }
  static CRIA_INLINE __m512i Across(const uint16_t* p, int64_t stride, int64_t n, int64_t left) {
    if (left <= 0) return _mm512_setzero_si512();
    const __m512i low = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(Mask16(n), p));
    if (left == 1) return low;
    const __m512i high = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(Mask16(n), p + stride));
    return _mm512_or_si512(low, _mm512_slli_epi32(high, 16));
  }
};

/// Stores whole vectors `rows` units apart: each store overwrites the surplus of the one before.
template <class Loader>
void PackRowsByTranspose(const void* a, int64_t lda, int rows, int64_t k, int64_t steps,
                         uint32_t* slice) {
  const auto* from = static_cast<const typename Loader::Type*>(a);
  for (int64_t s = 0; s < steps; s += 16) {
    const int64_t k0 = s * Loader::kPerStep;
    __m512i row[16];
#pragma GCC unroll 16
    for (int r = 0; r < 16; ++r) {
      row[r] = r < rows ? Loader::AlongK(from + r * lda + k0, k - k0) : _mm512_setzero_si512();
    }
    Transpose16(row);
    const int64_t n = steps - s;
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) {
      if (i < n) _mm512_storeu_si512(slice + (s + i) * rows, row[i]);
    }
  }
}

/// One step of one slice or panel: `kVectors` vectors of columns.
template <class Loader, int kVectors, int kColumns>
CRIA_INLINE void PackStep(const typename Loader::Type* row, int64_t stride, int64_t n, int64_t left,
                          uint32_t* to) {
  constexpr __mmask16 kMask = kColumns >= 16 ? 0xFFFF : (1 << kColumns) - 1;
#pragma GCC unroll 2
  for (int v = 0; v < kVectors; ++v) {
    const bool whole = n >= kColumns && left >= Loader::kPerStep;
    const __m512i units = whole ? Loader::AcrossWhole(row + 16 * v, stride, kMask)
                                : Loader::Across(row + 16 * v, stride, n - 16 * v, left);
    _mm512_storeu_si512(to + 16 * v, units);
  }
}

/// Rearranges [k, columns] into groups of kColumns columns (slices or panels), `group_stride` units
/// apart. Row by row, so that rows a power of two apart do not fight for one set of L1; the rows 8
/// steps on are fetched, since row segments of a wide matrix escape the hardware prefetcher, and so
/// are the lines written 16 steps on, since a store that misses holds up all behind it.
template <class Loader, int kColumns>
void PackGroups(const void* from, int64_t stride, int64_t columns, int64_t k, int64_t steps,
                int64_t group_stride, uint32_t* groups) {
  constexpr int64_t kWriteAhead = 16, kAhead = 8 * Loader::kPerStep,
                    kLine = 64 / sizeof(typename Loader::Type);
  constexpr int kVectors = (kColumns + 15) / 16;
  for (int64_t s = 0; s < steps; ++s) {
    const int64_t left = k - s * Loader::kPerStep;
    const auto* row =
        static_cast<const typename Loader::Type*>(from) + s * Loader::kPerStep * stride;
    for (int64_t j = kAhead; j < kAhead + Loader::kPerStep && j < left; ++j) {
      for (int64_t c = 0; c < columns; c += kLine) _mm_prefetch(row + j * stride + c, _MM_HINT_T0);
    }
    uint32_t* to = groups;
    for (int64_t c = 0; c < columns; c += kColumns, to += group_stride) {
      const int64_t n = columns - c < kColumns ? columns - c : kColumns;
      // A slice is as wide as it has rows; a panel always has all its columns.
      const int64_t width = kColumns == kPanelColumns ? kPanelColumns : n;
      PackStep<Loader, kVectors, kColumns>(row + c, stride, n, left, to + s * width);
      for (int v = 0; v < kVectors; ++v) {
        __builtin_prefetch(to + (s + kWriteAhead) * width + 16 * v, 1, 3);
      }
    }
  }
}

}  // namespace
}  // namespace cria::kernels::internal

#include "kernels/cpu/matmul_weights_avx512-inl.h"

namespace cria::kernels::internal {
namespace {

template <class Op, class Loader, class Weights>
constexpr MatmulUnit MakeUnit() {
  return {.slice_rows = kSliceRows,
          .element_bytes = sizeof(typename Loader::Type),
          .k_per_step = Loader::kPerStep,
          .step_multiple = 1,
          .pack_rows = PackRowsByTranspose<Loader>,
          .pack_transposed = PackGroups<Loader, kSliceRows>,
          .pack_panels = PackGroups<Loader, kPanelColumns>,
          .pack_weights = PackWeights512<Weights>,
          .sweep_float = SweepPanels<Op, float>,
          .sweep_bf16 = SweepPanels<Op, uint16_t>,
          .spin = SpinVectors<Op, Loader::kPerStep, 24>};
}

}  // namespace
}  // namespace cria::kernels::internal
