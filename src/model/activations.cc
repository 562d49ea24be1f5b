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
Scratch<T>::Scratch(const ModelConfig& c, int64_t n, bool for_training) : gated(n * c.hidden_dim) {
  if (!for_training) return;
  dx = Buffer<float>(n * c.dim);
  dx_t = Buffer<T>(n * c.dim);
  d_normed = Buffer<T>(n * c.dim);
  d_qkv = Buffer<T>(n * QkvWidth(c));
  d_attended = Buffer<T>(n * QWidth(c));
}

template <class T>
HeadActivations<T>::HeadActivations(const ModelConfig& c, int64_t n, bool for_training)
    : x(n * c.dim),
      normed(n * c.dim),
      rms(n),
      logits(std::min(n, kLogitRows) * c.vocab_size),
      dlogits(for_training ? n * c.vocab_size : 0),
      loss(n) {}

namespace {

// One member of a layer's activations: values of a token, and the least Recompute that does not
// keep it.
template <class T, class F>
void ForEachMember(const ModelConfig& c, F f) {
  using L = LayerActivations<T>;
  f(&L::attention_normed, c.dim, Recompute::kNorms);
  f(&L::ffn_normed, c.dim, Recompute::kNorms);
  f(&L::attention_rms, int64_t{1}, Recompute::kNorms);
  f(&L::ffn_rms, int64_t{1}, Recompute::kNorms);
  f(&L::gate_up, 2 * c.hidden_dim, Recompute::kFeedForward);
  f(&L::x_mid, c.dim, Recompute::kLayers);
  f(&L::qkv, QkvWidth(c), Recompute::kLayers);
  f(&L::attended, QWidth(c), Recompute::kLayers);
  f(&L::lse, int64_t{c.n_heads}, Recompute::kLayers);
}

template <class V>
std::span<V> Add(std::vector<Buffer<V>>* buffers, int64_t elements) {
  return buffers->emplace_back(elements).span();
}

}  // namespace

template <class T>
Activations<T>::Activations(const ModelConfig& c, int64_t tokens, bool for_training,
                            Recompute recompute)
    : n(tokens),
      positions(tokens),
      scratch(c, tokens, for_training),
      head(c, tokens, for_training) {
  const auto place = [&](auto member, int64_t width, LayerActivations<T>* layer) {
    if constexpr (std::is_same_v<decltype(member), std::span<float> LayerActivations<T>::*>) {
      layer->*member = Add(&floats_, n * width);
    } else {
      layer->*member = Add(&values_, n * width);
    }
  };
  LayerActivations<T> shared;
  ForEachMember<T>(c, [&](auto member, int64_t width, Recompute dropped_by) {
    if (recompute >= dropped_by) place(member, width, &shared);
  });
  layers.assign(static_cast<size_t>(for_training ? c.n_layers : 1), shared);
  for (LayerActivations<T>& layer : layers) {
    layer.x = Add(&floats_, n * c.dim);
    ForEachMember<T>(c, [&](auto member, int64_t width, Recompute dropped_by) {
      if (recompute < dropped_by) place(member, width, &layer);
    });
  }
}

template <class T>
int64_t ActivationBytes(const ModelConfig& c, int64_t n, bool for_training, Recompute recompute) {
  const int64_t t = sizeof(T), layers = for_training ? c.n_layers : 1;
  int64_t bytes = layers * ReservedBytes(4 * n * c.dim);  // x
  ForEachMember<T>(c, [&](auto member, int64_t width, Recompute dropped_by) {
    using Values = std::decay_t<decltype(std::declval<LayerActivations<T>>().*member)>;
    bytes += (recompute < dropped_by ? layers : 1) *
             ReservedBytes(n * width * int64_t{sizeof(typename Values::element_type)});
  });
  const auto add = [&](int64_t width, int64_t size) { bytes += ReservedBytes(n * width * size); };
  add(1, 4);             // positions
  add(c.hidden_dim, t);  // gated
  add(c.dim, 4);         // the head: x, normed, rms, loss
  add(c.dim, t);
  add(1, 4);
  add(1, 4);
  bytes += ReservedBytes(4 * std::min(n, HeadActivations<T>::kLogitRows) * c.vocab_size);
  if (!for_training) return bytes;
  add(c.vocab_size, t);  // dlogits
  add(c.dim, 4);         // dx, dx_t, d_normed, d_qkv, d_attended
  add(c.dim, t);
  add(c.dim, t);
  add(QkvWidth(c), t);
  add(QWidth(c), t);
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
template int64_t ActivationBytes<float>(const ModelConfig&, int64_t, bool, Recompute);
template int64_t ActivationBytes<BF16>(const ModelConfig&, int64_t, bool, Recompute);

}  // namespace cria
