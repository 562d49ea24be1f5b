// Causal attention on the CPU.
#include "kernels/attention.h"

#include <cmath>
#include <vector>

#include "kernels/ref/attention.h"

namespace cria::kernels {
namespace {

template <class T>
std::vector<float> Widen(const T* x, int64_t n) {
  std::vector<float> out(n);
  for (int64_t i = 0; i < n; ++i) out[i] = ToFloat(x[i]);
  return out;
}

}  // namespace

template <class T>
void Attention(const Context& context, const AttentionShape& shape, const T* q, const T* k,
               const T* v, T* out, float* lse) {
  const ref::AttentionIndex at{shape};
  context.ParallelFor(shape.batch * shape.heads, [&](int64_t task) {
    const int64_t b = task / shape.heads;
    const int h = static_cast<int>(task % shape.heads);
    std::vector<float> p;
    for (int64_t i = 0; i < shape.q_len; ++i) {
      const T* query = q + at.Query(b, i, h);
      const int64_t n = at.VisibleKeys(i);
      p.assign(n, 0);
      float max = -INFINITY, sum = 0;
      for (int64_t j = 0; j < n; ++j) {
        const T* key = k + at.Key(b, j, h);
        for (int d = 0; d < shape.head_dim; ++d) p[j] += ToFloat(query[d]) * ToFloat(key[d]);
        p[j] /= std::sqrt(static_cast<float>(shape.head_dim));
        max = std::max(max, p[j]);
      }
      for (float& value : p) sum += value = std::exp(value - max);
      if (lse) lse[task * shape.q_len + i] = max + std::log(sum);
      std::vector<float> total(shape.head_dim);
      for (int64_t j = 0; j < n; ++j) {
        const T* value = v + at.Key(b, j, h);
        for (int d = 0; d < shape.head_dim; ++d) total[d] += p[j] * ToFloat(value[d]);
      }
      for (int d = 0; d < shape.head_dim; ++d) {
        out[at.Out(b, i, h) + d] = FromFloat<T>(total[d] / sum);
      }
    }
  });
}

template <class T>
void AttentionBackward(const Context& context, const AttentionShape& shape, const T* q, const T* k,
                       const T* v, const T* out, const float* lse, const T* dout, T* dq, T* dk,
                       T* dv) {
  const ref::AttentionIndex at{shape};
  const int group = shape.heads / shape.kv_heads;
  const int dim = shape.head_dim;
  const float scale = 1 / std::sqrt(static_cast<float>(dim));
  context.ParallelFor(shape.batch * shape.kv_heads, [&](int64_t task) {
    const int64_t b = task / shape.kv_heads;
    const int first_head = static_cast<int>(task % shape.kv_heads) * group;
    std::vector<float> sum_k(shape.kv_len * dim), sum_v(shape.kv_len * dim), sum_q(dim);
    for (int h = first_head; h < first_head + group; ++h) {
      for (int64_t i = 0; i < shape.q_len; ++i) {
        const T *query = q + at.Query(b, i, h), *d_row = dout + at.Out(b, i, h);
        const std::vector<float> qf = Widen(query, dim), df = Widen(d_row, dim);
        float dot = 0;
        for (int d = 0; d < dim; ++d) dot += df[d] * ToFloat(out[at.Out(b, i, h) + d]);
        sum_q.assign(dim, 0);
        for (int64_t j = 0; j < at.VisibleKeys(i); ++j) {
          const T *key = k + at.Key(b, j, h), *value = v + at.Key(b, j, h);
          float s = 0, dp = 0;
          for (int d = 0; d < dim; ++d) {
            s += qf[d] * ToFloat(key[d]);
            dp += df[d] * ToFloat(value[d]);
          }
          const float p = std::exp(s * scale - lse[(b * shape.heads + h) * shape.q_len + i]);
          const float ds = p * (dp - dot) * scale;
          for (int d = 0; d < dim; ++d) {
            sum_v[j * dim + d] += p * df[d];
            sum_k[j * dim + d] += ds * qf[d];
            sum_q[d] += ds * ToFloat(key[d]);
          }
        }
        for (int d = 0; d < dim; ++d) dq[at.Query(b, i, h) + d] = FromFloat<T>(sum_q[d]);
      }
    }
    for (int64_t j = 0; j < shape.kv_len; ++j) {
      for (int d = 0; d < dim; ++d) {
        dk[at.Key(b, j, first_head) + d] = FromFloat<T>(sum_k[j * dim + d]);
        dv[at.Key(b, j, first_head) + d] = FromFloat<T>(sum_v[j * dim + d]);
      }
    }
  });
}

template void Attention(const Context&, const AttentionShape&, const float*, const float*,
                        const float*, float*, float*);
template void Attention(const Context&, const AttentionShape&, const BF16*, const BF16*,
                        const BF16*, BF16*, float*);
template void AttentionBackward(const Context&, const AttentionShape&, const float*, const float*,
                                const float*, const float*, const float*, const float*, float*,
                                float*, float*);
template void AttentionBackward(const Context&, const AttentionShape&, const BF16*, const BF16*,
                                const BF16*, const BF16*, const float*, const BF16*, BF16*, BF16*,
                                BF16*);

}  // namespace cria::kernels
