// Means, standard errors and quantiles of what fixed_windows.h scored. Uncertainties follow
// llama.cpp's tools/perplexity: normal approximations of first order.
#include "eval/divergence.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace cria::eval {
namespace {

// Sums of x and x^2 of n values.
struct Moments {
  double n = 0, sum = 0, squares = 0;
  void Add(double x) {
    n += 1;
    sum += x;
    squares += x * x;
  }
  double mean() const { return sum / n; }
  double variance_of_mean() const {
    return n > 1 ? std::max(0.0, squares / n - mean() * mean()) / (n - 1) : 0;
  }
  Estimate estimate() const { return {mean(), std::sqrt(variance_of_mean())}; }
};

Estimate Exp(const Estimate& log) {
  const double value = std::exp(log.value);
  return {value, value * log.error};
}

double Quantile(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const size_t below = static_cast<size_t>(at), above = std::min(below + 1, sorted.size() - 1);
  const double part = at - static_cast<double>(below);
  return (1 - part) * sorted[below] + part * sorted[above];
}

Distribution Quantiles(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {.min = values.front(),
          .p1 = Quantile(values, 0.01),
          .p5 = Quantile(values, 0.05),
          .p10 = Quantile(values, 0.10),
          .median = Quantile(values, 0.50),
          .p90 = Quantile(values, 0.90),
          .p95 = Quantile(values, 0.95),
          .p99 = Quantile(values, 0.99),
          .p999 = Quantile(values, 0.999),
          .max = values.back()};
}

Json ToJson(const Distribution& d) {
  return {{"min", d.min}, {"p1", d.p1},   {"p5", d.p5},   {"p10", d.p10},    {"median", d.median},
          {"p90", d.p90}, {"p95", d.p95}, {"p99", d.p99}, {"p99.9", d.p999}, {"max", d.max}};
}

}  // namespace

Estimate Perplexity(std::span<const ScoredId> scored) {
  CRIA_CHECK(!scored.empty());
  Moments nats;
  for (const ScoredId& s : scored) nats.Add(-s.logprob);
  return Exp(nats.estimate());
}

Divergence Compare(std::span<const ScoredId> scored) {
  CRIA_CHECK(!scored.empty());
  Moments nats, base_nats, difference, kl, shift, shift_squares;
  double products = 0, same = 0;
  std::vector<double> kl_values, shift_values;
  for (const ScoredId& s : scored) {
    nats.Add(-s.logprob);
    base_nats.Add(-s.base_logprob);
    products += s.logprob * s.base_logprob;
    difference.Add(s.base_logprob - s.logprob);
    kl.Add(s.divergence);
    const double moved = std::exp(s.logprob) - std::exp(s.base_logprob);
    shift.Add(moved);
    shift_squares.Add(moved * moved);
    kl_values.push_back(s.divergence);
    shift_values.push_back(moved);
    same += s.same_top;
  }
  const double n = nats.n;
  Divergence d;
  d.perplexity = Exp(nats.estimate());
  d.base_perplexity = Exp(base_nats.estimate());
  // The variance of a difference of two correlated means is that of the mean of differences.
  d.log_ratio = difference.estimate();
  d.ratio = Exp(d.log_ratio);
  const double spread = std::sqrt(nats.variance_of_mean() * base_nats.variance_of_mean());
  const double covariance = n > 1 ? (products / n - nats.mean() * base_nats.mean()) / (n - 1) : 0;
  d.correlation = spread > 0 ? covariance / spread : 1;
  d.kl = kl.estimate();
  d.kl_quantiles = Quantiles(std::move(kl_values));
  d.probability_shift = shift.estimate();
  const Estimate square = shift_squares.estimate();
  const double rms = std::sqrt(square.value);
  d.rms_probability_shift = {rms, rms > 0 ? square.error / (2 * rms) : 0};
  d.shift_quantiles = Quantiles(std::move(shift_values));
  const double share = same / n;
  d.same_top = {share, n > 1 ? std::sqrt(share * (1 - share) / (n - 1)) : 0};
  return d;
}

Json ToJson(const Estimate& e) { return {{"value", e.value}, {"standard_error", e.error}}; }

Json ToJson(const Divergence& d) {
  return {{"perplexity", ToJson(d.perplexity)},
          {"original_perplexity", ToJson(d.base_perplexity)},
          {"perplexity_ratio", ToJson(d.ratio)},
          {"log_perplexity_ratio", ToJson(d.log_ratio)},
          {"correlation", d.correlation},
          {"kl_mean", ToJson(d.kl)},
          {"kl", ToJson(d.kl_quantiles)},
          {"probability_shift_mean", ToJson(d.probability_shift)},
          {"probability_shift_rms", ToJson(d.rms_probability_shift)},
          {"probability_shift", ToJson(d.shift_quantiles)},
          {"same_top", ToJson(d.same_top)}};
}

}  // namespace cria::eval
