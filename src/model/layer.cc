// The equations of layer.h, operator by operator, forward and in reverse.
#include "model/layer.h"

#include <algorithm>

#include "kernels/convert.h"
#include "kernels/norm.h"
#include "kernels/rows.h"
#include "kernels/sum.h"
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

}  // namespace

template <class T>
void LayerPass<T>::Norm(const float* x, const float* gain, std::span<T> y,
                        std::span<float> rms) const {
  kernels::RmsNorm(context, tokens.own().count, config.dim, static_cast<float>(config.norm_eps), x,
                   gain, y.data(), rms.data());
}

template <class T>
void LayerPass<T>::NormBackward(const float* x, const float* gain, std::span<const float> rms,
                                const T* dy, float* dgain) const {
  kernels::SetZero(context, config.dim, dgain);
  kernels::RmsNormBackward(context, tokens.own().count, config.dim, x, gain, rms.data(), dy,
                           scratch->dx.data(), dgain);
}

// Normalised rows of all ranks, for a product, begun to be brought together from the own ones.
template <class T>
const T* LayerPass<T>::BeginWhole(std::span<const T> own, comm::Exchange* exchange) const {
  if (tokens.exchange.alone()) return own.data();
  const auto [first, count] = tokens.own();
  T* const all = scratch->normed.data();
  kernels::CopyRows(context, count, config.dim, own.data(), all + first * config.dim);
  *exchange = tokens.exchange.BeginGather(tokens.n(), config.dim, all);
  return all;
}

// y [N, out] = what `weight` makes of normalised rows of all ranks, begun with the own ones while
// the others are on their way. Returns the rows.
template <class T>
const T* LayerPass<T>::WholeProduct(const LinearWeight<T>& weight, std::span<const T> own, T* y,
                                    int64_t y_stride) const {
  const int64_t dim = config.dim;
  if (tokens.exchange.alone()) {
    weight.Apply(context, tokens.phases, own.data(), dim, &scratch->quantized, y, y_stride);
    return own.data();
  }
  comm::Exchange exchange;
  const T* whole = BeginWhole(own, &exchange);
  tokens.exchange.ForOwnThenOthers(tokens.n(), &exchange, [&](const TokenStretch& rows) {
    weight.Apply(context, {rows.count, 0}, whole + rows.first * dim, dim, &scratch->quantized,
                 y + rows.first * y_stride, y_stride);
  });
  return whole;
}

// to [O, dim] = x [O, dim] + what `weight` makes of `input` [N, in]. `to` may be x. The own rows
// come last, while the others' go to where they are summed.
template <class T>
void LayerPass<T>::AddProduct(const LinearWeight<T>& weight, const T* input, const float* x,
                              float* to) const {
  const TokenExchange& exchange = tokens.exchange;
  const int64_t dim = config.dim, n = tokens.n(), own = tokens.own().count, in = weight.in();
  if (exchange.alone()) {
    return weight.ApplyAndAdd(context, tokens.phases, input, in, &scratch->quantized, x, to, dim);
  }
  if (to != x) kernels::CopyRows(context, own, dim, x, to);
  T* const part = scratch->part.data();
  T* const received = scratch->received.data();
  comm::Exchange sums = exchange.BeginParts(n, dim, received);
  for (int distance = 1; distance <= exchange.size(); ++distance) {
    const int rank = (exchange.rank() + distance) % exchange.size();
    const TokenStretch rows = exchange.StretchOf(rank, n);
    weight.Apply(context, {rows.count, 0}, input + rows.first * in, in, &scratch->quantized,
                 part + rows.first * dim, dim);
    if (rank != exchange.rank()) exchange.SendPart(rank, n, dim, part, &sums);
  }
  exchange.Finish(&sums);
  kernels::SumParts<T, float>(context, own * dim, exchange.Parts<T>(n, dim, part, received), true,
                              to);
}

