// Float products with AVX2 and FMA: tiles of 6 rows by 16 columns (12 accumulators of 16
// registers).
#if defined(__x86_64__)
#include <immintrin.h>

#include "kernels/cpu/matmul_tile-inl.h"

namespace cria::kernels::internal {
namespace {

constexpr int kSliceRows = 12;

struct Avx2Op {
  using Float = __m256;
  using Vector = __m256;
  static constexpr int kLanes = 8;
  static CRIA_INLINE Float Zero() { return _mm256_setzero_ps(); }
  static CRIA_INLINE Float LoadFloats(const float* p, int64_t n) {
    if (n >= 8) return _mm256_loadu_ps(p);
    float part[8] = {};
    for (int64_t i = 0; i < n; ++i) part[i] = p[i];
    return _mm256_loadu_ps(part);
  }
  static CRIA_INLINE void Store(float* p, int64_t n, Float x) {
    if (n >= 8) return _mm256_storeu_ps(p, x);
    float part[8];
    _mm256_storeu_ps(part, x);
    for (int64_t i = 0; i < n; ++i) p[i] = part[i];
  }
  static CRIA_INLINE void Store(uint16_t* p, int64_t n, Float x) {
    float part[8];
    _mm256_storeu_ps(part, x);
    for (int64_t i = 0; i < 8 && i < n; ++i) p[i] = static_cast<uint16_t>(RoundToBf16(part[i]));
  }
  static CRIA_INLINE void Keep(Float* x) { asm volatile("" : "+x"(*x)); }
  static CRIA_INLINE Vector LoadUnits(const uint32_t* p) {
    return _mm256_loadu_ps(reinterpret_cast<const float*>(p));
  }
  static CRIA_INLINE Vector Broadcast(const uint32_t* p) {
    return _mm256_broadcast_ss(reinterpret_cast<const float*>(p));
  }
  static CRIA_INLINE Float MulAdd(Float sum, Vector a, Vector b) {
    return _mm256_fmadd_ps(a, b, sum);
  }
  static CRIA_INLINE void Prefetch(const uint32_t*) {}
};

/// R rows from `row` on times all panels, two vectors of columns at a time.
template <class Out, int R, int kStride>
void SweepRows(const Sweep& s, int row) {
  const uint32_t* panel = s.panels;
  Ahead ahead(s, 16);
  for (int64_t c = 0; c < s.columns; c += kPanelColumns, panel += s.panel_stride) {
    for (int half = 0; half < kPanelColumns && c + half < s.columns; half += 16) {
      Tile<Avx2Op, Out, R, 2, kStride>(s, row, panel + half, c + half, &ahead);
    }
  }
}

template <class Out, int kRows>
void SweepSlice(const Sweep& s) {
  constexpr int kFirst = kRows < 6 ? kRows : 6;
  SweepRows<Out, kFirst, kRows>(s, 0);
  if constexpr (kRows > 6) SweepRows<Out, kRows - 6, kRows>(s, 6);
}

template <class Out>
void SweepPanels(const Sweep& s) {
  switch (s.rows) {
    case 1:
      return SweepSlice<Out, 1>(s);
    case 2:
      return SweepSlice<Out, 2>(s);
    case 3:
      return SweepSlice<Out, 3>(s);
    case 4:
      return SweepSlice<Out, 4>(s);
    case 5:
      return SweepSlice<Out, 5>(s);
    case 6:
      return SweepSlice<Out, 6>(s);
    case 7:
      return SweepSlice<Out, 7>(s);
    case 8:
      return SweepSlice<Out, 8>(s);
    case 9:
      return SweepSlice<Out, 9>(s);
    case 10:
      return SweepSlice<Out, 10>(s);
    case 11:
      return SweepSlice<Out, 11>(s);
    default:
      return SweepSlice<Out, 12>(s);
  }
}

template <class Operand>
constexpr MatmulUnit MakeUnit() {
  return {.slice_rows = kSliceRows,
          .element_bytes = sizeof(typename Operand::Type),
          .k_per_step = 1,
          .step_multiple = 1,
          .pack_rows = PackRows<Operand>,
          .pack_transposed = PackTransposed<Operand, kSliceRows>,
          .pack_panels = PackPanels<Operand>,
          .pack_weights = PackWeights<Operand>,
          .sweep_float = SweepPanels<float>,
          .sweep_bf16 = SweepPanels<uint16_t>,
          .spin = SpinVectors<Avx2Op, 1, 12>};
}

}  // namespace

const MatmulUnit kAvx2Float = MakeUnit<FloatOperand>();
const MatmulUnit kAvx2Bf16 = MakeUnit<WidenedOperand>();

}  // namespace cria::kernels::internal
#endif
