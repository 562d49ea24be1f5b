// Matrix products in plain C++, for any machine. The compiler may vectorise over the columns; the
// chain over k of each element stays as written.
#include "kernels/cpu/matmul_pack-inl.h"

namespace cria::kernels::internal {
namespace {

constexpr int kSliceRows = 12;

inline void Store(float x, float* out) { *out = x; }
inline void Store(float x, uint16_t* out) { *out = static_cast<uint16_t>(RoundToBf16(x)); }

/// One row of the slice times one panel of floats.
void RowTimesPanel(const Sweep& s, int row, const uint32_t* panel, float* sum) {
  for (int64_t k = 0; k < s.steps; ++k) {
    const float a = __builtin_bit_cast(float, s.slice[k * s.rows + row]);
    const uint32_t* b = panel + k * kPanelColumns;
    for (int c = 0; c < kPanelColumns; ++c) sum[c] += a * __builtin_bit_cast(float, b[c]);
  }
}

template <class Out>
void SweepPanels(const Sweep& s) {
  const uint32_t* panel = s.panels;
  for (int64_t c0 = 0; c0 < s.columns; c0 += kPanelColumns, panel += s.panel_stride) {
    const int64_t n = s.columns - c0 < kPanelColumns ? s.columns - c0 : kPanelColumns;
    for (int r = 0; r < s.rows; ++r) {
      float sum[kPanelColumns] = {};
      if (s.in != nullptr) {
        for (int64_t c = 0; c < n; ++c) sum[c] = s.in[r * s.in_stride + c0 + c];
      }
      RowTimesPanel(s, r, panel, sum);
      Out* out = static_cast<Out*>(s.out) + r * s.out_stride + c0;
      for (int64_t c = 0; c < n; ++c) Store(sum[c], out + c);
    }
  }
}

int64_t Spin(int64_t loops) {
  constexpr int kSteps = 16;  // between two visits to memory, which some processors wait for
  float sum[kPanelColumns] = {}, x = 0;
  for (int64_t loop = 0; loop < loops; loop += kSteps) {
    for (int step = 0; step < kSteps; ++step) {
      asm volatile("" : "+r"(x));
      for (float& s : sum) s += x * x;
    }
    asm volatile("" : "+m"(sum));
  }
  return (loops + kSteps - 1) / kSteps * kSteps * kPanelColumns * 2;
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
          .spin = Spin};
}

}  // namespace

const MatmulUnit kPortableFloat = MakeUnit<FloatOperand>();
const MatmulUnit kPortableBf16 = MakeUnit<WidenedOperand>();

}  // namespace cria::kernels::internal