template <class T>
void LayerPass<T>::Attend(const kernels::KvLayer& cache) const {
  const Widths w(config);
  const T* q = a->qkv.data();
  const T* k = q + w.q;
  const T* v = k + w.kv;
  if (tokens.paged.segments.empty()) {
    kernels::Attention(context, SelfAttention(config, tokens.grid), q, k, v, a->attended.data(),
                       a->lse.data());
    return;
  }
  kernels::StoreKeysValues(context, cache, tokens.paged, k, v, w.qkv);
  kernels::PagedAttention(context, {.heads = config.n_heads, .q_stride = w.qkv, .out_stride = w.q},
                          cache, tokens.paged, q, a->attended.data());
}

// Everything up to the residual stream behind attention.
template <class T>
void LayerPass<T>::AttentionForward(const kernels::KvLayer& cache, float* x_mid) const {
  const Widths w(config);
  Norm(a->x.data(), weights.attention_norm, a->attention_normed, a->attention_rms);
  WholeProduct(weights.wqkv, a->attention_normed, a->qkv.data(), w.qkv);
  kernels::Rope(context, rope, tokens.positions, config.n_heads + config.n_kv_heads, a->qkv.data(),
                w.qkv, false);
  Attend(cache);
  AddProduct(weights.wo, a->attended.data(), a->x.data(), x_mid);
}

// Returns the normalised rows of all ranks.
template <class T>
const T* LayerPass<T>::GateUpForward() const {
  return WholeProduct(weights.w13, a->ffn_normed, a->gate_up.data(), 2 * config.hidden_dim);
}

template <class T>
void LayerPass<T>::Forward(const kernels::KvLayer& cache, float* x_out) const {
  float* const x_mid = x_out == a->x.data() ? x_out : a->x_mid.data();
  AttentionForward(cache, x_mid);
  Norm(x_mid, weights.ffn_norm, a->ffn_normed, a->ffn_rms);
  GateUpForward();
  kernels::SwiGlu(context, tokens.n(), config.hidden_dim, a->gate_up.data(), scratch->gated.data());
  AddProduct(weights.w2, scratch->gated.data(), x_mid, x_out);
}

// What the forward pass did not keep. Returns GateUpForward's rows, null if it did not run.
template <class T>
const T* LayerPass<T>::ComputeAgain(Recompute recompute) const {
  if (recompute == Recompute::kNone) return nullptr;
  if (recompute == Recompute::kLayers) {
    AttentionForward({}, a->x_mid.data());
  } else {
    Norm(a->x.data(), weights.attention_norm, a->attention_normed, a->attention_rms);
  }
  Norm(a->x_mid.data(), weights.ffn_norm, a->ffn_normed, a->ffn_rms);
  return recompute >= Recompute::kFeedForward ? GateUpForward() : nullptr;
}

// The rounded gradient of the residual stream, begun to be brought together from all ranks.
template <class T>
comm::Exchange LayerPass<T>::BeginGradient() const {
  const auto [first, count] = tokens.own();
  T* const all = scratch->dx_t.data();
  kernels::Convert(context, count * config.dim, scratch->dx.data(), all + first * config.dim);
  return tokens.exchange.BeginGather(tokens.n(), config.dim, all);
}

template <class T>
const T* SumOwnRows(const Context& context, int64_t dim, const TokenRows& tokens,
                    comm::Exchange* exchange, Scratch<T>* scratch) {
  const auto [first, count] = tokens.own();
  T* const all = scratch->d_normed.data();
  T* const own = all + first * dim;
  if (tokens.exchange.alone()) return own;
  tokens.exchange.Finish(exchange);
  kernels::SumParts<T, T>(context, count * dim,
                          tokens.exchange.Parts<T>(tokens.n(), dim, all, scratch->received.data()),
                          false, own);
  return own;
}

