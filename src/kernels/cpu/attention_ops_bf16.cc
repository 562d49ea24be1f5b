// Attention's block operations on AVX512-BF16 (vdpbf16ps: 32 products and sums per instruction).
// Compiled for that instruction set alone; Bf16AttentionOps says whether this processor has it.
#include <algorithm>
#include <cmath>

#include "base/cpu.h"
#include "kernels/cpu/attention_ops.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace cria::kernels {
namespace {

constexpr int kTileRows = 6;     // 6 x 4 sums and 4 operands in 32 registers
constexpr int kTileVectors = 4;  // of 16 columns

template <int kRows, int kVectors>
void Tile(const BlockProduct<BF16>& x, int64_t row, int64_t column) {
  __m512 sum[kRows][kVectors];
  float* c = x.c + row * x.ldc + column;
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) {
      sum[r][v] = x.accumulate ? _mm512_loadu_ps(c + r * x.ldc + 16 * v) : _mm512_setzero_ps();
    }
  }
  const BF16* a = x.a + row * x.lda;
  const BF16* b = x.b + column * 2;
  for (int64_t k = 0; k < x.k; k += 2, b += x.ldb * 2) {
    __m512bh right[kVectors];
    for (int v = 0; v < kVectors; ++v) right[v] = (__m512bh)_mm512_loadu_si512(b + 32 * v);
    for (int r = 0; r < kRows; ++r) {
      int pair;
      __builtin_memcpy(&pair, a + r * x.lda + k, 4);
      const __m512bh left = (__m512bh)_mm512_set1_epi32(pair);
      for (int v = 0; v < kVectors; ++v) {
        sum[r][v] = _mm512_dpbf16_ps(sum[r][v], left, right[v]);
      }
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) _mm512_storeu_ps(c + r * x.ldc + 16 * v, sum[r][v]);
  }
}

using TileFunction = void (*)(const BlockProduct<BF16>&, int64_t, int64_t);
template <int kRows>
constexpr TileFunction kTilesOfRows[kTileVectors] = {Tile<kRows, 1>, Tile<kRows, 2>, Tile<kRows, 3>,
                                                     Tile<kRows, 4>};
constexpr const TileFunction* kTiles[kTileRows] = {kTilesOfRows<1>, kTilesOfRows<2>,
                                                   kTilesOfRows<3>, kTilesOfRows<4>,
                                                   kTilesOfRows<5>, kTilesOfRows<6>};

void Product(const BlockProduct<BF16>& x) {
  for (int64_t column = 0; column < x.n; column += 16 * kTileVectors) {
    const int64_t vectors = std::min<int64_t>(kTileVectors, (x.n - column) / 16);
    for (int64_t row = 0; row < x.m; row += kTileRows) {
      kTiles[std::min<int64_t>(kTileRows, x.m - row) - 1][vectors - 1](x, row, column);
    }
  }
}

/// 2^x, relative error below 2.5e-7 (see Exp2 in simd-inl.h); 0 for -inf, NaN for NaN.
inline __m512 Exp2(__m512 x) {
  x = _mm512_max_ps(_mm512_set1_ps(-200.0f), x);
  const __m512 n = _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  const __m512 f = _mm512_sub_ps(x, n);
  __m512 p = _mm512_fmadd_ps(f, _mm512_set1_ps(0.001326472731307149f),
                             _mm512_set1_ps(0.009671512991189957f));
  p = _mm512_fmadd_ps(f, p, _mm512_set1_ps(0.05550733581185341f));
  p = _mm512_fmadd_ps(f, p, _mm512_set1_ps(0.24022242426872253f));
  p = _mm512_fmadd_ps(f, p, _mm512_set1_ps(0.6931470036506653f));
  p = _mm512_fmadd_ps(f, p, _mm512_set1_ps(1.0f));
  return _mm512_scalef_ps(p, n);
}

