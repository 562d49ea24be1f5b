// The shape of a LLaMA, and the presets of the paper (Table 2).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "model/rope_scaling.h"

namespace cria {

struct ModelConfig {
  int64_t dim = 0;
  int n_layers = 0;
  int n_heads = 0;
  int n_kv_heads = 0;      ///< divides n_heads; equal to it in LLaMA 1
  int head_dim = 0;        ///< dim / n_heads in LLaMA 1
  int64_t hidden_dim = 0;  ///< of the feed-forward layer
  int64_t vocab_size = 0;
  int64_t max_seq_len = 2048;
  double norm_eps = 1e-6;
  double rope_theta = 10000;
  bool tied_embeddings = false;
  RopeScaling rope_scaling;

  bool operator==(const ModelConfig&) const = default;
};

/// hidden = 2/3 * 4 * dim, times `multiplier` if given, rounded up to `multiple_of` (LLaMA 3.2).
int64_t HiddenDim(int64_t dim, int64_t multiple_of = 256, double multiplier = 1.0);

/// "7B", "13B", "33B" (also "30B"), "65B": the paper's models. Empty optional-like: throws Error.
ModelConfig PresetConfig(const std::string& name, int64_t vocab_size = 32000);
bool IsPreset(const std::string& name);

/// A well-shaped model with about `params` parameters (embeddings and output included).
ModelConfig DeriveConfig(int64_t params, int64_t vocab_size, int64_t max_seq_len);

/// Throws Error, naming `where`, if the sizes do not fit together.
void ValidateConfig(const ModelConfig& config, const std::string& where);

/// Divisors of the rotary frequencies, [head_dim / 2]; empty if there are none.
std::vector<double> RopeFactors(const ModelConfig& config);

/// Number of parameters; exact.
int64_t ParameterCount(const ModelConfig& config);
/// Floating-point operations of forward and backward per token at sequence length `seq_len`:
/// 6 per weight of every matrix product (embedding lookup is none) plus causal attention
/// (6 * layers * heads * head_dim * seq_len, half of the square).
double TrainFlopsPerToken(const ModelConfig& config, int64_t seq_len);

Json ConfigToJson(const ModelConfig& config);
ModelConfig ConfigFromJson(const Json& json, const std::string& where);

}  // namespace cria
