// Scalar truth of causal attention with grouped key/value heads (Vaswani et al. 2017, eq. 1;
// Ainslie et al. 2023). Stores one row of probabilities at a time. Not for speed.
#pragma once

#include <vector>

#include "kernels/attention.h"
#include "kernels/ref/cross_entropy.h"

namespace cria::kernels::ref {

/// Where query row i of head h in sequence b finds its operands.
struct AttentionIndex {
  const AttentionShape& s;
  int64_t Query(int64_t b, int64_t i, int h) const {
    return (b * s.q_len + i) * s.q_stride + h * s.head_dim;
  }
  int64_t Out(int64_t b, int64_t i, int h) const {
    return (b * s.q_len + i) * s.out_stride + h * s.head_dim;
  }
  int64_t Key(int64_t b, int64_t j, int h) const {
    return (b * s.kv_len + j) * s.kv_stride + h / (s.heads / s.kv_heads) * s.head_dim;
  }
  int64_t VisibleKeys(int64_t i) const { return s.kv_len - s.q_len + i + 1; }
};

/// Probabilities of query i over its visible keys; returns log(sum(exp(scores))).
template <class S>
S AttentionRow(const AttentionShape& shape, int64_t b, int64_t i, int h, const S* q, const S* k,
               std::vector<S>* p) {
  const AttentionIndex at{shape};
  p->assign(at.VisibleKeys(i), S(0));
  for (int64_t j = 0; j < at.VisibleKeys(i); ++j) {
    for (int d = 0; d < shape.head_dim; ++d) {
      (*p)[j] += q[at.Query(b, i, h) + d] * k[at.Key(b, j, h) + d];
    }
    (*p)[j] /= std::sqrt(static_cast<double>(shape.head_dim));
  }
  const S lse = LogSumExp(static_cast<int64_t>(p->size()), p->data());
  for (S& value : *p) value = std::exp(value - lse);
  return lse;
}

/// See kernels/attention.h. `lse` may be null.
template <class S>
void Attention(const AttentionShape& shape, const S* q, const S* k, const S* v, S* out, S* lse) {
  const AttentionIndex at{shape};
  std::vector<S> p;
  for (int64_t b = 0; b < shape.batch; ++b) {
    for (int h = 0; h < shape.heads; ++h) {
      for (int64_t i = 0; i < shape.q_len; ++i) {
        const S row_lse = AttentionRow(shape, b, i, h, q, k, &p);
        if (lse) lse[(b * shape.heads + h) * shape.q_len + i] = row_lse;
        for (int d = 0; d < shape.head_dim; ++d) {
          S sum(0);
          for (int64_t j = 0; j < at.VisibleKeys(i); ++j) sum += p[j] * v[at.Key(b, j, h) + d];
          out[at.Out(b, i, h) + d] = sum;
        }
      }
    }
  }
}

/// Adds to dq, dk, dv (the caller zeroes them): dv_j += p_ij do_i; ds_ij = p_ij (do_i v_j - do_i
/// o_i); dq_i += ds_ij k_j / sqrt(d); dk_j += ds_ij q_i / sqrt(d).
template <class S>
void AttentionBackward(const AttentionShape& shape, const S* q, const S* k, const S* v,
                       const S* dout, S* dq, S* dk, S* dv) {
  const AttentionIndex at{shape};
  const double scale = 1 / std::sqrt(static_cast<double>(shape.head_dim));
  std::vector<S> p, dp;
  for (int64_t b = 0; b < shape.batch; ++b) {
    for (int h = 0; h < shape.heads; ++h) {
      for (int64_t i = 0; i < shape.q_len; ++i) {
        AttentionRow(shape, b, i, h, q, k, &p);
        const int64_t query = at.Query(b, i, h), row = at.Out(b, i, h);
        S dot(0);  // do_i . o_i = sum_j p_ij dp_ij
        dp.assign(p.size(), S(0));
        for (int64_t j = 0; j < at.VisibleKeys(i); ++j) {
          for (int d = 0; d < shape.head_dim; ++d) {
            dp[j] += dout[row + d] * v[at.Key(b, j, h) + d];
            dv[at.Key(b, j, h) + d] += p[j] * dout[row + d];
          }
          dot += p[j] * dp[j];
        }
        for (int64_t j = 0; j < at.VisibleKeys(i); ++j) {
          const S ds = p[j] * (dp[j] - dot) * scale;
          for (int d = 0; d < shape.head_dim; ++d) {
            dq[query + d] += ds * k[at.Key(b, j, h) + d];
            dk[at.Key(b, j, h) + d] += ds * q[query + d];
          }
        }
      }
    }
  }
}

}  // namespace cria::kernels::ref
