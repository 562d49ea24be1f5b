// Sizes of the buffers for a batch.
#include "model/activations.h"

#include <algorithm>
#include <type_traits>

#include "tensor/dtype.h"

namespace cria {
namespace {

int64_t QWidth(const ModelConfig& c) { return int64_t{c.n_heads} * c.head_dim; }
int64_t QkvWidth(const ModelConfig& c) {
  return QWidth(c) + 2 * int64_t{c.n_kv_heads} * c.head_dim;
}

}  // namespace

template <class T>
Scratch<T>::Scratch(const ModelConfig& c, const PassTokens& tokens, bool for_training,
                    Accelerator* accelerator)
    : gated(tokens.n * c.hidden_dim, accelerator) {
  if (!for_training) return;
  const int64_t n = tokens.n, own = tokens.own();
  dx = Buffer<float>(own * c.dim, accelerator);
  dx_t = Buffer<T>(n * c.dim, accelerator);
  d_normed = Buffer<T>(n * c.dim, accelerator);
  d_qkv = Buffer<T>(n * QkvWidth(c), accelerator);
  d_attended = Buffer<T>(n * QWidth(c), accelerator);
  if (tokens.ranks == 1) return;
  normed = Buffer<T>(n * c.dim);
  part = Buffer<T>(n * c.dim);
  received = Buffer<T>((tokens.ranks - 1) * own * c.dim);
  rows_in = Buffer<float>(n * c.dim);
  rows_out = Buffer<float>(n * c.dim);
}

template <class T>
HeadActivations<T>::HeadActivations(const ModelConfig& c, const PassTokens& tokens,
                                    bool for_training, Accelerator* accelerator)
    : logit_rows(accelerator == nullptr ? kLogitRows
                 : for_training         ? kAcceleratedLogitRows
                                        : kAcceleratedDecodeRows),
      x(tokens.own() * c.dim, accelerator),
      normed(tokens.n * c.dim, accelerator),
      rms(tokens.own(), accelerator),
      logits(std::min(tokens.n, logit_rows) * c.vocab_size, accelerator),
      dlogits(for_training ? tokens.n * c.vocab_size : 0, accelerator),
      loss(tokens.n, accelerator) {}

namespace {

// One member of a layer's activations: its values, and the least Recompute that does not keep it.
template <class T, class F>
void ForEachMember(const ModelConfig& c, const PassTokens& tokens, F f) {
  using L = LayerActivations<T>;
  const int64_t n = tokens.n, own = tokens.own();
  f(&L::attention_normed, own * c.dim, Recompute::kNorms);
  f(&L::ffn_normed, own * c.dim, Recompute::kNorms);
  f(&L::attention_rms, own, Recompute::kNorms);
  f(&L::ffn_rms, own, Recompute::kNorms);
  f(&L::gate_up, n * 2 * c.hidden_dim, Recompute::kFeedForward);
  f(&L::x_mid, own * c.dim, Recompute::kLayers);
  f(&L::qkv, n * QkvWidth(c), Recompute::kLayers);
  f(&L::attended, n * QWidth(c), Recompute::kLayers);
  f(&L::lse, n * c.n_heads, Recompute::kLayers);
}

template <class V>
std::span<V> Add(std::vector<Buffer<V>>* buffers, int64_t elements, Accelerator* accelerator) {
  return buffers->emplace_back(elements, accelerator).span();
}

}  // namespace

template <class T>
Activations<T>::Activations(const ModelConfig& c, const PassTokens& tokens, bool for_training,
                            Recompute recompute, Accelerator* accelerator)
    : n(tokens.n),
      scratch(c, tokens, for_training, accelerator),
      head(c, tokens, for_training, accelerator) {
  const auto place = [&](auto member, int64_t elements, LayerActivations<T>* layer) {
    if constexpr (std::is_same_v<decltype(member), std::span<float> LayerActivations<T>::*>) {
      layer->*member = Add(&floats_, elements, accelerator);
    } else {
      layer->*member = Add(&values_, elements, accelerator);
    }
  };
  LayerActivations<T> shared;
  ForEachMember<T>(c, tokens, [&](auto member, int64_t elements, Recompute dropped_by) {
    if (recompute >= dropped_by) place(member, elements, &shared);
  });
  layers.assign(static_cast<size_t>(for_training ? c.n_layers : 1), shared);
  for (LayerActivations<T>& layer : layers) {
    layer.x = Add(&floats_, tokens.own() * c.dim, accelerator);
    ForEachMember<T>(c, tokens, [&](auto member, int64_t elements, Recompute dropped_by) {
      if (recompute < dropped_by) place(member, elements, &layer);
    });
  }
}

template <class T>
int64_t ActivationBytes(const ModelConfig& c, const PassTokens& tokens, bool for_training,
                        Recompute recompute) {
  const int64_t n = tokens.n, own = tokens.own();
  const int64_t t = sizeof(T), layers = for_training ? c.n_layers : 1;
  int64_t bytes = layers * ReservedBytes(4 * own * c.dim);  // x
  ForEachMember<T>(c, tokens, [&](auto member, int64_t elements, Recompute dropped_by) {
    using Values = std::decay_t<decltype(std::declval<LayerActivations<T>>().*member)>;
    bytes += (recompute < dropped_by ? layers : 1) *
             ReservedBytes(elements * int64_t{sizeof(typename Values::element_type)});
  });
  const auto add = [&](int64_t elements, int64_t size) { bytes += ReservedBytes(elements * size); };
  add(n * c.hidden_dim, t);  // gated
  add(own * c.dim, 4);       // the head: x, normed, rms, loss, logits
  add(n * c.dim, t);
  add(own, 4);
  add(n, 4);
  using Head = HeadActivations<T>;
  const int64_t logit_rows = !tokens.accelerated ? Head::kLogitRows
                             : for_training      ? Head::kAcceleratedLogitRows
                                                 : Head::kAcceleratedDecodeRows;
  add(std::min(n, logit_rows) * c.vocab_size, 4);
  if (!for_training) return bytes;
  add(n * c.vocab_size, t);  // dlogits
  add(own * c.dim, 4);       // dx, dx_t, d_normed, d_qkv, d_attended
  add(n * c.dim, t);
  add(n * c.dim, t);
  add(n * QkvWidth(c), t);
  add(n * QWidth(c), t);
  if (tokens.ranks == 1) return bytes;
  add(n * c.dim, t);  // normed, part, received, rows_in, rows_out
  add(n * c.dim, t);
  add((tokens.ranks - 1) * own * c.dim, t);
  add(n * c.dim, 4);
  add(n * c.dim, 4);
  return bytes;
}

const char* RecomputeName(Recompute recompute) {
  constexpr const char* kNames[] = {"nothing", "norms", "norms and w1 w3", "layers"};
  return kNames[static_cast<int>(recompute)];
}

template struct LayerActivations<float>;
template struct LayerActivations<BF16>;
template struct Scratch<float>;
template struct Scratch<BF16>;
template struct HeadActivations<float>;
template struct HeadActivations<BF16>;
template struct Activations<float>;
template struct Activations<BF16>;
template int64_t ActivationBytes<float>(const ModelConfig&, const PassTokens&, bool, Recompute);
template int64_t ActivationBytes<BF16>(const ModelConfig&, const PassTokens&, bool, Recompute);

}  // namespace cria
