// The block operations that attention is made of, one table per instruction set. A block fits the
// first-level cache; the order of the blocks is attention.cc's business.
//
// E is the operand type: float, or BF16 where the processor multiplies pairs of BF16. A left
// operand lies in rows [m][k]. A right operand [k][n] lies as [k / P][n][P] with P = 2 for BF16
// (the pairs that one instruction consumes), 1 for float.
#pragma once

#include <cstdint>

#include "tensor/dtype.h"

namespace cria::kernels {

template <class E>
inline constexpr int kPair = 4 / sizeof(E);
inline constexpr int kLaneGroup = 16;     ///< column counts of blocks are multiples of this
inline constexpr int kBlockColumns = 64;  ///< keys (forward) or queries (backward) side by side

/// c [m][n] = (or +=) a [m][k] b [k][n]; n a multiple of kLaneGroup, k of P. The order of the sum
/// over k is fixed, and zeros behind the last k change nothing.
template <class E>
struct BlockProduct {
  int64_t m, n, k;
  const E* a;
  int64_t lda;
  const E* b;
  int64_t ldb;  ///< columns of b in memory
  float* c;
  int64_t ldc;
  bool accumulate;
};

/// Running softmax of one query row, in units of log2. The maximum is renewed only when a score
/// exceeds it by 2^8, so that the sums are rarely rescaled (they stay far from overflow).
struct alignas(64) SoftmaxRow {
  float sums[kLaneGroup];  ///< of 2^(score * scale - max), per lane
  float max;
  float threshold;  ///< in units of the raw scores
};
inline constexpr float kRescaleMargin = 8;

template <class E>
struct SoftmaxBlock {
  int64_t rows, n;         ///< n <= kBlockColumns key columns are computed
  const float* scores;     ///< [rows][kBlockColumns], raw
  const int64_t* visible;  ///< per row: columns that it may see (<= 0: none)
  float scale;             ///< log2(e) / sqrt(head_dim)
  SoftmaxRow* state;
  E* p;        ///< [rows][kBlockColumns] out
  float* out;  ///< [rows][out_columns], rescaled when the maximum moves
  int64_t out_columns;
};

/// Turns scores and dp, transposed (rows are keys, lanes are queries), into probabilities and score
/// gradients. Row r sees lanes >= first_lane + r; lanes below `begin` are not computed.
template <class E>
struct GradientBlock {
  int64_t rows, begin, first_lane;  ///< rows even
  const float *scores, *dp;         ///< [rows][kBlockColumns]
  const float *lse, *dot;           ///< per lane: log2-sum-exp2, dout . out
  float scale;
  E *p, *ds;      ///< left operands [rows][kBlockColumns]
  E* ds_columns;  ///< the same as right operand; columns below `begin` are zeroed. May be `ds`
};

template <class E>
struct AttentionOps {
  void (*product)(const BlockProduct<E>&);
  void (*softmax)(const SoftmaxBlock<E>&);
  void (*gradient)(const GradientBlock<E>&);
  /// Rows [rows][width] to right operand with k = rows: [rows / P][width][P].
  void (*pair_rows)(const E* from, int64_t stride, int64_t rows, int64_t width, E* to);
  /// Rows that pass best through scores and softmax together, at most kMostRowGroup.
  int64_t row_group;
};
inline constexpr int64_t kMostRowGroup = 32;

/// Copies between memory and blocks. T is the type in memory.
template <class T>
struct RowOps {
  /// to[r][0, columns) = scale * from[r][...].
  void (*store)(const float* from, int64_t ld, int64_t rows, int64_t columns, float scale, T* to,
                int64_t stride);
  void (*load)(const T* from, int64_t n, float* to);
  float (*dot)(const T* a, const T* b, int64_t n);
};

/// to[c][r] = from[r][c] of 32-bit words; rows and columns are multiples of 4.
void Transpose32(const void* from, int64_t ld, int64_t rows, int64_t columns, void* to,
                 int64_t to_ld);

/// AttentionOps::product on tile registers (AMX).
void TileProduct(const BlockProduct<BF16>& x);

const AttentionOps<float>& FloatAttentionOps();
/// Null on processors without products of BF16 pairs.
const AttentionOps<BF16>* Bf16AttentionOps();
const RowOps<BF16>* Bf16RowOps();  ///< null likewise
template <class T>
const RowOps<T>& AttentionRowOps();

}  // namespace cria::kernels
