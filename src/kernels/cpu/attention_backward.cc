// Attention backward on the CPU (Dao et al. 2022, algorithm 4, with keys outside): one task per
// key/value head of a sequence, so that dk and dv are summed in one order. Scores are computed
// transposed, keys in rows and queries in lanes: then probabilities and score gradients come out as
// the left operands of dv and dk and, paired by rows, as the right operand of dq, and nothing
// that grows with the square of the length is rearranged or stored.
#include "base/error.h"
#include "kernels/attention.h"
#include "kernels/cpu/attention-inl.h"
#include "kernels/cuda/operations.h"

namespace cria::kernels {
namespace {

constexpr int64_t kKeys = 8 * kRowGroup;   // key rows of a block
constexpr int64_t kLanes = kBlockColumns;  // queries of a block

/// Pointers of the caller, at the first row of the sequence and the first column of the head.
template <class T>
struct BackwardArrays {
  const T *q, *k, *v, *out, *dout;
  const float* lse;
  T *dq, *dk, *dv;
};

template <class T, class E>
struct BackwardTask {
  const AttentionOps<E>& ops;
  const AttentionShape& shape;
  int64_t group = shape.heads / shape.kv_heads;
  int64_t dim = shape.head_dim, width = RoundUp(dim, kLaneGroup);
  int64_t blocks = (shape.q_len + kLanes - 1) / kLanes;
  int64_t offset = shape.kv_len - shape.q_len;  // position of query 0
  float root = 1 / std::sqrt(static_cast<float>(dim));

  /// One block of queries of one head, in every arrangement that the products ask for.
  struct QueryBlock {
    E *q_columns, *dout_columns;  // right operands: k = head_dim, columns = queries
    E *q_rows, *dout_rows;        // right operands: k = queries, columns = head_dim
    float *lse, *dot, *dq;        // per lane; dq transposed [width][kLanes]
  };
  E *rows = nullptr, *key_rows = nullptr, *value_rows = nullptr, *key_columns = nullptr;
  E *p = nullptr, *ds = nullptr, *ds_columns = nullptr;
  float *scores = nullptr, *dp = nullptr, *dk = nullptr, *dv = nullptr, *transposed = nullptr;
  std::vector<QueryBlock> queries = {};

  void Allocate() {
    const int64_t n = group * blocks, tile = kLanes * width, keys = kKeys * width;
    const int64_t square = kKeys * kLanes, strip = kRowGroup * kLanes;
    const int64_t pairs = std::max(tile, keys);
    using S = Scratch;
    S scratch(n * (4 * S::Bytes<E>(tile) + S::Bytes<float>(tile) + 2 * S::Bytes<float>(kLanes)) +
              S::Bytes<E>(pairs) + 3 * S::Bytes<E>(keys) + 3 * S::Bytes<E>(square) +
              2 * S::Bytes<float>(strip) + 2 * S::Bytes<float>(keys) + S::Bytes<float>(tile));
    queries.resize(n);
    for (QueryBlock& block : queries) {
      for (E** to : {&block.q_columns, &block.dout_columns, &block.q_rows, &block.dout_rows}) {
        *to = scratch.Take<E>(tile);
      }
      block.dq = scratch.Take<float>(tile);
      block.lse = scratch.Take<float>(kLanes);
      block.dot = scratch.Take<float>(kLanes);
    }
    rows = scratch.Take<E>(pairs);
    for (E** to : {&key_rows, &value_rows, &key_columns}) *to = scratch.Take<E>(keys);
    for (E** to : {&p, &ds, &ds_columns}) *to = scratch.Take<E>(square);
    if (kPair<E> == 1) ds_columns = ds;
    scores = scratch.Take<float>(strip);
    dp = scratch.Take<float>(strip);
    dk = scratch.Take<float>(keys);
    dv = scratch.Take<float>(keys);
    transposed = scratch.Take<float>(tile);
  }

  void LoadQueries(const BackwardArrays<T>& at, int64_t head, int64_t index) {
    QueryBlock& block = queries[head * blocks + index];
    const int64_t first = index * kLanes, n = std::min(kLanes, shape.q_len - first);
    const RowsView<E> q = ViewRows(at.q + first * shape.q_stride + head * dim, shape.q_stride, n,
                                   dim, rows, kLanes, width);
    RowsToColumns(q, width, kLanes, block.q_columns, kLanes);
    ops.pair_rows(q.data, q.stride, kLanes, width, block.q_rows);
    const int64_t out_at = first * shape.out_stride + head * dim;
    const RowsView<E> dout =
        ViewRows(at.dout + out_at, shape.out_stride, n, dim, rows, kLanes, width);
    RowsToColumns(dout, width, kLanes, block.dout_columns, kLanes);
    ops.pair_rows(dout.data, dout.stride, kLanes, width, block.dout_rows);
    const RowOps<T>& memory = AttentionRowOps<T>();
    for (int64_t i = 0; i < kLanes; ++i) {
      // Infinity turns the lanes behind the last query into probability 0.
      block.lse[i] = i < n ? at.lse[head * shape.q_len + first + i] * kLog2E : INFINITY;
      const int64_t row = out_at + i * shape.out_stride;
      block.dot[i] = i < n ? memory.dot(at.dout + row, at.out + row, dim) : 0;
    }
    std::fill_n(block.dq, width * kLanes, 0.0f);
  }

