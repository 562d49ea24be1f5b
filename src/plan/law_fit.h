// A scaling law of one's own: E, A, B and the exponents from finished runs.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "plan/scaling_law.h"

namespace cria::plan {

struct LossPoint {
  double parameters, tokens, loss;  ///< loss of held-out text, nats a token
};

/// Where nine of ten fits to resampled runs lie.
struct Interval {
  double low = 0, high = 0;
};

/// Exponents are looked for below this.
inline constexpr double kLargestExponent = 3;

struct LawFit {
  ScalingLaw law;
  Interval e, a, b, alpha, beta;
  int resamples = 0;    ///< that the intervals come from
  double residual = 0;  ///< root of the mean square of ln(predicted / measured)
  /// False where an exponent lies at the edge of the search: no law follows from these runs.
  bool determined() const { return std::max(law.alpha, law.beta) < 0.99 * kLargestExponent; }
};

/// Least sum of Huber losses (delta 1e-3) of ln L - ln of what was measured, as in Hoffmann et al.
/// 2022, Approach 3: from a grid of starts by Levenberg-Marquardt steps on (ln e, ln a, ln b,
/// alpha, beta), reweighted. `resamples` draws of the runs with replacement give the intervals;
/// those that hold fewer than 5 different runs are drawn again. The order of the points does not
/// matter. Throws Error with fewer than 6 different points, or where all are of one size or length.
LawFit FitLaw(const std::vector<LossPoint>& points, LawForm form, int resamples, uint64_t seed);

}  // namespace cria::plan