/// Raises the maximum of a row to `max` and rescales what was summed under the old one.
__attribute__((noinline)) void Rescale(const SoftmaxBlock<BF16>& x, int64_t row, float max) {
  SoftmaxRow& state = x.state[row];
  const __m512 factor = Exp2(_mm512_set1_ps(state.max - max * x.scale));
  state.max = max * x.scale;
  state.threshold = max + kRescaleMargin / x.scale;
  _mm512_store_ps(state.sums, _mm512_mul_ps(_mm512_load_ps(state.sums), factor));
  float* out = x.out + row * x.out_columns;
  for (int64_t i = 0; i < x.out_columns; i += 16) {
    _mm512_storeu_ps(out + i, _mm512_mul_ps(_mm512_loadu_ps(out + i), factor));
  }
}

template <int kVectors>
void SoftmaxRows(const SoftmaxBlock<BF16>& x) {
  const __m512 scale = _mm512_set1_ps(x.scale), infinity = _mm512_set1_ps(-INFINITY);
  for (int64_t row = 0; row < x.rows; ++row) {
    const float* from = x.scores + row * kBlockColumns;
    __m512 s[kVectors];
    for (int v = 0; v < kVectors; ++v) s[v] = _mm512_loadu_ps(from + 16 * v);
    if (x.visible[row] < x.n) {
      for (int v = 0; v < kVectors; ++v) {
        const int64_t left = std::clamp<int64_t>(x.visible[row] - 16 * v, 0, 16);
        s[v] = _mm512_mask_mov_ps(infinity, static_cast<__mmask16>((1u << left) - 1), s[v]);
      }
    }
    __m512 max = s[0];
    for (int v = 1; v < kVectors; ++v) max = _mm512_max_ps(max, s[v]);
    SoftmaxRow& state = x.state[row];
    if (_mm512_cmp_ps_mask(max, _mm512_set1_ps(state.threshold), _CMP_GT_OQ)) [[unlikely]] {
      Rescale(x, row, _mm512_reduce_max_ps(max));
    }
    const __m512 shift = _mm512_set1_ps(-state.max);
    __m512 sum = _mm512_load_ps(state.sums);
    for (int v = 0; v < kVectors; ++v) {
      const __m512 p = Exp2(_mm512_fmadd_ps(s[v], scale, shift));
      sum = _mm512_add_ps(sum, p);
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(x.p + row * kBlockColumns + 16 * v),
                          (__m256i)_mm512_cvtneps_pbh(p));
    }
    _mm512_store_ps(state.sums, sum);
  }
}

void Softmax(const SoftmaxBlock<BF16>& x) {
  constexpr void (*kByVectors[])(const SoftmaxBlock<BF16>&) = {SoftmaxRows<1>, SoftmaxRows<2>,
                                                               SoftmaxRows<3>, SoftmaxRows<4>};
  kByVectors[x.n / 16 - 1](x);
}

/// 16 values of one row, rounded.
struct GradientRow {
  __m256i p, ds;
};

inline GradientRow GradientOf(const GradientBlock<BF16>& x, int64_t row, int64_t lane) {
  const int64_t at = row * kBlockColumns + lane;
  const int64_t hidden = std::clamp<int64_t>(x.first_lane + row - lane, 0, 16);
  const __mmask16 visible = static_cast<__mmask16>(0xFFFFu << hidden);
  const __m512 argument = _mm512_fmsub_ps(_mm512_loadu_ps(x.scores + at), _mm512_set1_ps(x.scale),
                                          _mm512_loadu_ps(x.lse + lane));
  const __m512 p = _mm512_maskz_mov_ps(visible, Exp2(argument));
  const __m512 ds =
      _mm512_mul_ps(p, _mm512_sub_ps(_mm512_loadu_ps(x.dp + at), _mm512_loadu_ps(x.dot + lane)));
  return {(__m256i)_mm512_cvtneps_pbh(p), (__m256i)_mm512_cvtneps_pbh(ds)};
}

inline void StoreHalf(BF16* to, __m256i value) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), value);
}

