// Closed forms, and one search over a smooth valley.
#include "plan/scaling_law.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/error.h"

namespace cria::plan {
namespace {

const ScalingLaw kLaws[] = {
    {"Epoch AI's refit", 1.8172, 482.01, 2085.43, 0.3478, 0.3658},
    {"Hoffmann et al., TeX source", 1.6934, 406.4, 410.7, 0.3392, 0.2849},
    {"Hoffmann et al., as printed", 1.69, 406.4, 410.7, 0.34, 0.28},
};

Optimum At(const ScalingLaw& law, double parameters, double tokens) {
  return {parameters, tokens, law.Loss(parameters, tokens), 6 * parameters * tokens};
}

/// Where f, which falls and then rises, is least between low and high.
double GoldenSection(double low, double high, const std::function<double(double)>& f) {
  const double ratio = (std::sqrt(5.0) - 1) / 2;
  double left = high - ratio * (high - low), right = low + ratio * (high - low);
  double at_left = f(left), at_right = f(right);
  for (int i = 0; i < 200; ++i) {
    if (at_left < at_right) {
      high = right, right = left, at_right = at_left;
      left = high - ratio * (high - low), at_left = f(left);
    } else {
      low = left, left = right, at_left = at_right;
      right = low + ratio * (high - low), at_right = f(right);
    }
  }
  return (low + high) / 2;
}

}  // namespace

const char* LawFormula(LawForm form) {
  return form == LawForm::kSum
             ? "L(N, D) = E + A N^-alpha + B D^-beta"
             : "L(N, D) = E + ((A N^-alpha)^(1/beta) + (B D^-beta)^(1/beta))^beta";
}

double ScalingLaw::Loss(double parameters, double tokens) const {
  const double of_size = a * std::pow(parameters, -alpha), of_length = b * std::pow(tokens, -beta);
  if (form == LawForm::kSum) return e + of_size + of_length;
  const double larger = std::max(of_size, of_length);  // powers of it may be out of range
  return e + larger * std::pow(std::pow(of_size / larger, 1 / beta) +
                                   std::pow(of_length / larger, 1 / beta),
                               beta);
}

std::span<const ScalingLaw> PublishedLaws() { return kLaws; }

Optimum ComputeOptimal(const ScalingLaw& law, double flops) {
  if (law.form == LawForm::kJoint) {
    const double log_parameters = GoldenSection(0, std::log(flops / 6), [&](double log_n) {
      return law.Loss(std::exp(log_n), flops / 6 / std::exp(log_n));
    });
    const double parameters = std::exp(log_parameters);
    return At(law, parameters, flops / 6 / parameters);
  }
  const double sum = law.alpha + law.beta;
  const double g = std::pow(law.alpha * law.a / (law.beta * law.b), 1 / sum);
  const double parameters = g * std::pow(flops / 6, law.beta / sum);
  return At(law, parameters, flops / 6 / parameters);
}

Optimum TwentyTokens(const ScalingLaw& law, double flops) {
  const double parameters = std::sqrt(flops / 120);
  return At(law, parameters, 20 * parameters);
}

Optimum ServingOptimal(const ScalingLaw& law, double loss, double served_tokens) {
  if (!law.Reaches(loss)) {
    throw Error(
        fmt::format("the law's loss never falls below {:.4f}, {:.4f} was asked for", law.e, loss),
        "--loss", "ask for a higher loss, or name the compute with --flops");
  }
  // Fewer parameters than these cannot reach the loss with any number of tokens.
  const double least = std::pow(law.a / (loss - law.e), 1 / law.alpha);
  const auto tokens = [&](double parameters) {
    const double above = loss - law.e, of_size = law.a * std::pow(parameters, -law.alpha);
    if (law.form == LawForm::kSum) return std::pow(law.b / (above - of_size), 1 / law.beta);
    return std::pow(law.b / above, 1 / law.beta) / (1 - std::pow(of_size / above, 1 / law.beta));
  };
  const double factor = GoldenSection(1e-6, std::log(1e6), [&](double log_factor) {
    const double n = least * std::exp(log_factor);
    return std::log(6 * n * tokens(n) + 2 * n * served_tokens);
  });
  const double parameters = least * std::exp(factor);
  return At(law, parameters, tokens(parameters));
}

}  // namespace cria::plan
