// Attention forward on the CPU: a task takes some query rows of one key/value head and walks over
// the keys in blocks. Every row is computed on its own from key blocks that start at 0, so its bits
// do not depend on its neighbours, on q_len, or on threads. The backward is attention_backward.cc.
#include "kernels/attention.h"

#include "base/error.h"
#include "kernels/cpu/attention-inl.h"

namespace cria::kernels {
namespace {

// Packing a key block is shared by the rows of a task: many, while there are tasks for all threads.
constexpr int64_t kMostRowsPerTask = 512, kLeastRowsPerTask = 96, kTasksPerThread = 4;

/// Row r of a task is query first + r / group of head r % group of one key/value head.
template <class T, class E>
struct ForwardTask {
  const AttentionOps<E>& ops;
  const AttentionShape& shape;
  int64_t sequence, kv_head, first_query, queries;

  int64_t group = shape.heads / shape.kv_heads;
  int64_t dim = shape.head_dim, width = RoundUp(dim, kLaneGroup);
  int64_t rows = queries * group;
  int64_t first_position = shape.kv_len - shape.q_len + first_query;
  float scale = kLog2E / std::sqrt(static_cast<float>(dim));

  E *left = nullptr, *buffer = nullptr, *keys = nullptr;
  E *values = nullptr, *p = nullptr;
  float *scores = nullptr, *sum = nullptr;
  SoftmaxRow* state = nullptr;

  void Allocate() {
    const int64_t block = kBlockColumns * width, padded = RoundUp(rows, kRowGroup);
    using S = Scratch;
    S scratch(S::Bytes<E>(padded * width) + 3 * S::Bytes<E>(block) +
              S::Bytes<E>(kRowGroup * kBlockColumns) + S::Bytes<float>(kRowGroup * kBlockColumns) +
              S::Bytes<float>(padded * width) + S::Bytes<SoftmaxRow>(padded));
    left = scratch.Take<E>(padded * width);
    buffer = scratch.Take<E>(block);
    keys = scratch.Take<E>(block);
    values = scratch.Take<E>(block);
    p = scratch.Take<E>(kRowGroup * kBlockColumns);
    scores = scratch.Take<float>(kRowGroup * kBlockColumns);
    sum = scratch.Take<float>(padded * width);
    state = scratch.Take<SoftmaxRow>(padded);
  }

  void LoadQueries(const T* q) {
    for (int64_t i = 0; i < queries; ++i) {
      const T* from = q + (sequence * shape.q_len + first_query + i) * shape.q_stride;
      LoadRows(from + kv_head * group * dim, dim, group, dim, left + i * group * width, group,
               width);
    }
    std::fill_n(sum, rows * width, 0.0f);
    for (int64_t r = 0; r < rows; ++r) state[r] = {{}, -INFINITY, -INFINITY};
  }

  int64_t KeyOffset(int64_t key) const {
    return (sequence * shape.kv_len + key) * shape.kv_stride + kv_head * dim;
  }

  void LoadKeys(const T* k, const T* v, int64_t first_key) {
    const int64_t n = std::min<int64_t>(kBlockColumns, shape.kv_len - first_key);
    const int64_t padded = RoundUp(n, kLaneGroup);
    const int64_t at = KeyOffset(first_key);
    const RowsView<E> key_rows = ViewRows(k + at, shape.kv_stride, n, dim, buffer, padded, width);
    RowsToColumns(key_rows, width, padded, keys, kBlockColumns);
    const RowsView<E> value_rows = ViewRows(v + at, shape.kv_stride, n, dim, buffer, padded, width);
    ops.pair_rows(value_rows.data, value_rows.stride, padded, width, values);
  }

  /// One key block for rows [first, first + n).
  void Step(int64_t first, int64_t n, int64_t first_key) {
    int64_t visible[kRowGroup];
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

  void StoreRows(T* out, float* lse) {
    const RowOps<T>& memory = AttentionRowOps<T>();
    for (int64_t r = 0; r < rows; ++r) {
      const int64_t query = first_query + r / group, head = kv_head * group + r % group;
      float total = 0;
      for (float lane : state[r].sums) total += lane;
      memory.store(sum + r * width, width, 1, dim, 1 / total,
                   out + (sequence * shape.q_len + query) * shape.out_stride + head * dim, 0);
      if (lse) {
        lse[(sequence * shape.heads + head) * shape.q_len + query] =
            (state[r].max + std::log2(total)) / kLog2E;
      }
    }
  }

  void Run(const T* q, const T* k, const T* v, T* out, float* lse) {
    Allocate();
    LoadQueries(q);
    const int64_t keys_end = first_position + queries;
    for (int64_t first_key = 0; first_key < keys_end; first_key += kBlockColumns) {
      LoadKeys(k, v, first_key);
      const int64_t next = std::min<int64_t>(kBlockColumns, keys_end - first_key - kBlockColumns);
      const int64_t at = KeyOffset(first_key + kBlockColumns);
      for (int64_t r = 0; r < rows; r += kRowGroup) {
        const int64_t done = r * next / rows, then = std::min(rows, r + kRowGroup) * next / rows;
        PrefetchRows(k + at, shape.kv_stride, done, then, dim);
        PrefetchRows(v + at, shape.kv_stride, done, then, dim);
        Step(r, std::min(kRowGroup, rows - r), first_key);
      }
    }
    StoreRows(out, lse);
  }
};

}  // namespace

template <class T>
void Attention(const Context& context, const AttentionShape& shape, const T* q, const T* k,
               const T* v, T* out, float* lse) {
  CRIA_CHECK(
      shape.heads % shape.kv_heads == 0 && shape.head_dim % 2 == 0 && shape.kv_len >= shape.q_len,
      "heads {} of {}, head_dim {}, {} queries on {} keys", shape.heads, shape.kv_heads,
      shape.head_dim, shape.q_len, shape.kv_len);
  const int64_t heads = shape.batch * shape.kv_heads;
  const int64_t all_rows = shape.batch * shape.q_len * shape.heads;
  const int64_t task_rows = std::clamp(all_rows / (kTasksPerThread * context.threads()),
                                       kLeastRowsPerTask, kMostRowsPerTask);
  const int64_t per_task = std::max<int64_t>(1, task_rows * shape.kv_heads / shape.heads);
  const int64_t chunks = (shape.q_len + per_task - 1) / per_task;
  WithAttentionOps<T>([&]<class E>(const AttentionOps<E>& ops) {
    context.ParallelFor(chunks * heads, [&](int64_t index) {
      const int64_t head = index % heads;
      const int64_t first = (chunks - 1 - index / heads) * per_task;  // the longest tasks first
      ForwardTask<T, E> task{ops,
                             shape,
                             head / shape.kv_heads,
                             head % shape.kv_heads,
                             first,
                             std::min(per_task, shape.q_len - first)};
      task.Run(q, k, v, out, lse);
    });
  });
}

template void Attention(const Context&, const AttentionShape&, const float*, const float*,
                        const float*, float*, float*);
template void Attention(const Context&, const AttentionShape&, const BF16*, const BF16*,
                        const BF16*, BF16*, float*);

}  // namespace cria::kernels
