// Bytes of one device, counted.
#include "plan/layout.h"

#include <fmt/format.h>

namespace cria::plan {
namespace {

// Bytes per parameter: bf16 weights, bf16 gradients, fp32 master weights and AdamW's moments.
constexpr double kWeight = 2, kGradient = 2, kOptimizer = 12;
constexpr double kHalf = 2, kFloat = 4;

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
  return fmt::format("data {} x tensor {}, ZeRO {}, {} x {} sequences, {} recomputed", layout.data,
                     layout.tensor, layout.zero, layout.pieces, layout.micro_rows,
                     RecomputeName(layout.recompute));
}

double ActivationBytes(const ModelConfig& config, Recompute recompute, int64_t tensor) {
  const double dim = static_cast<double>(config.dim),
               hidden = static_cast<double>(config.hidden_dim),
               queries = static_cast<double>(config.n_heads) * config.head_dim,
               keys = static_cast<double>(config.n_kv_heads) * config.head_dim;
  // The layer's input; wq wk wv, attention (and one fp32 statistic a head), wo; w1 w3, w2.
  const double linear = kHalf * (dim + queries + 2 * keys + queries + dim + 2 * hidden + dim) +
                        kFloat * config.n_heads;
  // Both normalised inputs, the rotated q and k, and what enters w2.
  const double cheap = kHalf * (2 * dim + queries + keys + hidden);
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
  parts.weights = kWeight * mine / (layout.zero >= 3 ? data : 1);
  parts.gradients = kGradient * mine / (layout.zero >= 2 ? data : 1);
  parts.optimizer = kOptimizer * mine / (layout.zero >= 1 ? data : 1);
  parts.activations =
      tokens * config.n_layers * ActivationBytes(config, layout.recompute, layout.tensor);
  // One layer at work: all that it has, and its gradient beside it.
  parts.activations += 2 * tokens * ActivationBytes(config, Recompute::kNone, layout.tensor);
  parts.head = tokens * static_cast<double>(config.vocab_size) * 2 * kHalf / tensor;
  return parts;
}

}  // namespace cria::plan