// What has to come from other ranks is asked for a product ahead of its use.
template <class T>
void LayerPass<T>::FeedForwardBackward(const T* normed, float* gradients) const {
  const LayerOffsets at(config);
  const int64_t n = tokens.n(), dim = config.dim, hidden = config.hidden_dim;
  const T* dx_t = scratch->dx_t.data();
  T* const gated = scratch->gated.data();
  T* const d_normed = scratch->d_normed.data();
  comm::Exchange gradient = BeginGradient(), inputs;
  if (normed == nullptr) normed = BeginWhole(a->ffn_normed, &inputs);
  tokens.exchange.ForOwnThenOthers(n, &gradient, [&](const TokenStretch& rows) {
    kernels::Matmul(context, rows.count, dx_t + rows.first * dim, dim, weights.w2.backward,
                    gated + rows.first * hidden, hidden);
  });
  kernels::SwiGluBackward(context, n, hidden, a->gate_up.data(), gated, a->gate_up.data(), gated);
  const T* d_gate_up = a->gate_up.data();
  kernels::Matmul(context, n, d_gate_up, 2 * hidden, weights.w13.backward, d_normed, dim);
  comm::Exchange sums = tokens.exchange.BeginScatter(n, dim, d_normed, scratch->received.data());
  kernels::MatmulTransposedA(context, dim, hidden, n, dx_t, dim, gated, hidden, gradients + at.w2,
                             hidden);
  tokens.exchange.Finish(&inputs);
  kernels::MatmulTransposedA(context, 2 * hidden, dim, n, d_gate_up, 2 * hidden, normed, dim,
                             gradients + at.w13, dim);
  NormBackward(a->x_mid.data(), weights.ffn_norm, a->ffn_rms,
               SumOwnRows(context, dim, tokens, &sums, scratch), gradients + at.ffn_norm);
}

template <class T>
void LayerPass<T>::AttentionBackward(float* gradients) const {
  const Widths w(config);
  const LayerOffsets at(config);
  const int64_t n = tokens.n(), dim = config.dim;
  const T* dx_t = scratch->dx_t.data();
  const T* q = a->qkv.data();
  T* const dq = scratch->d_qkv.data();
  T* const d_normed = scratch->d_normed.data();
  comm::Exchange gradient = BeginGradient(), inputs;
  const T* normed = BeginWhole(a->attention_normed, &inputs);
  tokens.exchange.ForOwnThenOthers(n, &gradient, [&](const TokenStretch& rows) {
    kernels::Matmul(context, rows.count, dx_t + rows.first * dim, dim, weights.wo.backward,
                    scratch->d_attended.data() + rows.first * w.q, w.q);
  });
  kernels::AttentionBackward(context, SelfAttention(config, tokens.grid), q, q + w.q,
                             q + w.q + w.kv, a->attended.data(), a->lse.data(),
                             scratch->d_attended.data(), dq, dq + w.q, dq + w.q + w.kv);
  kernels::Rope(context, rope, tokens.positions, config.n_heads + config.n_kv_heads, dq, w.qkv,
                true);
  kernels::Matmul(context, n, dq, w.qkv, weights.wqkv.backward, d_normed, dim);
  comm::Exchange sums = tokens.exchange.BeginScatter(n, dim, d_normed, scratch->received.data());
  kernels::MatmulTransposedA(context, dim, w.q, n, dx_t, dim, a->attended.data(), w.q,
                             gradients + at.wo, w.q);
  tokens.exchange.Finish(&inputs);
  kernels::MatmulTransposedA(context, w.qkv, dim, n, dq, w.qkv, normed, dim, gradients + at.wqkv,
                             dim);
  NormBackward(a->x.data(), weights.attention_norm, a->attention_rms,
               SumOwnRows(context, dim, tokens, &sums, scratch), gradients + at.attention_norm);
}

template <class T>
void LayerPass<T>::Backward(Recompute recompute, float* gradients) const {
  const T* normed = ComputeAgain(recompute);
  FeedForwardBackward(normed, gradients);
  AttentionBackward(gradients);
}

template struct LayerPass<float>;
template struct LayerPass<BF16>;
template const float* SumOwnRows(const Context&, int64_t, const TokenRows&, comm::Exchange*,
                                 Scratch<float>*);
template const BF16* SumOwnRows(const Context&, int64_t, const TokenRows&, comm::Exchange*,
                                Scratch<BF16>*);

}  // namespace cria