void Gradient(const GradientBlock<BF16>& x) {
  for (int64_t row = 0; row < x.rows; row += 2) {
    BF16* pairs = x.ds_columns + row * kBlockColumns;
    for (int64_t lane = 0; lane < x.begin; lane += 16) {
      _mm512_storeu_si512(pairs + 2 * lane, _mm512_setzero_si512());
    }
    for (int64_t lane = x.begin; lane < kBlockColumns; lane += 16) {
      const GradientRow even = GradientOf(x, row, lane), odd = GradientOf(x, row + 1, lane);
      const int64_t at = row * kBlockColumns + lane;
      StoreHalf(x.p + at, even.p);
      StoreHalf(x.p + at + kBlockColumns, odd.p);
      StoreHalf(x.ds + at, even.ds);
      StoreHalf(x.ds + at + kBlockColumns, odd.ds);
      const __m512i high = _mm512_slli_epi32(_mm512_cvtepu16_epi32(odd.ds), 16);
      _mm512_storeu_si512(pairs + 2 * lane, _mm512_or_si512(high, _mm512_cvtepu16_epi32(even.ds)));
    }
  }
}

inline __m512i LoadWords(const BF16* p) {
  return _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
}

void PairRows(const BF16* from, int64_t stride, int64_t rows, int64_t width, BF16* to) {
  for (int64_t row = 0; row < rows; row += 2, from += 2 * stride, to += 2 * width) {
    for (int64_t i = 0; i < width; i += 16) {
      const __m512i high = _mm512_slli_epi32(LoadWords(from + stride + i), 16);
      _mm512_storeu_si512(to + 2 * i, _mm512_or_si512(high, LoadWords(from + i)));
    }
  }
}

inline __mmask16 FirstLanes(int64_t n) {
  return static_cast<__mmask16>((1u << std::min<int64_t>(n, 16)) - 1);
}

void StoreRows(const float* from, int64_t ld, int64_t rows, int64_t columns, float scale, BF16* to,
               int64_t stride) {
  const __m512 factor = _mm512_set1_ps(scale);
  for (int64_t r = 0; r < rows; ++r, from += ld, to += stride) {
    for (int64_t i = 0; i < columns; i += 16) {
      const __mmask16 lanes = FirstLanes(columns - i);
      const __m512 x = _mm512_mul_ps(_mm512_maskz_loadu_ps(lanes, from + i), factor);
      _mm256_mask_storeu_epi16(to + i, lanes, (__m256i)_mm512_cvtneps_pbh(x));
    }
  }
}

void LoadRow(const BF16* from, int64_t n, float* to) {
  for (int64_t i = 0; i < n; i += 16) {
    const __mmask16 lanes = FirstLanes(n - i);
    const __m512i words = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(lanes, from + i));
    _mm512_mask_storeu_epi32(to + i, lanes, _mm512_slli_epi32(words, 16));
  }
}

float Dot(const BF16* a, const BF16* b, int64_t n) {
  __m512 sum = _mm512_setzero_ps();
  for (int64_t i = 0; i < n; i += 32) {
    const __mmask32 lanes = n - i >= 32 ? ~__mmask32{0} : (__mmask32{1} << (n - i)) - 1;
    sum = _mm512_dpbf16_ps(sum, (__m512bh)_mm512_maskz_loadu_epi16(lanes, a + i),
                           (__m512bh)_mm512_maskz_loadu_epi16(lanes, b + i));
  }
  return _mm512_reduce_add_ps(sum);
}

}  // namespace

const RowOps<BF16>* Bf16RowOps() {
  static constexpr RowOps<BF16> kOps = {StoreRows, LoadRow, Dot};
  return DetectIsa() >= Isa::kAvx512Bf16 ? &kOps : nullptr;
}

const AttentionOps<BF16>* Bf16AttentionOps() {
  static constexpr AttentionOps<BF16> kOps = {Product, Softmax, Gradient, PairRows, 2 * kTileRows};
  static constexpr AttentionOps<BF16> kTiled = {TileProduct, Softmax, Gradient, PairRows,
                                                kMostRowGroup};
  if (DetectIsa() == Isa::kAmxBf16) return &kTiled;
  return DetectIsa() >= Isa::kAvx512Bf16 ? &kOps : nullptr;
}

}  // namespace cria::kernels

#else

namespace cria::kernels {
const RowOps<BF16>* Bf16RowOps() { return nullptr; }
const AttentionOps<BF16>* Bf16AttentionOps() { return nullptr; }
}  // namespace cria::kernels

#endif
