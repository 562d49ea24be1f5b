// Perplexity with its uncertainty, and how far a model has moved from the one it was made of: the
// figures of llama.cpp's `--kl-divergence`, under the same names.
#pragma once

#include <span>
#include <vector>

#include "base/json.h"
#include "eval/fixed_windows.h"

namespace cria::eval {

struct Estimate {
  double value = 0;
  double error = 0;  ///< standard error, as if the counted ids were independent
};

/// exp(mean of -ln p).
Estimate Perplexity(std::span<const ScoredId> scored);

/// Quantiles by linear interpolation between the sorted values.
struct Distribution {
  double min = 0, p1 = 0, p5 = 0, p10 = 0, median = 0;
  double p90 = 0, p95 = 0, p99 = 0, p999 = 0, max = 0;
};

struct Divergence {
  Estimate perplexity, base_perplexity, ratio, log_ratio;
  double correlation = 0;  ///< of the two models' -ln p over the text
  Estimate kl;             ///< mean KL(base || model) per token, nats
  Distribution kl_quantiles;
  Estimate probability_shift, rms_probability_shift;  ///< p(id) - p_base(id), of the id that stands
  Distribution shift_quantiles;
  Estimate same_top;  ///< share of the places where both find the same id likeliest
};

/// `scored` with both models, at least one id.
Divergence Compare(std::span<const ScoredId> scored);

Json ToJson(const Estimate& estimate);
Json ToJson(const Divergence& divergence);

}  // namespace cria::eval