  void LoadKeys(const BackwardArrays<T>& at, int64_t first, int64_t n) {
    const int64_t padded = RoundUp(n, 2 * kRowGroup);  // Transpose32 wants fours of pairs
    LoadRows(at.v + first * shape.kv_stride, shape.kv_stride, n, dim, value_rows, padded, width);
    LoadRows(at.k + first * shape.kv_stride, shape.kv_stride, n, dim, key_rows, padded, width);
    // The left operand [width][kKeys] of dq: pairs of rows, then 32-bit words transposed.
    ops.pair_rows(key_rows, width, padded, width, rows);
    Transpose32(rows, width, padded / kPair<E>, width, key_columns, kKeys / kPair<E>);
    std::fill_n(dk, padded * width, 0.0f);
    std::fill_n(dv, padded * width, 0.0f);
  }

  /// Scores, dp, p, ds of key rows [row, row + kRowGroup); lanes from `begin` on.
  void Strip(const QueryBlock& block, int64_t row, int64_t first_lane, int64_t begin) {
    Prefetch(row / kRowGroup);
    BlockProduct<E> product = {.m = kRowGroup,
                               .n = kLanes - begin,
                               .k = RoundUp(dim, kPair<E>),
                               .a = key_rows + row * width,
                               .lda = width,
                               .b = block.q_columns + begin * kPair<E>,
                               .ldb = kLanes,
                               .c = scores + begin,
                               .ldc = kLanes,
                               .accumulate = false};
    ops.product(product);
    product.a = value_rows + row * width;
    product.b = block.dout_columns + begin * kPair<E>;
    product.c = dp + begin;
    ops.product(product);
    const int64_t at = row * kLanes;
    ops.gradient({.rows = kRowGroup,
                  .begin = begin,
                  .first_lane = first_lane,
                  .scores = scores,
                  .dp = dp,
                  .lse = block.lse,
                  .dot = block.dot,
                  .scale = root * kLog2E,
                  .p = p + at,
                  .ds = ds + at,
                  .ds_columns = ds_columns + at});
  }

  /// dv += p^T dout and dk += ds^T q for key rows [row, row + n).
  void AddKeyGradients(const QueryBlock& block, int64_t row, int64_t n, int64_t begin) {
    BlockProduct<E> product = {.m = n,
                               .n = width,
                               .k = kLanes - begin,
                               .a = p + row * kLanes + begin,
                               .lda = kLanes,
                               .b = block.dout_rows + begin * width,
                               .ldb = width,
                               .c = dv + row * width,
                               .ldc = width,
                               .accumulate = true};
    ops.product(product);
    product.a = ds + row * kLanes + begin;
    product.b = block.q_rows + begin * width;
    product.c = dk + row * width;
    ops.product(product);
  }

  /// dq^T [width][lanes] += k^T [width][n] ds^T [n][lanes] for `lanes` lanes from `lane` on.
  void AddQueryGradients(const QueryBlock& block, int64_t n, int64_t lane, int64_t lanes) {
    ops.product({.m = width,
                 .n = lanes,
                 .k = n,
                 .a = key_columns,
                 .lda = kKeys,
                 .b = ds_columns + lane * kPair<E>,
                 .ldb = kLanes,
                 .c = block.dq + lane,
                 .ldc = kLanes,
                 .accumulate = true});
  }

  /// `shift`: first key of the block - position of the first lane; key row r sees lanes >= shift +
  /// r.
  void Step(const QueryBlock& block, int64_t keys, int64_t shift) {
    keys = RoundUp(keys, kRowGroup);
    if (shift + keys - 1 <= 0) {
      for (int64_t row = 0; row < keys; row += kRowGroup) Strip(block, row, shift + row, 0);
      AddKeyGradients(block, 0, keys, 0);
      AddQueryGradients(block, keys, 0, kLanes);
      return;
    }
    for (int64_t row = 0; row < keys && shift + row < kLanes; row += kRowGroup) {
      const int64_t begin = std::max<int64_t>(0, shift + row) / kLaneGroup * kLaneGroup;
      Strip(block, row, shift + row, begin);
      AddKeyGradients(block, row, kRowGroup, begin);
    }
    for (int64_t lane = 0; lane < kLanes; lane += 2 * kLaneGroup) {
      const int64_t n = std::min(keys, RoundUp(lane + 2 * kLaneGroup - shift, kRowGroup));
      if (n > 0) AddQueryGradients(block, n, lane, 2 * kLaneGroup);
    }
  }

