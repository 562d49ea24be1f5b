// Small models as DeriveConfig makes them, large ones from a grid.
#include "plan/model_shape.h"

#include <cmath>

#include "base/error.h"
#include "base/units.h"

namespace cria::plan {
namespace {

constexpr int64_t kGridFrom = 3'000'000'000, kMost = 2'000'000'000'000;

/// Widths are multiples of 1024, so that 8 divides the heads of 128; the paper's width over depth
/// is 102 to 128.
ModelConfig FromGrid(int64_t params, int64_t vocab_size) {
  ModelConfig best;
  double nearest = INFINITY;
  for (int64_t dim = 2048; dim <= 65536; dim += 1024) {
    for (int layers = 16; layers <= 512; ++layers) {
      const double aspect = static_cast<double>(dim) / layers;
      if (aspect < 90 || aspect > 180) continue;
      ModelConfig config = PresetConfig("7B", vocab_size);
      config.dim = dim, config.n_layers = layers;
      config.n_heads = config.n_kv_heads = static_cast<int>(dim / config.head_dim);
      config.hidden_dim = HiddenDim(dim);
      const auto count = static_cast<double>(ParameterCount(config));
      const double miss = std::abs(count / static_cast<double>(params) - 1);
      if (miss < nearest) nearest = miss, best = config;
    }
  }
  return best;
}

}  // namespace

ModelConfig PlannedShape(const std::string& params, int64_t vocab_size, int64_t seq_len,
                         const std::string& flag) {
  ModelConfig config;
  std::string preset = params;
  if (preset.ends_with('b')) preset.back() = 'B';
  if (IsPreset(preset)) {
    config = PresetConfig(preset, vocab_size);
  } else {
    const int64_t wanted = ParseCount(params, flag);
    if (wanted > kMost) {
      throw Error("there is no shape of so many parameters", flag,
                  "ask for at most " + FormatCount(static_cast<double>(kMost)));
    }
    config = wanted < kGridFrom ? DeriveConfig(wanted, vocab_size, seq_len)
                                : FromGrid(wanted, vocab_size);
  }
  config.max_seq_len = seq_len;
  return config;
}

}  // namespace cria::plan
