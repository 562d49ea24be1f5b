// The register tile of vector instruction sets: R rows times P groups of V vectors, accumulators in
// registers over a whole block of steps. `Op` supplies the instructions. Included by one file per
// instruction set, compiled for it; in an anonymous namespace for that reason.
#pragma once

#include "kernels/cpu/always_inline.h"
#include "kernels/cpu/matmul_pack-inl.h"

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

/// Fetches the rows of the next slice into L2 while this one multiplies, a few lines every 16
/// steps: all at once they would hold up the panels.
class Ahead {
 public:
  static constexpr int64_t kSteps = 16;

  Ahead(const Sweep& s, int64_t columns_per_tile)
      : row_(s.ahead),
        row_bytes_(s.ahead_bytes),
        stride_bytes_(s.ahead_stride_bytes),
        rows_(s.ahead == nullptr ? 0 : s.ahead_rows) {
    const int64_t tiles = (s.columns + columns_per_tile - 1) / columns_per_tile;
    const int64_t turns = tiles * ((s.steps + kSteps - 1) / kSteps);
    const int64_t lines = rows_ * (row_bytes_ / 64 + 1);
    lines_per_turn_ = (lines + turns - 1) / turns;
  }
  CRIA_INLINE void Fetch() {
    for (int64_t i = 0; i < lines_per_turn_ && rows_ > 0; ++i) {
      __builtin_prefetch(row_ + offset_, 0, 2);
      offset_ += 64;
      if (offset_ >= row_bytes_ + 64) offset_ = 0, row_ += stride_bytes_, --rows_;
    }
  }

 private:
  const char* row_;
  int64_t row_bytes_, stride_bytes_, rows_, offset_ = 0, lines_per_turn_ = 0;
};

/// Rows row.. of a slice of `kStride` rows, times V vectors of columns. `panel` points at the first
/// of them; vectors of further panels (kPerPanel vectors each) lie panel_stride units on.
template <class Op, class Out, int R, int V, int kStride>
CRIA_INLINE void Tile(const Sweep& s, int row, const uint32_t* panel, int64_t column,
                      Ahead* ahead) {
  constexpr int kPerPanel = kPanelColumns / Op::kLanes;
  const int64_t n = s.columns - column;
  typename Op::Float sum[R][V];
  LoadTile<Op, R, V>(s, row, column, n, sum);
  const uint32_t* a = s.slice + row;
  const uint32_t* b = panel;
  for (int64_t todo = s.steps; todo > 0; todo -= Ahead::kSteps) {
    ahead->Fetch();
    const int64_t steps = todo < Ahead::kSteps ? todo : Ahead::kSteps;
    for (int64_t k = 0; k < steps; ++k, a += kStride, b += kPanelColumns) {
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
  }
  StoreTile<Op, Out, R, V>(s, row, column, n, sum);
}

/// Twelve or more independent chains fill the pipeline of a multiply-add on every machine.
template <class Op, int kPerStep, int kChains>
int64_t SpinVectors(int64_t loops) {
  alignas(64) uint32_t units[Op::kLanes] = {};
  asm volatile("" : "+m"(units));  // values the compiler cannot know
  const typename Op::Vector x = Op::LoadUnits(units);
  typename Op::Float sum[kChains];
#pragma GCC unroll 32
  for (int i = 0; i < kChains; ++i) sum[i] = Op::Zero();
  for (int64_t loop = 0; loop < loops; ++loop) {
#pragma GCC unroll 32
    for (int i = 0; i < kChains; ++i) {
      sum[i] = Op::MulAdd(sum[i], x, x);
      Op::Keep(&sum[i]);
    }
  }
  return loops * kChains * Op::kLanes * kPerStep * 2;
}

}  // namespace
}  // namespace cria::kernels::internal
