// The equations of layer.h, operator by operator, forward and in reverse.
#include "model/layer.h"

#include <algorithm>

#include "kernels/convert.h"
#include "kernels/norm.h"
#include "kernels/swiglu.h"

namespace cria {
namespace {

struct Widths {
  explicit Widths(const ModelConfig& c)
      : q(int64_t{c.n_heads} * c.head_dim),
        kv(int64_t{c.n_kv_heads} * c.head_dim),
        qkv(q + 2 * kv) {}
  int64_t q, kv, qkv;
};

kernels::AttentionShape SelfAttention(const ModelConfig& c, const TokenGrid& grid) {
  const Widths w(c);
  return {.batch = grid.rows,
          .q_len = grid.seq_len,
          .kv_len = grid.seq_len,
          .heads = c.n_heads,
          .kv_heads = c.n_kv_heads,
          .head_dim = c.head_dim,
          .q_stride = w.qkv,
          .kv_stride = w.qkv,
          .out_stride = w.q};
}

template <class V>
void CopyRows(const Context& context, int64_t rows, int64_t width, const V* from,
              int64_t from_stride, V* to, int64_t to_stride) {
  constexpr int64_t kRows = 64;
  context.ParallelFor((rows + kRows - 1) / kRows, [&](int64_t b) {
    for (int64_t r = b * kRows; r < std::min(rows, (b + 1) * kRows); ++r) {
      std::copy_n(from + r * from_stride, width, to + r * to_stride);
    }
  });
}

template <class T>
void Attend(const Context& context, const ModelConfig& c, const TokenRows& tokens,
            const kernels::KvLayer& cache, LayerActivations<T>* a) {
  const Widths w(c);
  const T* q = a->qkv.data();
  const T* k = q + w.q;
  const T* v = k + w.kv;
  if (tokens.segments.empty()) {
    kernels::Attention(context, SelfAttention(c, tokens.grid), q, k, v, a->attended.data(),
                       a->lse.data());
    return;
  }
  kernels::StoreKeysValues(context, cache, tokens.segments, k, v, w.qkv);
  kernels::PagedAttention(context, {.heads = c.n_heads, .q_stride = w.qkv, .out_stride = w.q},
                          cache, tokens.segments, q, a->attended.data());
}

}  // namespace

namespace {

// Everything up to the residual stream behind attention.
template <class T>
void AttentionForward(const Context& context, const ModelConfig& c, const LayerWeights<T>& weights,
                      const kernels::RopeTable& rope, const TokenRows& tokens,
                      const kernels::KvLayer& cache, LayerActivations<T>* a, Scratch<T>* scratch,
                      float* x_mid) {
  const Widths w(c);
  const int64_t n = tokens.n();
  kernels::RmsNorm(context, n, c.dim, static_cast<float>(c.norm_eps), a->x.data(),
                   weights.attention_norm, a->attention_normed.data(), a->attention_rms.data());
  weights.wqkv.Apply(context, tokens.phases, a->attention_normed.data(), c.dim, &scratch->quantized,
                     a->qkv.data(), w.qkv);
  kernels::Rope(context, rope, tokens.positions, c.n_heads + c.n_kv_heads, a->qkv.data(), w.qkv,
                false);
  Attend(context, c, tokens, cache, a);
  if (x_mid != a->x.data()) CopyRows(context, n, c.dim, a->x.data(), c.dim, x_mid, c.dim);
  weights.wo.Apply(context, tokens.phases, a->attended.data(), w.q, &scratch->quantized, x_mid,
                   c.dim, true);
}

template <class T>
void GateUpForward(const Context& context, const ModelConfig& c, const LayerWeights<T>& weights,
                   const TokenRows& tokens, LayerActivations<T>* a, Scratch<T>* scratch) {
  weights.w13.Apply(context, tokens.phases, a->ffn_normed.data(), c.dim, &scratch->quantized,
                    a->gate_up.data(), 2 * c.hidden_dim);
}

// What the forward pass did not keep.
template <class T>
void ComputeAgain(const Context& context, const ModelConfig& c, const LayerWeights<T>& weights,
                  const kernels::RopeTable& rope, const TokenRows& tokens, Recompute recompute,
                  LayerActivations<T>* a, Scratch<T>* scratch) {
  if (recompute == Recompute::kNone) return;
  const int64_t n = tokens.n();
  const float eps = static_cast<float>(c.norm_eps);
  if (recompute == Recompute::kLayers) {
    AttentionForward(context, c, weights, rope, tokens, {}, a, scratch, a->x_mid.data());
  } else {
    kernels::RmsNorm(context, n, c.dim, eps, a->x.data(), weights.attention_norm,
                     a->attention_normed.data(), a->attention_rms.data());
  }
  kernels::RmsNorm(context, n, c.dim, eps, a->x_mid.data(), weights.ffn_norm, a->ffn_normed.data(),
                   a->ffn_rms.data());
  if (recompute >= Recompute::kFeedForward) {
    GateUpForward(context, c, weights, tokens, a, scratch);
  }
}

}  // namespace

template <class T>
void LayerForward(const Context& context, const ModelConfig& c, const LayerWeights<T>& weights,
                  const kernels::RopeTable& rope, const TokenRows& tokens,
                  const kernels::KvLayer& cache, LayerActivations<T>* a, Scratch<T>* scratch,
                  float* x_out) {
  const int64_t n = tokens.n();
  const bool in_place = x_out == a->x.data();
  float* const x_mid = in_place ? x_out : a->x_mid.data();
  AttentionForward(context, c, weights, rope, tokens, cache, a, scratch, x_mid);
  kernels::RmsNorm(context, n, c.dim, static_cast<float>(c.norm_eps), x_mid, weights.ffn_norm,
                   a->ffn_normed.data(), a->ffn_rms.data());
  GateUpForward(context, c, weights, tokens, a, scratch);
  kernels::SwiGlu(context, n, c.hidden_dim, a->gate_up.data(), scratch->gated.data());
  if (!in_place) CopyRows(context, n, c.dim, x_mid, c.dim, x_out, c.dim);
  weights.w2.Apply(context, tokens.phases, scratch->gated.data(), c.hidden_dim, &scratch->quantized,
                   x_out, c.dim, true);
}

template <class T>
void LayerBackward(const Context& context, const ModelConfig& c, const LayerWeights<T>& weights,
                   const kernels::RopeTable& rope, const TokenRows& tokens, Recompute recompute,
                   LayerActivations<T>* a, Scratch<T>* s, float* gradients) {
  const Widths w(c);
  const LayerOffsets at(c);
  const int64_t n = tokens.n(), hidden = c.hidden_dim;
  ComputeAgain(context, c, weights, rope, tokens, recompute, a, s);
  float* dx = s->dx.data();
  T* dx_t = s->dx_t.data();
  T* d_normed = s->d_normed.data();

  // Feed-forward.
  kernels::Convert(context, n * c.dim, dx, dx_t);
  kernels::Matmul(context, n, dx_t, c.dim, weights.w2.backward, s->gated.data(), hidden);
  kernels::SwiGluBackward(context, n, hidden, a->gate_up.data(), s->gated.data(), a->gate_up.data(),
                          s->gated.data());
  const T* d_gate_up = a->gate_up.data();
  kernels::MatmulTransposedA(context, c.dim, hidden, n, dx_t, c.dim, s->gated.data(), hidden,
                             gradients + at.w2, hidden);
  kernels::MatmulTransposedA(context, 2 * hidden, c.dim, n, d_gate_up, 2 * hidden,
                             a->ffn_normed.data(), c.dim, gradients + at.w13, c.dim);
  kernels::Matmul(context, n, d_gate_up, 2 * hidden, weights.w13.backward, d_normed, c.dim);
  std::fill_n(gradients + at.ffn_norm, c.dim, 0.0f);
  kernels::RmsNormBackward(context, n, c.dim, a->x_mid.data(), weights.ffn_norm, a->ffn_rms.data(),
                           d_normed, dx, gradients + at.ffn_norm);

  // Attention.
  kernels::Convert(context, n * c.dim, dx, dx_t);
  kernels::MatmulTransposedA(context, c.dim, w.q, n, dx_t, c.dim, a->attended.data(), w.q,
                             gradients + at.wo, w.q);
  kernels::Matmul(context, n, dx_t, c.dim, weights.wo.backward, s->d_attended.data(), w.q);
  const T* q = a->qkv.data();
  T* dq = s->d_qkv.data();
  kernels::AttentionBackward(context, SelfAttention(c, tokens.grid), q, q + w.q, q + w.q + w.kv,
                             a->attended.data(), a->lse.data(), s->d_attended.data(), dq, dq + w.q,
                             dq + w.q + w.kv);
  kernels::Rope(context, rope, tokens.positions, c.n_heads + c.n_kv_heads, dq, w.qkv, true);
  kernels::MatmulTransposedA(context, w.qkv, c.dim, n, dq, w.qkv, a->attention_normed.data(), c.dim,
                             gradients + at.wqkv, c.dim);
  kernels::Matmul(context, n, dq, w.qkv, weights.wqkv.backward, d_normed, c.dim);
  std::fill_n(gradients + at.attention_norm, c.dim, 0.0f);
  kernels::RmsNormBackward(context, n, c.dim, a->x.data(), weights.attention_norm,
                           a->attention_rms.data(), d_normed, dx, gradients + at.attention_norm);
}

#define CRIA_INSTANTIATE(T)                                                                  \
  template void LayerForward<T>(                                                             \
      const Context&, const ModelConfig&, const LayerWeights<T>&, const kernels::RopeTable&, \
      const TokenRows&, const kernels::KvLayer&, LayerActivations<T>*, Scratch<T>*, float*); \
  template void LayerBackward<T>(const Context&, const ModelConfig&, const LayerWeights<T>&, \
                                 const kernels::RopeTable&, const TokenRows&, Recompute,     \
                                 LayerActivations<T>*, Scratch<T>*, float*);
CRIA_INSTANTIATE(float)
CRIA_INSTANTIATE(BF16)
#undef CRIA_INSTANTIATE

}  // namespace cria
