// Sizes of the buffers for a batch.
#include "model/activations.h"

#include <algorithm>

#include "tensor/dtype.h"

namespace cria {
namespace {

int64_t QWidth(const ModelConfig& c) { return int64_t{c.n_heads} * c.head_dim; }
int64_t QkvWidth(const ModelConfig& c) {
  return QWidth(c) + 2 * int64_t{c.n_kv_heads} * c.head_dim;
}

}  // namespace

template <class T>
LayerActivations<T>::LayerActivations(const ModelConfig& c, int64_t n)
    : x(n * c.dim),
      x_mid(n * c.dim),
      attention_normed(n * c.dim),
      ffn_normed(n * c.dim),
      attention_rms(n),
      ffn_rms(n),
      qkv(n * QkvWidth(c)),
      attended(n * QWidth(c)),
      lse(n * c.n_heads),
      gate_up(n * 2 * c.hidden_dim) {}

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

template <class T>
Activations<T>::Activations(const ModelConfig& config, int64_t tokens, bool for_training)
    : n(tokens),
      positions(tokens),
      scratch(config, tokens, for_training),
      head(config, tokens, for_training) {
  const int sets = for_training ? config.n_layers : 1;
  layers.reserve(static_cast<size_t>(sets));
  for (int l = 0; l < sets; ++l) layers.emplace_back(config, tokens);
}

template <class T>
int64_t ActivationBytes(const ModelConfig& c, int64_t n, bool for_training) {
  const int64_t t = sizeof(T), q = QWidth(c), qkv = QkvWidth(c);
  const int64_t layer =
      8 * c.dim + 2 * t * c.dim + 8 + t * (qkv + q) + 4 * c.n_heads + 2 * t * c.hidden_dim;
  const int64_t head = 4 * c.dim + t * c.dim + 8;
  int64_t per_token = 4 + layer + head + t * c.hidden_dim;
  if (for_training) {
    per_token +=
        (c.n_layers - 1) * layer + t * c.vocab_size + 4 * c.dim + t * (2 * c.dim + qkv + q);
  }
  return n * per_token + 4 * std::min(n, HeadActivations<T>::kLogitRows) * c.vocab_size;
}

template struct LayerActivations<float>;
template struct LayerActivations<BF16>;
template struct Scratch<float>;
template struct Scratch<BF16>;
template struct HeadActivations<float>;
template struct HeadActivations<BF16>;
template struct Activations<float>;
template struct Activations<BF16>;
template int64_t ActivationBytes<float>(const ModelConfig&, int64_t, bool);
template int64_t ActivationBytes<BF16>(const ModelConfig&, int64_t, bool);

}  // namespace cria
