// Packing of operands into units, element by element: the definition of the layout, used as it is
// where packing is not worth intrinsics. In an anonymous namespace: compiled per instruction set.
#pragma once

#include "kernels/cpu/matmul_unit.h"

namespace cria::kernels::internal {
namespace {

inline uint32_t FloatBits(float x) { return __builtin_bit_cast(uint32_t, x); }

/// Rounds to nearest even, NaN stays NaN: the rule of cria::BF16.
inline uint32_t RoundToBf16(float x) {
  const uint32_t u = FloatBits(x);
  if ((u & 0x7FFFFFFFu) > 0x7F800000u) return u >> 16 | 0x40;
  return (u + 0x7FFFu + (u >> 16 & 1)) >> 16;
}

// How elements of an operand become units. `left` counts the elements from `p` on along k.
struct FloatOperand {
  using Type = float;
  static constexpr int kPerStep = 1;
  static uint32_t Unit(const float* p, int64_t, int64_t left) {
    return left > 0 ? FloatBits(*p) : 0;
  }
  static uint32_t FromFloat(const float* p, int64_t stride, int64_t left) {
    return Unit(p, stride, left);
  }
};

/// bf16 widened to float, for machines that do not multiply bf16.
struct WidenedOperand {
  using Type = uint16_t;
  static constexpr int kPerStep = 1;
  static uint32_t Unit(const uint16_t* p, int64_t, int64_t left) {
    return left > 0 ? static_cast<uint32_t>(*p) << 16 : 0;
  }
  static uint32_t FromFloat(const float* p, int64_t, int64_t left) {
    return left > 0 ? RoundToBf16(*p) << 16 : 0;
  }
};

template <class Operand>
void PackRows(const void* a, int64_t lda, int rows, int64_t k, int64_t steps, uint32_t* slice) {
  const auto* from = static_cast<const typename Operand::Type*>(a);
  for (int64_t s = 0; s < steps; ++s) {
    const int64_t k0 = s * Operand::kPerStep;
    for (int r = 0; r < rows; ++r)
      slice[s * rows + r] = Operand::Unit(from + r * lda + k0, 1, k - k0);
  }
}

template <class Operand, int kSliceRows>
void PackTransposed(const void* a, int64_t lda, int64_t columns, int64_t k, int64_t steps,
                    int64_t slice_stride, uint32_t* slices) {
  const auto* from = static_cast<const typename Operand::Type*>(a);
  for (int64_t c0 = 0; c0 < columns; c0 += kSliceRows, slices += slice_stride) {
    const int64_t rows = columns - c0 < kSliceRows ? columns - c0 : kSliceRows;
    for (int64_t s = 0; s < steps; ++s) {
      const int64_t k0 = s * Operand::kPerStep;
      for (int64_t r = 0; r < rows; ++r) {
        slices[s * rows + r] = Operand::Unit(from + k0 * lda + c0 + r, lda, k - k0);
      }
    }
  }
}

template <class Operand>
void PackPanels(const void* b, int64_t ldb, int64_t columns, int64_t k, int64_t steps,
                int64_t panel_stride, uint32_t* panels) {
  const auto* from = static_cast<const typename Operand::Type*>(b);
  for (int64_t c0 = 0; c0 < columns; c0 += kPanelColumns, panels += panel_stride) {
    const int64_t n = columns - c0 < kPanelColumns ? columns - c0 : kPanelColumns;
    for (int64_t s = 0; s < steps; ++s) {
      const int64_t k0 = s * Operand::kPerStep;
      uint32_t* to = panels + s * kPanelColumns;
      for (int64_t c = 0; c < n; ++c) to[c] = Operand::Unit(from + k0 * ldb + c0 + c, ldb, k - k0);
      for (int64_t c = n; c < kPanelColumns; ++c) to[c] = 0;
    }
  }
}

template <class Operand>
void PackWeights(const float* from, int64_t k_stride, int64_t n_stride, int64_t columns, int64_t k,
                 int64_t steps, uint32_t* panel) {
  for (int64_t s = 0; s < steps; ++s) {
    const int64_t k0 = s * Operand::kPerStep;
    uint32_t* to = panel + s * kPanelColumns;
    for (int64_t c = 0; c < columns; ++c) {
      to[c] = Operand::FromFloat(from + k0 * k_stride + c * n_stride, k_stride, k - k0);
    }
    for (int64_t c = columns; c < kPanelColumns; ++c) to[c] = 0;
  }
}

}  // namespace
}  // namespace cria::kernels::internal
