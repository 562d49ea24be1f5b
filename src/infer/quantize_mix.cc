// The table of llama.cpp, tensor by tensor.
#include "infer/quantize_mix.h"

#include <algorithm>
#include <cctype>

#include "base/error.h"

namespace cria::infer {
namespace {

using enum DType;

int LayerOf(const std::string& name) {
  return name.starts_with("layers.") ? std::stoi(name.substr(7)) : 0;
}

// The first and the last eighth of the layers, and every third between.
bool More(int i, int n) { return i < n / 8 || i >= 7 * n / 8 || (i - n / 8) % 3 == 2; }

// With many query heads to one of keys and values wv is small, and worth more bits.
DType AttentionV(const std::string& mix, int i, const ModelConfig& c, DType base) {
  const int n = c.n_layers, shared = c.n_heads / c.n_kv_heads;
  DType type = base;
  if (mix == "q2_k") type = shared >= 4 ? kQ4_K : kQ3_K;
  if (mix == "q2_k_s" && shared >= 4) type = kQ4_K;
  if (mix == "q3_k_m") type = i < 2 ? kQ5_K : kQ4_K;
  if (mix == "q3_k_l") type = kQ5_K;
  if (mix == "q4_k_s" && i < 4) type = kQ5_K;
  if ((mix == "q4_k_m" || mix == "q5_k_m") && More(i, n)) type = kQ6_K;
  const bool is_70b = n == 80 && shared > 1;
  if (is_70b && (type == kQ3_K || type == kQ4_K)) type = kQ5_K;
  return type;
}

DType FeedForwardDown(const std::string& mix, int i, int n, DType base, bool calibrated) {
  if (mix == "q2_k") return kQ3_K;
  if (mix == "q2_k_s") return i < n / 8 ? kQ4_K : kQ2_K;
  if (mix == "q3_k_m") return i < n / 16 ? kQ5_K : kQ4_K;
  if (mix == "q3_k_l") return kQ5_K;
  if (mix == "q4_k_s") return i < n / 8 ? kQ5_K : kQ4_K;
  if (mix == "q4_k_m" || mix == "q5_k_m") return More(i, n) ? kQ6_K : base;
  if (mix == "q4_0" && calibrated && i < n / 8) return kQ4_1;
  if (mix == "q5_0" && calibrated && i < n / 8) return kQ5_1;
  return base;
}

DType AttentionOutput(const std::string& mix, DType base) {
  if (mix == "q2_k") return kQ3_K;
  if (mix == "q3_k_m") return kQ4_K;
  if (mix == "q3_k_l") return kQ5_K;
  return base;
}

DType Wanted(const QuantizeMix& mix, const ParameterSpec& spec, const ModelConfig& c,
             bool calibrated) {
  const int i = LayerOf(spec.name), n = c.n_layers;
  const bool output = spec.role == ParameterRole::kOutput ||
                      (spec.role == ParameterRole::kEmbedding && c.tied_embeddings);
  if (output) return mix.base == kQ8_0 ? kQ8_0 : kQ6_K;
  if (spec.name.ends_with(".wv.weight")) return AttentionV(mix.name, i, c, mix.base);
  if (spec.name.ends_with(".w2.weight")) {
    return FeedForwardDown(mix.name, i, n, mix.base, calibrated);
  }
  if (spec.name.ends_with(".wo.weight")) return AttentionOutput(mix.name, mix.base);
  return mix.base;
}

DType WithSmallBlocks(DType type) {
  switch (type) {
    case kQ2_K:
    case kQ3_K:
      return kQ4_0;
    case kQ4_K:
      return kQ5_0;
    case kQ5_K:
      return kQ5_1;
    case kQ6_K:
      return kQ8_0;
    default:
      return type;
  }
}

}  // namespace

const std::vector<QuantizeMix>& QuantizeMixes() {
  static const std::vector<QuantizeMix> mixes = {
      {"q2_k_s", kQ2_K, 21}, {"q2_k", kQ2_K, 10}, {"q3_k_s", kQ3_K, 11}, {"q3_k_m", kQ3_K, 12},
      {"q3_k_l", kQ3_K, 13}, {"q4_0", kQ4_0, 2},  {"q4_k_s", kQ4_K, 14}, {"q4_k_m", kQ4_K, 15},
      {"q4_1", kQ4_1, 3},    {"q5_0", kQ5_0, 8},  {"q5_k_s", kQ5_K, 16}, {"q5_k_m", kQ5_K, 17},
      {"q5_1", kQ5_1, 9},    {"q6_k", kQ6_K, 18}, {"q8_0", kQ8_0, 7}};
  return mixes;
}

const QuantizeMix& FindMix(const std::string& name, const std::string& others) {
  std::string lower = name, known = others;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const QuantizeMix& mix : QuantizeMixes()) {
    if (mix.name == lower) return mix;
    known += (known.empty() ? "" : ", ") + mix.name;
  }
  throw Error(fmt::format("there is no type \"{}\"", name), "--type", "use one of " + known);
}

DType TypeInMix(const QuantizeMix& mix, const ParameterSpec& spec, const ModelConfig& config,
                const MixOptions& options) {
  if (spec.role == ParameterRole::kNorm) return kF32;
  const int64_t columns = spec.shape.back();
  const bool embedding = spec.role == ParameterRole::kEmbedding;
  const bool as_output = !embedding || (config.tied_embeddings && !options.embedding);
  const std::optional<DType>& chosen = as_output ? options.output : options.embedding;
  if ((embedding || spec.role == ParameterRole::kOutput) && chosen) {
    if (columns % BlockElements(*chosen) == 0) return *chosen;
    throw Error(fmt::format("{} has rows of {}, no whole blocks of {}", spec.name, columns,
                            DTypeName(*chosen)),
                as_output ? "--output-type" : "--embedding-type",
                "choose a type with smaller blocks: q8_0, or f16");
  }
  DType type = Wanted(mix, spec, config, options.calibrated);
  if (columns % BlockElements(type) != 0) type = WithSmallBlocks(type);
  return columns % BlockElements(type) == 0 ? type : kF16;
}

}  // namespace cria::infer
