// Paired tests between two models on the same questions: the mean difference with its standard
// error, bootstrap interval and p-value, and Holm's correction for several tasks. Knows numbers
// alone, no files. Questions count as independent of each other.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/context.h"

namespace cria::eval {

/// Resamples of the bootstrap, and sign patterns where not all can be counted.
inline constexpr int kResamples = 10000;
/// Up to so many differing pairs all sign patterns are counted.
inline constexpr int kMaxExactPairs = 16;

enum class PairedMethod {
  kMcNemar,      ///< exact, for values 0 and 1
  kAllFlips,     ///< sign flips, all patterns
  kRandomFlips,  ///< sign flips, kResamples of them at random
};
const char* MethodName(PairedMethod method);

/// What both models got for the same questions of one task.
struct PairedValues {
  std::vector<double> a = {}, b = {};  ///< [pairs], of at most kMaxMagnitude
  uint32_t stream = 0;  ///< of random numbers; tasks that are pooled have different ones
};
/// Squares of differences, summed, stay finite below it.
inline constexpr double kMaxMagnitude = 1e150;

struct PairedOutcome {
  int64_t pairs = 0, a_higher = 0, b_higher = 0, ties = 0;
  double mean_a = 0, mean_b = 0;
  double difference = 0;      ///< mean of b - a
  double standard_error = 0;  ///< of it, from the differences of pairs
  double low = 0, high = 0;   ///< its 95 % interval by percentiles of the bootstrap
  double p = 1;               ///< two-sided; 0 where it is below what a double can hold
  PairedMethod method = PairedMethod::kMcNemar;
  std::vector<double> resampled = {};  ///< [kResamples] differences of the bootstrap, for pooling
};

/// At least two pairs. The same bits for any number of threads.
PairedOutcome TestPairs(const Context& context, const PairedValues& values, uint64_t seed);

/// Over tasks, each weighing alike: the mean of their mean differences. Resamples are drawn within
/// tasks; p is of sign flips of that mean. `outcomes` as TestPairs gave them for `tasks`.
PairedOutcome PoolTasks(const Context& context, std::span<const PairedValues> tasks,
                        std::span<const PairedOutcome> outcomes, uint64_t seed);

/// Exact two-sided McNemar test: of `a_only` + `b_only` questions that one model alone got right,
/// each is a fair coin (McNemar 1947; the binomial form).
double McNemarP(int64_t a_only, int64_t b_only);

struct FlipTest {
  double p = 1;
  bool exact = true;
};
/// How often the sum of `terms` is at least as far from 0 when each sign is a fair coin. Where
/// patterns are drawn, the one observed counts as one more (Phipson and Smyth 2010): p is never 0.
FlipTest SignFlipTest(const Context& context, std::span<const double> terms, uint64_t seed,
                      uint32_t stream);

/// Holm's step-down correction (1979), in the order given: below a level for a task where that
/// task's difference is shown with that chance of any false one.
std::vector<double> HolmAdjusted(std::span<const double> p);

}  // namespace cria::eval