  void StoreQueries(const BackwardArrays<T>& at, int64_t head, int64_t index) {
    const int64_t first = index * kLanes, n = std::min(kLanes, shape.q_len - first);
    Transpose32(queries[head * blocks + index].dq, kLanes, width, kLanes, transposed, width);
    AttentionRowOps<T>().store(transposed, width, n, dim, root,
                               at.dq + first * shape.q_stride + head * dim, shape.q_stride);
  }

  /// What the next step needs from memory, a part per strip. Query blocks are read during the first
  /// key block, keys before each, and all the rows of results are written after the last use.
  struct Ahead {
    const T* from[3] = {};
    int64_t stride[3] = {};
    int64_t rows = 0;
  };
  Ahead ahead = {};

  void Prefetch(int64_t strip) const {
    constexpr int64_t kStrips = kKeys / kRowGroup;
    for (int i = 0; i < 3; ++i) {
      PrefetchRows(ahead.from[i], ahead.stride[i], strip * ahead.rows / kStrips,
                   (strip + 1) * ahead.rows / kStrips, dim);
    }
  }

  /// Before block i is worked on with keys from `first`: plan what comes after it.
  void LookAhead(const BackwardArrays<T>& at, int64_t first, int64_t i) {
    const int64_t next = i + 1;
    if (first == 0 && next < group * blocks) {
      const int64_t row = next % blocks * kLanes, column = next / blocks * dim;
      const int64_t out = row * shape.out_stride + column;
      ahead = {{at.q + row * shape.q_stride + column, at.dout + out, at.out + out},
               {shape.q_stride, shape.out_stride, shape.out_stride},
               std::min(kLanes, shape.q_len - row)};
    } else {
      ahead.rows = 0;
    }
  }

  void Run(const BackwardArrays<T>& at) {
    Allocate();
    const RowOps<T>& memory = AttentionRowOps<T>();
    for (int64_t first = 0; first < shape.kv_len; first += kKeys) {
      const int64_t keys = std::min(kKeys, shape.kv_len - first);
      LoadKeys(at, first, keys);
      for (int64_t i = 0; i < group * blocks; ++i) {
        if (first == 0) LoadQueries(at, i / blocks, i % blocks);
        LookAhead(at, first, i);
        const int64_t shift = first - (offset + i % blocks * kLanes);
        if (shift < kLanes) Step(queries[i], keys, shift);
      }
      const int64_t out = first * shape.kv_stride;
      memory.store(dk, width, keys, dim, root, at.dk + out, shape.kv_stride);
      memory.store(dv, width, keys, dim, 1, at.dv + out, shape.kv_stride);
    }
    for (int64_t i = 0; i < group * blocks; ++i) StoreQueries(at, i / blocks, i % blocks);
  }
};

}  // namespace

template <class T>
void AttentionBackward(const Context& context, const AttentionShape& shape, const T* q, const T* k,
                       const T* v, const T* out, const float* lse, const T* dout, T* dq, T* dk,
                       T* dv) {
  if (context.accelerator() != nullptr) {
    return cuda::AttentionBackward(context, shape, q, k, v, out, lse, dout, dq, dk, dv);
  }
  CRIA_CHECK(
      shape.heads % shape.kv_heads == 0 && shape.head_dim % 2 == 0 && shape.kv_len >= shape.q_len,
      "heads {} of {}, head_dim {}, {} queries on {} keys", shape.heads, shape.kv_heads,
      shape.head_dim, shape.q_len, shape.kv_len);
  const int64_t group_columns = shape.heads / shape.kv_heads * shape.head_dim;
  WithAttentionOps<T>([&]<class E>(const AttentionOps<E>& ops) {
    context.ParallelFor(shape.batch * shape.kv_heads, [&](int64_t index) {
      const int64_t b = index / shape.kv_heads, head = index % shape.kv_heads;
      const int64_t query = b * shape.q_len * shape.q_stride + head * group_columns;
      const int64_t row = b * shape.q_len * shape.out_stride + head * group_columns;
      const int64_t key = b * shape.kv_len * shape.kv_stride + head * shape.head_dim;
      const int64_t first_head = b * shape.heads + head * (shape.heads / shape.kv_heads);
      BackwardTask<T, E> task{ops, shape};
      task.Run({q + query, k + key, v + key, out + row, dout + row, lse + first_head * shape.q_len,
                dq + query, dk + key, dv + key});
    });
  });
}

template void AttentionBackward(const Context&, const AttentionShape&, const float*, const float*,
                                const float*, const float*, const float*, const float*, float*,
                                float*, float*);
template void AttentionBackward(const Context&, const AttentionShape&, const BF16*, const BF16*,
                                const BF16*, const BF16*, const float*, const BF16*, BF16*, BF16*,
                                BF16*);

}  // namespace cria::kernels
