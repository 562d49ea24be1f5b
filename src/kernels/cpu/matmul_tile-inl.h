// The register tile of vector instruction sets: R rows times P groups of V vectors, accumulators in
// registers over a whole block of steps. `Op` supplies the instructions. Included by one file per
// instruction set, compiled for it; in an anonymous namespace for that reason.
#pragma once

#include "kernels/cpu/matmul_pack-inl.h"

#define CRIA_INLINE inline __attribute__((always_inline))

namespace cria::kernels::internal {
namespace {

// Op: Float (accumulators), Vector (units), kLanes, Zero, LoadFloats(p, n), StoreFloats, StoreBf16
// (n <= kLanes elements, n = kLanes being the common case), LoadUnits, Broadcast, MulAdd, Prefetch.

template <class Op, int R, int V>
CRIA_INLINE void LoadTile(const Sweep& s, int row, int64_t column, int64_t n,
                          typename Op::Float (&sum)[R][V]) {
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 16
    for (int v = 0; v < V; ++v) {
      const float* in = s.in + (row + r) * s.in_stride + column + v * Op::kLanes;
      sum[r][v] = s.in == nullptr ? Op::Zero() : Op::LoadFloats(in, n - v * Op::kLanes);
    }
  }
}

template <class Op, class Out, int R, int V>
CRIA_INLINE void StoreTile(const Sweep& s, int row, int64_t column, int64_t n,
                           typename Op::Float (&sum)[R][V]) {
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 16
    for (int v = 0; v < V; ++v) {
      Out* out = static_cast<Out*>(s.out) + (row + r) * s.out_stride + column + v * Op::kLanes;
      Op::Store(out, n - v * Op::kLanes, sum[r][v]);
    }
  }
}

/// Rows row.. of a slice of `kStride` rows, times V vectors of columns. `panel` points at the first
/// of them; vectors of further panels (kPerPanel vectors each) lie panel_stride units on.
template <class Op, class Out, int R, int V, int kStride>
CRIA_INLINE void Tile(const Sweep& s, int row, const uint32_t* panel, int64_t column) {
  constexpr int kPerPanel = kPanelColumns / Op::kLanes;
  const int64_t n = s.columns - column;
  typename Op::Float sum[R][V];
  LoadTile<Op, R, V>(s, row, column, n, sum);
  const uint32_t* a = s.slice + row;
  const uint32_t* b = panel;
  for (int64_t k = 0; k < s.steps; ++k, a += kStride, b += kPanelColumns) {
    typename Op::Vector right[V];
#pragma GCC unroll 16
    for (int v = 0; v < V; ++v) {
      const uint32_t* at = b + v / kPerPanel * s.panel_stride + v % kPerPanel * Op::kLanes;
      right[v] = Op::LoadUnits(at);
      Op::Prefetch(at);
    }
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      const typename Op::Vector left = Op::Broadcast(a + r);
#pragma GCC unroll 16
      for (int v = 0; v < V; ++v) sum[r][v] = Op::MulAdd(sum[r][v], left, right[v]);
    }
  }
  StoreTile<Op, Out, R, V>(s, row, column, n, sum);
}

}  // namespace
}  // namespace cria::kernels::internal
