// What the forward and the backward of attention share: shapes of blocks, copies of rows into them,
// the choice of the operand type. Internal to attention.cc and attention_backward.cc.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <type_traits>
#include <vector>

#include "kernels/attention.h"
#include "kernels/cpu/attention_ops.h"
#include "kernels/cpu/scratch.h"

namespace cria::kernels {

inline constexpr int64_t kRowGroup = 12;  ///< rows that pass through scores and softmax together
inline constexpr float kLog2E = 1.44269504088896341f;

inline int64_t RoundUp(int64_t n, int64_t unit) { return (n + unit - 1) / unit * unit; }

/// Rows of memory [rows][stride] to a left operand [padded_rows][ld], zeros around.
template <class T, class E>
void LoadRows(const T* from, int64_t stride, int64_t rows, int64_t columns, E* to,
              int64_t padded_rows, int64_t ld) {
  for (int64_t r = 0; r < rows; ++r, from += stride, to += ld) {
    if constexpr (std::is_same_v<T, E>) {
      std::memcpy(to, from, static_cast<size_t>(columns) * sizeof(E));
    } else {
      AttentionRowOps<T>().load(from, columns, to);
    }
    std::fill(to + columns, to + ld, E{});
  }
  std::fill_n(to, (padded_rows - rows) * ld, E{});
}

/// Asks for rows [first, last) of memory that a later LoadRows or store will touch. Spread over the
/// steps before it: rows lie far apart, where the processor does not guess, and a burst would wait.
template <class T>
void PrefetchRows(const T* from, int64_t stride, int64_t first, int64_t last, int64_t columns) {
  for (int64_t r = first; r < last; ++r) {
    const char* row = reinterpret_cast<const char*>(from + r * stride);
    const int64_t bytes = columns * static_cast<int64_t>(sizeof(T));
    for (int64_t at = 0; at < bytes; at += 64) __builtin_prefetch(row + at, 0, 2);
    __builtin_prefetch(row + bytes - 1, 0, 2);
  }
}

/// Rows of type E, a multiple of kLaneGroup wide.
template <class E>
struct RowsView {
  const E* data;
  int64_t stride;
};

/// Rows of memory where they lie, if nothing has to be converted or filled with zeros; else copied
/// to `buffer` [padded_rows][width].
template <class T, class E>
RowsView<E> ViewRows(const T* from, int64_t stride, int64_t rows, int64_t columns, E* buffer,
                     int64_t padded_rows, int64_t width) {
  if constexpr (std::is_same_v<T, E>) {
    if (rows == padded_rows && columns == width && stride % kPair<E> == 0) return {from, stride};
  }
  LoadRows(from, stride, rows, columns, buffer, padded_rows, width);
  return {buffer, width};
}

/// Rows to the right operand whose columns are these rows: [width / P][to_ld][P].
template <class E>
void RowsToColumns(RowsView<E> from, int64_t width, int64_t rows, E* to, int64_t to_ld) {
  Transpose32(from.data, from.stride / kPair<E>, rows, width / kPair<E>, to, to_ld);
}

/// Calls f(ops) with the fastest block operations of this processor for values of type T.
template <class T, class F>
void WithAttentionOps(F&& f) {
  if constexpr (std::is_same_v<T, BF16>) {
    if (const AttentionOps<BF16>* ops = Bf16AttentionOps()) return f(*ops);
  }
  f(FloatAttentionOps());
}

}  // namespace cria::kernels
