// Presets, derived shapes, counts of parameters and operations.
#include "model/config.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/units.h"

namespace cria {
namespace {

struct Preset {
  const char* name;
  int64_t dim;
  int layers, heads;
  double norm_eps;
};

// LLaMA paper, Table 2; norm_eps from the released params.json.
constexpr Preset kPresets[] = {{"7B", 4096, 32, 32, 1e-6},
                               {"13B", 5120, 40, 40, 1e-6},
                               {"33B", 6656, 60, 52, 1e-6},
                               {"30B", 6656, 60, 52, 1e-6},
                               {"65B", 8192, 80, 64, 1e-5}};

const Preset* FindPreset(const std::string& name) {
  for (const Preset& preset : kPresets) {
    if (name == preset.name) return &preset;
  }
  return nullptr;
}

// Largest head size up to 64 that divides dim and leaves at least 4 heads; 128 as in the paper for
// dim >= 2048.
int ChooseHeadDim(int64_t dim) {
  for (const int head_dim : {128, 64, 48, 32, 16, 8, 4, 2}) {
    if (head_dim == 128 && dim < 2048) continue;
    if (dim % head_dim == 0 && dim / head_dim >= 4) return head_dim;
  }
  return static_cast<int>(dim);
}

ModelConfig Shaped(int64_t dim, int layers, int64_t vocab_size, int64_t max_seq_len) {
  ModelConfig config;
  config.dim = dim;
  config.n_layers = layers;
  config.head_dim = ChooseHeadDim(dim);
  config.n_heads = static_cast<int>(dim / config.head_dim);
  config.n_kv_heads = config.n_heads;
  config.hidden_dim = HiddenDim(dim, dim >= 1024 ? 256 : 32);
  config.vocab_size = vocab_size;
  config.max_seq_len = max_seq_len;
  return config;
}

// Width over depth: about 48 for the smallest models, growing to the paper's 128 (7B).
double PreferredAspect(int64_t dim) {
  return std::clamp(48.0 * std::sqrt(static_cast<double>(dim) / 288.0), 24.0, 128.0);
}

void Require(bool condition, const std::string& what, const std::string& where,
             const std::string& remedy) {
  if (!condition) throw Error(what, where, remedy);
}

}  // namespace

int64_t HiddenDim(int64_t dim, int64_t multiple_of, double multiplier) {
  int64_t hidden = 2 * (4 * dim) / 3;
  hidden = static_cast<int64_t>(multiplier * static_cast<double>(hidden));
  return (hidden + multiple_of - 1) / multiple_of * multiple_of;
}

bool IsPreset(const std::string& name) { return FindPreset(name) != nullptr; }

ModelConfig PresetConfig(const std::string& name, int64_t vocab_size) {
  const Preset* preset = FindPreset(name);
  Require(preset != nullptr, "no preset \"" + name + "\"", "--preset", "use 7B, 13B, 33B or 65B");
  ModelConfig config = Shaped(preset->dim, preset->layers, vocab_size, 2048);
  config.n_heads = config.n_kv_heads = preset->heads;
  config.head_dim = 128;
  config.norm_eps = preset->norm_eps;
  return config;
}

ModelConfig DeriveConfig(int64_t params, int64_t vocab_size, int64_t max_seq_len) {
  Require(params >= 1000, fmt::format("{} parameters are too few", params), "--params",
          "ask for at least 100K");
  ModelConfig best;
  double best_cost = std::numeric_limits<double>::infinity();
  for (int64_t dim = 32; dim <= 16384; dim += dim < 1024 ? 32 : 128) {
    for (int layers = 1; layers <= 128; ++layers) {
      const ModelConfig config = Shaped(dim, layers, vocab_size, max_seq_len);
      const double size_error = std::fabs(
          std::log(static_cast<double>(ParameterCount(config)) / static_cast<double>(params)));
      const double aspect_error =
          std::fabs(std::log(static_cast<double>(dim) / layers / PreferredAspect(dim)));
      const double cost = 4 * size_error + aspect_error;
      if (cost < best_cost) {
        best_cost = cost;
        best = config;
      }
    }
  }
  const double got = static_cast<double>(ParameterCount(best));
  Require(std::fabs(got / static_cast<double>(params) - 1) < 0.5,
          fmt::format("no good shape with {} parameters at a vocabulary of {}",
                      FormatCount(static_cast<double>(params)), vocab_size),
          "--params", "ask for more parameters or use a smaller vocabulary");
  return best;
}

void ValidateConfig(const ModelConfig& c, const std::string& where) {
  Require(c.dim > 0 && c.n_layers > 0 && c.n_heads > 0 && c.n_kv_heads > 0 && c.head_dim > 0 &&
              c.hidden_dim > 0,
          "every size of the model must be positive", where, "check dim, layers, heads, hidden");
  Require(c.dim <= 1 << 20 && c.n_layers <= 4096 && c.n_heads <= 4096 && c.head_dim <= 1024 &&
              c.hidden_dim <= 1 << 22 && c.vocab_size <= 1 << 24,
          "a size of the model is beyond all reason", where, "check dim, layers, heads, hidden");
  Require(c.n_heads % c.n_kv_heads == 0,
          fmt::format("{} heads cannot share {} key/value heads", c.n_heads, c.n_kv_heads), where,
          "make the number of heads a multiple of the number of key/value heads");
  Require(c.head_dim % 2 == 0,
          fmt::format("head size {} is odd; rotary embedding needs pairs", c.head_dim), where,
          "choose dim and heads so that dim / heads is even");
  Require(c.vocab_size > 1, "the vocabulary is empty", where, "check the tokenizer");
  Require(c.max_seq_len > 1, "sequences must be longer than one token", where, "check --seq-len");
  Require(c.norm_eps > 0 && c.rope_theta > 1, "norm_eps and rope_theta must be positive", where,
          "use 1e-6 and 10000");
}

std::vector<double> RopeFactors(const ModelConfig& c) {
  return RopeFactors(c.rope_scaling, c.head_dim, c.rope_theta);
}

int64_t ParameterCount(const ModelConfig& c) {
  const int64_t q = int64_t{c.n_heads} * c.head_dim, kv = int64_t{c.n_kv_heads} * c.head_dim;
  const int64_t layer = c.dim * (q + 2 * kv) + q * c.dim + 3 * c.dim * c.hidden_dim + 2 * c.dim;
  return c.vocab_size * c.dim * (c.tied_embeddings ? 1 : 2) + c.n_layers * layer + c.dim;
}

double TrainFlopsPerToken(const ModelConfig& c, int64_t seq_len) {
  const double q = 1.0 * c.n_heads * c.head_dim, kv = 1.0 * c.n_kv_heads * c.head_dim;
  const double dim = static_cast<double>(c.dim);
  const double layer = dim * (q + 2 * kv) + q * dim + 3 * dim * static_cast<double>(c.hidden_dim);
  const double matrices = c.n_layers * layer + dim * static_cast<double>(c.vocab_size);
  return 6 * matrices + 6 * c.n_layers * q * static_cast<double>(seq_len);
}

Json ConfigToJson(const ModelConfig& c) {
  Json json = {{"dim", c.dim},
               {"n_layers", c.n_layers},
               {"n_heads", c.n_heads},
               {"n_kv_heads", c.n_kv_heads},
               {"head_dim", c.head_dim},
               {"hidden_dim", c.hidden_dim},
               {"vocab_size", c.vocab_size},
               {"max_seq_len", c.max_seq_len},
               {"norm_eps", c.norm_eps},
               {"rope_theta", c.rope_theta},
               {"tied_embeddings", c.tied_embeddings}};
  if (c.rope_scaling != RopeScaling()) json["rope_scaling"] = RopeScalingToJson(c.rope_scaling);
  return json;
}

ModelConfig ConfigFromJson(const Json& json, const std::string& where) {
  ModelConfig c;
  c.dim = JsonGet<int64_t>(json, "dim", where);
  c.n_layers = JsonGet<int>(json, "n_layers", where);
  c.n_heads = JsonGet<int>(json, "n_heads", where);
  c.n_kv_heads = JsonGet<int>(json, "n_kv_heads", where);
  c.head_dim = JsonGet<int>(json, "head_dim", where);
  c.hidden_dim = JsonGet<int64_t>(json, "hidden_dim", where);
  c.vocab_size = JsonGet<int64_t>(json, "vocab_size", where);
  c.max_seq_len = JsonGet<int64_t>(json, "max_seq_len", where);
  c.norm_eps = JsonGet<double>(json, "norm_eps", where);
  c.rope_theta = JsonGet<double>(json, "rope_theta", where);
  c.tied_embeddings = JsonGet<bool>(json, "tied_embeddings", where);
  if (json.contains("rope_scaling")) {
    c.rope_scaling = RopeScalingFromJson(json["rope_scaling"], where);
  }
  ValidateConfig(c, where);
  return c;
}

}  // namespace cria
