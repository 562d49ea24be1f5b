// Attention's block product on tile registers: 2 x 2 tiles of C, operands as they lie. `Tiles` is
// the hardware (amx_tiles.h) or its emulation. Edges of rows and of k get tiles of their size, so a
// row's bits do not depend on how many rows stand beside it.
#pragma once

#include "kernels/cpu/amx_shapes.h"
#include "kernels/cpu/attention_ops.h"

namespace cria::kernels {
namespace {

/// Rows [row, row + upper + lower) of C over `depth` elements of k from `first`, in steps of
/// `units` pairs.
struct AmxStrip {
  int64_t row, first, depth;
  int upper, lower, units;
};

/// C registers: 0 1 (upper rows), 2 3 (lower rows); A: 4 5; B: 6 7. kRight: two tiles of columns.
template <class Tiles, bool kLower, bool kRight>
void AmxColumns(const BlockProduct<BF16>& x, const AmxStrip& s, int64_t column, bool accumulate) {
  using internal::kTileRows, internal::kTileUnits;
  const int64_t a_stride = x.lda * 2, b_stride = x.ldb * 4, c_stride = x.ldc * 4;
  float* c = x.c + s.row * x.ldc + column;
  float* c_lower = c + kTileRows * x.ldc;
  if (accumulate) {
    Tiles::template Load<0>(c, c_stride);
    if constexpr (kRight) Tiles::template Load<1>(c + kTileUnits, c_stride);
    if constexpr (kLower) Tiles::template Load<2>(c_lower, c_stride);
    if constexpr (kLower && kRight) Tiles::template Load<3>(c_lower + kTileUnits, c_stride);
  } else {
    Tiles::template Zero<0>();
    if constexpr (kRight) Tiles::template Zero<1>();
    if constexpr (kLower) Tiles::template Zero<2>();
    if constexpr (kLower && kRight) Tiles::template Zero<3>();
  }
  for (int64_t k = s.first; k < s.first + s.depth; k += 2 * s.units) {
    const BF16* a = x.a + s.row * x.lda + k;
    const BF16* b = x.b + k * x.ldb + 2 * column;
    Tiles::template Load<4>(a, a_stride);
    Tiles::template Load<6>(b, b_stride);
    if constexpr (kLower) Tiles::template Load<5>(a + kTileRows * x.lda, a_stride);
    if constexpr (kRight) Tiles::template Load<7>(b + 2 * kTileUnits, b_stride);
    Tiles::template MulAdd<0, 4, 6>();
    if constexpr (kRight) Tiles::template MulAdd<1, 4, 7>();
    if constexpr (kLower) Tiles::template MulAdd<2, 5, 6>();
    if constexpr (kLower && kRight) Tiles::template MulAdd<3, 5, 7>();
  }
  Tiles::template Store<0>(c, c_stride);
  if constexpr (kRight) Tiles::template Store<1>(c + kTileUnits, c_stride);
  if constexpr (kLower) Tiles::template Store<2>(c_lower, c_stride);
  if constexpr (kLower && kRight) Tiles::template Store<3>(c_lower + kTileUnits, c_stride);
}

template <class Tiles, bool kLower>
void AmxRows(const BlockProduct<BF16>& x, const AmxStrip& s, bool accumulate) {
  int64_t column = 0;
  for (; column + 2 * internal::kTileUnits <= x.n; column += 2 * internal::kTileUnits) {
    AmxColumns<Tiles, kLower, true>(x, s, column, accumulate);
  }
  if (column < x.n) AmxColumns<Tiles, kLower, false>(x, s, column, accumulate);
}

template <class Tiles>
void Shape(const AmxStrip& s) {
  internal::TileShapes shapes;
  const uint8_t upper = static_cast<uint8_t>(s.upper), units = static_cast<uint8_t>(s.units);
  const uint8_t lower = s.lower > 0 ? static_cast<uint8_t>(s.lower) : upper;  // none: not used
  shapes.rows[0] = shapes.rows[1] = shapes.rows[4] = upper;
  shapes.rows[2] = shapes.rows[3] = shapes.rows[5] = lower;
  shapes.bytes[4] = shapes.bytes[5] = static_cast<uint16_t>(4 * units);
  shapes.rows[6] = shapes.rows[7] = units;
  Tiles::Begin(shapes);
}

/// AttentionOps::product.
template <class Tiles>
void AmxProduct(const BlockProduct<BF16>& x) {
  using internal::kTileRows, internal::kTileUnits;
  constexpr int64_t kDepth = 2 * kTileUnits;
  const int64_t whole = x.k / kDepth * kDepth;
  int upper = 0, lower = 0, units = 0;  // of the tiles as they are set
  for (int64_t first = 0; first < x.k; first = first < whole ? whole : x.k) {
    const bool accumulate = x.accumulate || first > 0;
    for (int64_t row = 0; row < x.m; row += 2 * kTileRows) {
      const int64_t left = x.m - row;
      const AmxStrip s = {
          .row = row,
          .first = first,
          .depth = first < whole ? whole : x.k - whole,
          .upper = static_cast<int>(left < kTileRows ? left : kTileRows),
          .lower = static_cast<int>(left <= kTileRows      ? 0
                                    : left < 2 * kTileRows ? left - kTileRows
                                                           : kTileRows),
          .units = first < whole ? kTileUnits : static_cast<int>((x.k - whole) / 2)};
      if (s.upper != upper || s.lower != lower || s.units != units) {
        Shape<Tiles>(s);
        upper = s.upper, lower = s.lower, units = s.units;
      }
      if (s.lower > 0) {
        AmxRows<Tiles, true>(x, s, accumulate);
      } else {
        AmxRows<Tiles, false>(x, s, accumulate);
      }
    }
  }
  Tiles::End();
}

}  // namespace
}  // namespace cria::kernels
