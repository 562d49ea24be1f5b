// Bytes of one device, counted.
#include "plan/layout.h"

#include <fmt/format.h>

#include <algorithm>

namespace cria::plan {
namespace {

// Bytes per parameter: bf16 weights; gradients, master weights and AdamW's moments in fp32.
constexpr double kWeight = 2, kGradient = 4, kOptimizer = 12;
constexpr double kHalf = 2, kFloat = 4;

/// Parameters of the largest part that is gathered or reduced at once: a layer or an embedding.
double LargestPart(const ModelConfig& config) {
  const auto embedding = static_cast<double>(config.vocab_size * config.dim);
  const double outside =
      embedding * (config.tied_embeddings ? 1 : 2) + static_cast<double>(config.dim);
  const double layer = (static_cast<double>(ParameterCount(config)) - outside) / config.n_layers;
  return std::max(layer, embedding);
}

}  // namespace

const char* RecomputeName(Recompute recompute) {
  switch (recompute) {
    case Recompute::kNone:
      return "nothing";
    case Recompute::kCheap:
      return "all but linear layers";
    default:
      return "whole layers";
  }
}

std::string LayoutName(const Layout& layout) {
  const auto many = [](int64_t n, const char* what) {
    return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
  };
  return fmt::format("data {} x tensor {}, ZeRO {}, {} of {}, {} recomputed", layout.data,
                     layout.tensor, layout.zero, many(layout.pieces, "piece"),
                     many(layout.micro_rows, "sequence"), RecomputeName(layout.recompute));
}

double ActivationBytes(const ModelConfig& config, Recompute recompute, int64_t tensor) {
  const double dim = static_cast<double>(config.dim),
               hidden = static_cast<double>(config.hidden_dim),
               queries = static_cast<double>(config.n_heads) * config.head_dim,
               keys = static_cast<double>(config.n_kv_heads) * config.head_dim;
  // The layer's input, q k v, attention's result with one fp32 statistic a head, the sum behind wo,
  // w1 and w3. (What w2 gives is in the next layer's input.)
  const double linear =
      kHalf * (2 * dim + 2 * queries + 2 * keys + 2 * hidden) + kFloat * config.n_heads;
  // Both normalised inputs and what enters w2; q and k are rotated in place.
  const double cheap = kHalf * (2 * dim + hidden);
  double bytes = kHalf * dim;
  if (recompute != Recompute::kLayers) bytes = linear;
  if (recompute == Recompute::kNone) bytes += cheap;
  return bytes / static_cast<double>(tensor);
}

MemoryParts TrainingMemory(const ModelConfig& config, int64_t seq_len, const Layout& layout) {
  const double tokens = static_cast<double>(layout.micro_rows * seq_len),
               tensor = static_cast<double>(layout.tensor), data = static_cast<double>(layout.data),
               mine = static_cast<double>(ParameterCount(config)) / tensor;
  MemoryParts parts;
  parts.weights_bytes = kWeight * mine / (layout.zero >= 3 ? data : 1);
  parts.gradients_bytes = kGradient * mine / (layout.zero >= 2 ? data : 1);
  parts.optimizer_bytes = kOptimizer * mine / (layout.zero >= 1 ? data : 1);
  parts.activations_bytes =
      tokens * config.n_layers * ActivationBytes(config, layout.recompute, layout.tensor);
  // One layer at work: all that it has, and its gradient beside it.
  parts.activations_bytes += 2 * tokens * ActivationBytes(config, Recompute::kNone, layout.tensor);
  parts.logits_bytes = tokens * static_cast<double>(config.vocab_size) * 2 * kHalf / tensor;
  const double part = LargestPart(config) / tensor;
  if (layout.zero >= 2) parts.buffers_bytes += kGradient * part;
  if (layout.zero >= 3) parts.buffers_bytes += 2 * kWeight * part;  // one at work, one on the way
  return parts;
}

}  // namespace cria::plan
