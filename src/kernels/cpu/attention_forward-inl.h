// Attention forward on the CPU, one task: some query rows of one key/value head walk over the keys
// in blocks. Every row is computed on its own from key blocks that start at 0, so its bits do not
// depend on its neighbours, on the number of queries, or on threads. Where keys and values come
// from is the template's business: attention.cc (rows of memory), paged_attention.cc (blocks of a
// cache).
#pragma once

#include "kernels/cpu/attention-inl.h"

namespace cria::kernels {

/// Query rows that a task takes: many share the packing of a key block, while there are tasks for
/// all threads. `all_rows` are queries times heads of the whole call.
inline int64_t QueriesPerTask(const Context& context, int64_t all_rows, int64_t group) {
  constexpr int64_t kMostRows = 512, kLeastRows = 96, kTasksPerThread = 4;
  const int64_t rows =
      std::clamp(all_rows / (kTasksPerThread * context.threads()), kLeastRows, kMostRows);
  return std::max<int64_t>(1, rows / group);
}

/// Queries first_query and up of one sequence, for the heads of one key/value head. q and out point
/// to the first head of the sequence's first query; lse [heads of the group][lse_stride] may be
/// null.
template <class T>
struct QueryRows {
  const T* q;
  int64_t q_stride;
  T* out;
  int64_t out_stride;
  float* lse;
  int64_t lse_stride;
  int64_t group, dim;            ///< heads that share the key/value head; head_dim
  int64_t first_query, queries;  ///< of the task
  int64_t first_position;        ///< of the sequence's first query
};

/// Row r of a task is query first_query + r / group of head r % group. Source has
///   Load(ops, first_key, width, buffer, keys, values): the block of keys at first_key as right
///     operands [dim][64] and [64][width], padded with zero rows to a multiple of kLaneGroup;
///   Prefetch(first_key, first, last): asks for keys [first, last) of that block.
template <class T, class E, class Source>
struct ForwardTask {
  const AttentionOps<E>& ops;
  const Source& source;
  const QueryRows<T>& x;

  int64_t group = x.group, dim = x.dim, width = RoundUp(dim, kLaneGroup);
  int64_t row_group = ops.row_group;
  int64_t rows = x.queries * group;
  int64_t first_position = x.first_position + x.first_query;
  float scale = kLog2E / std::sqrt(static_cast<float>(dim));

  E *left = nullptr, *buffer = nullptr, *keys = nullptr;
  E *values = nullptr, *p = nullptr;
  float *scores = nullptr, *sum = nullptr;
  SoftmaxRow* state = nullptr;

  void Allocate() {
    const int64_t block = kBlockColumns * width, padded = RoundUp(rows, row_group);
    using S = Scratch;
    S scratch(S::Bytes<E>(padded * width) + 3 * S::Bytes<E>(block) +
              S::Bytes<E>(row_group * kBlockColumns) + S::Bytes<float>(row_group * kBlockColumns) +
              S::Bytes<float>(padded * width) + S::Bytes<SoftmaxRow>(padded));
    left = scratch.Take<E>(padded * width);
    buffer = scratch.Take<E>(block);
    keys = scratch.Take<E>(block);
    values = scratch.Take<E>(block);
    p = scratch.Take<E>(row_group * kBlockColumns);
    scores = scratch.Take<float>(row_group * kBlockColumns);
    sum = scratch.Take<float>(padded * width);
    state = scratch.Take<SoftmaxRow>(padded);
  }

  void LoadQueries() {
    for (int64_t i = 0; i < x.queries; ++i) {
      LoadRows(x.q + (x.first_query + i) * x.q_stride, dim, group, dim, left + i * group * width,
               group, width);
    }
    std::fill_n(sum, rows * width, 0.0f);
    for (int64_t r = 0; r < rows; ++r) state[r] = {{}, -INFINITY, -INFINITY};
  }

  /// One key block for rows [first, first + n).
  void Step(int64_t first, int64_t n, int64_t first_key) {
    int64_t visible[kMostRowGroup];
    int64_t head = first % group, position = first_position + first / group;
    for (int64_t r = 0; r < n; ++r) {
      visible[r] = position + 1 - first_key;
      if (++head == group) head = 0, ++position;
    }
    if (visible[n - 1] <= 0) return;
    const int64_t columns = std::min<int64_t>(kBlockColumns, RoundUp(visible[n - 1], kLaneGroup));
    ops.product({.m = n,
                 .n = columns,
                 .k = RoundUp(dim, kPair<E>),
                 .a = left + first * width,
                 .lda = width,
                 .b = keys,
                 .ldb = kBlockColumns,
                 .c = scores,
                 .ldc = kBlockColumns,
                 .accumulate = false});
    float* out = sum + first * width;
    ops.softmax({.rows = n,
                 .n = columns,
                 .scores = scores,
                 .visible = visible,
                 .scale = scale,
                 .state = state + first,
                 .p = p,
                 .out = out,
                 .out_columns = width});
    ops.product({.m = n,
                 .n = width,
                 .k = columns,
                 .a = p,
                 .lda = kBlockColumns,
                 .b = values,
                 .ldb = width,
                 .c = out,
                 .ldc = width,
                 .accumulate = true});
  }

  void StoreRows() {
    const RowOps<T>& memory = AttentionRowOps<T>();
    for (int64_t r = 0; r < rows; ++r) {
      const int64_t query = x.first_query + r / group, head = r % group;
      float total = 0;
      for (float lane : state[r].sums) total += lane;
      memory.store(sum + r * width, width, 1, dim, 1 / total,
                   x.out + query * x.out_stride + head * dim, 0);
      if (x.lse) {
        x.lse[head * x.lse_stride + query] = (state[r].max + std::log2(total)) / kLog2E;
      }
    }
  }

  void Run() {
    Allocate();
    LoadQueries();
    const int64_t keys_end = first_position + x.queries;
    for (int64_t first_key = 0; first_key < keys_end; first_key += kBlockColumns) {
      source.Load(ops, first_key, width, buffer, keys, values);
      const int64_t next_key = first_key + kBlockColumns;
      const int64_t next = std::min<int64_t>(kBlockColumns, keys_end - next_key);
      for (int64_t r = 0; r < rows; r += row_group) {
        const int64_t done = r * next / rows, then = std::min(rows, r + row_group) * next / rows;
        source.Prefetch(next_key, done, then);
        Step(r, std::min(row_group, rows - r), first_key);
      }
    }
    StoreRows();
  }
};

}  // namespace cria::kernels
