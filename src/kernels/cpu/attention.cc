// Attention forward on the CPU over rows of memory; the task is attention_forward-inl.h's, the
// backward is attention_backward.cc.
#include "kernels/attention.h"

#include "base/error.h"
#include "kernels/cpu/attention_forward-inl.h"
#include "kernels/cuda/operations.h"

namespace cria::kernels {
namespace {

/// Keys and values of one head of one sequence, where they lie.
template <class T, class E>
struct RowSource {
  const T *k, *v;
  int64_t stride, length, dim;

  void Load(const AttentionOps<E>& ops, int64_t first_key, int64_t width, E* buffer, E* keys,
            E* values) const {
    const int64_t n = std::min<int64_t>(kBlockColumns, length - first_key);
    const int64_t padded = RoundUp(n, kLaneGroup), at = first_key * stride;
    const RowsView<E> key_rows = ViewRows(k + at, stride, n, dim, buffer, padded, width);
    RowsToColumns(key_rows, width, padded, keys, kBlockColumns);
    const RowsView<E> value_rows = ViewRows(v + at, stride, n, dim, buffer, padded, width);
    ops.pair_rows(value_rows.data, value_rows.stride, padded, width, values);
  }
  void Prefetch(int64_t first_key, int64_t first, int64_t last) const {
    PrefetchRows(k + first_key * stride, stride, first, last, dim);
    PrefetchRows(v + first_key * stride, stride, first, last, dim);
  }
};

}  // namespace

template <class T>
void Attention(const Context& context, const AttentionShape& shape, const T* q, const T* k,
               const T* v, T* out, float* lse) {
  if (context.accelerator() != nullptr) {
    return cuda::Attention(context, shape, q, k, v, out, lse);
  }
  CRIA_CHECK(
      shape.heads % shape.kv_heads == 0 && shape.head_dim % 2 == 0 && shape.kv_len >= shape.q_len,
      "heads {} of {}, head_dim {}, {} queries on {} keys", shape.heads, shape.kv_heads,
      shape.head_dim, shape.q_len, shape.kv_len);
  const int64_t heads = shape.batch * shape.kv_heads, group = shape.heads / shape.kv_heads;
  const int64_t per_task = QueriesPerTask(context, shape.batch * shape.q_len * shape.heads, group);
  const int64_t chunks = (shape.q_len + per_task - 1) / per_task;
  WithAttentionOps<T>([&]<class E>(const AttentionOps<E>& ops) {
    context.ParallelFor(chunks * heads, [&](int64_t index) {
      const int64_t sequence = index % heads / shape.kv_heads;
      const int64_t kv_head = index % heads % shape.kv_heads, dim = shape.head_dim;
      const int64_t first = (chunks - 1 - index / heads) * per_task;  // the longest tasks first
      const int64_t row = sequence * shape.q_len, head = kv_head * group;
      const int64_t key = sequence * shape.kv_len * shape.kv_stride + kv_head * dim;
      const RowSource<T, E> source{k + key, v + key, shape.kv_stride, shape.kv_len, dim};
      const QueryRows<T> rows{
          .q = q + row * shape.q_stride + head * dim,
          .q_stride = shape.q_stride,
          .out = out + row * shape.out_stride + head * dim,
          .out_stride = shape.out_stride,
          .lse = lse ? lse + (sequence * shape.heads + head) * shape.q_len : nullptr,
          .lse_stride = shape.q_len,
          .group = group,
          .dim = dim,
          .first_query = first,
          .queries = std::min(per_task, shape.q_len - first),
          .first_position = shape.kv_len - shape.q_len};
      ForwardTask<T, E, RowSource<T, E>>{ops, source, rows}.Run();
    });
  });
}

template void Attention(const Context&, const AttentionShape&, const float*, const float*,
                        const float*, float*, float*);
template void Attention(const Context&, const AttentionShape&, const BF16*, const BF16*,
                        const BF16*, BF16*, float*);

}  // namespace cria::kernels
