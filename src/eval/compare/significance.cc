// Sums in fixed order; every resample has a random stream of its own.
#include "eval/compare/significance.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "base/error.h"
#include "base/random.h"

namespace cria::eval {
namespace {

enum class Draw : uint64_t { kResample = 0, kSigns = 1 };

RandomStream StreamOf(uint64_t seed, uint32_t stream, Draw draw, int64_t number) {
  const uint64_t step =
      uint64_t{stream} << 32 | static_cast<uint64_t>(draw) << 31 | static_cast<uint64_t>(number);
  return RandomStream(seed, RandomPurpose::kBootstrap, step);
}

// Uniform below n, without bias and mostly without a division (Lemire 2019): a task of 100,000
// questions takes 10^9 of them.
uint32_t IndexBelow(uint32_t n, RandomStream* random) {
  uint64_t product = uint64_t{random->NextU32()} * n;
  if (static_cast<uint32_t>(product) < n) {
    const uint32_t surplus = -n % n;
    while (static_cast<uint32_t>(product) < surplus) product = uint64_t{random->NextU32()} * n;
  }
  return static_cast<uint32_t>(product >> 32);
}

double Mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::vector<double> ResampledMeans(const Context& context, std::span<const double> values,
                                   uint64_t seed, uint32_t stream) {
  std::vector<double> means(kResamples);
  const auto n = static_cast<uint32_t>(values.size());
  context.ParallelFor(kResamples, [&](int64_t r) {
    RandomStream random = StreamOf(seed, stream, Draw::kResample, r);
    double sum = 0;
    for (uint32_t i = 0; i < n; ++i) sum += values[IndexBelow(n, &random)];
    means[static_cast<size_t>(r)] = sum / n;
  });
  return means;
}

// Between the two nearest values in proportion (type 7 of Hyndman and Fan 1996).
double Quantile(std::span<const double> sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(at);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], at - static_cast<double>(below));
}

void SetInterval(PairedOutcome* outcome) {
  std::vector<double> sorted = outcome->resampled;
  std::sort(sorted.begin(), sorted.end());
  outcome->low = Quantile(sorted, 0.025);
  outcome->high = Quantile(sorted, 0.975);
}

// Sums of equal size may come out a little apart, by rounding of the sums and of the differences
// that go into them: what is closer than this counts as equal.
double Slack(std::span<const double> terms) {
  double size = 0;
  for (const double term : terms) size += std::abs(term);
  constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
  return size * std::max(1e-12, static_cast<double>(terms.size()) * kEpsilon);
}

PairedMethod FlipMethod(const FlipTest& test) {
  return test.exact ? PairedMethod::kAllFlips : PairedMethod::kRandomFlips;
}

}  // namespace

const char* MethodName(PairedMethod method) {
  switch (method) {
    case PairedMethod::kMcNemar:
      return "exact McNemar test";
    case PairedMethod::kAllFlips:
      return "exact sign-flip test";
    case PairedMethod::kRandomFlips:
      return "sign-flip test";
  }
  return "";
}

double McNemarP(int64_t a_only, int64_t b_only) {
  CRIA_CHECK(a_only >= 0 && b_only >= 0, "{} and {}", a_only, b_only);
  const int64_t k = std::min(a_only, b_only);
  if (a_only == b_only) return 1;
  const auto n = static_cast<double>(a_only + b_only);
  const auto smaller = static_cast<double>(k);
  // ln C(n, k) 2^-n: the factors themselves leave the range of a double from 1030 questions on.
  const double log_last = std::lgamma(n + 1) - std::lgamma(smaller + 1) -
                          std::lgamma(n - smaller + 1) - n * std::numbers::ln2;
  // The tail over its last and largest term; the others follow by C(n, i-1) = C(n, i) i / (n-i+1).
  double term = 1, tail = 1;
  for (int64_t i = k; i > 0 && term > 1e-18 * tail; --i) {
    term *= static_cast<double>(i) / (n - static_cast<double>(i) + 1);
    tail += term;
  }
  return std::min(1.0, std::exp(log_last + std::log(2 * tail)));
}

FlipTest SignFlipTest(const Context& context, std::span<const double> terms, uint64_t seed,
                      uint32_t stream) {
  std::vector<double> differing;
  std::copy_if(terms.begin(), terms.end(), std::back_inserter(differing),
               [](double term) { return term != 0; });
  const size_t n = differing.size();
  const double observed = std::accumulate(differing.begin(), differing.end(), 0.0);
  const double bound = std::abs(observed) - Slack(differing);
  if (n <= kMaxExactPairs) {
    int64_t far = 0;
    for (uint32_t signs = 0; signs < 1u << n; ++signs) {
      double sum = 0;
      for (size_t i = 0; i < n; ++i) sum += signs >> i & 1 ? -differing[i] : differing[i];
      far += std::abs(sum) >= bound;
    }
    return {.p = std::ldexp(static_cast<double>(far), -static_cast<int>(n)), .exact = true};
  }
  std::vector<uint8_t> far(kResamples);
  context.ParallelFor(kResamples, [&](int64_t r) {
    RandomStream random = StreamOf(seed, stream, Draw::kSigns, r);
    double sum = 0;
    for (size_t i = 0; i < n;) {
      uint32_t signs = random.NextU32();
      for (const size_t end = std::min(n, i + 32); i < end; ++i, signs >>= 1) {
        sum += signs & 1 ? -differing[i] : differing[i];
      }
    }
    far[static_cast<size_t>(r)] = std::abs(sum) >= bound;
  });
  const int count = std::accumulate(far.begin(), far.end(), 1);
  return {.p = static_cast<double>(count) / (kResamples + 1), .exact = false};
}

PairedOutcome TestPairs(const Context& context, const PairedValues& values, uint64_t seed) {
  const size_t n = values.a.size();
  CRIA_CHECK(n >= 2 && n == values.b.size() && n <= UINT32_MAX, "{} and {} values", n,
             values.b.size());
  PairedOutcome outcome{.pairs = static_cast<int64_t>(n)};
  std::vector<double> differences(n);
  bool binary = true;
  for (size_t i = 0; i < n; ++i) {
    const double a = values.a[i], b = values.b[i];
    CRIA_CHECK(std::abs(a) <= kMaxMagnitude && std::abs(b) <= kMaxMagnitude, "{} and {}", a, b);
    binary = binary && (a == 0 || a == 1) && (b == 0 || b == 1);
    (a > b ? outcome.a_higher : b > a ? outcome.b_higher : outcome.ties)++;
    differences[i] = b - a;
  }
  outcome.mean_a = Mean(values.a), outcome.mean_b = Mean(values.b);
  outcome.difference = Mean(differences);
  double squares = 0;
  for (const double d : differences) {
    squares += (d - outcome.difference) * (d - outcome.difference);
  }
  const auto count = static_cast<double>(n);
  outcome.standard_error = std::sqrt(squares / (count - 1) / count);
  outcome.resampled = ResampledMeans(context, differences, seed, values.stream);
  SetInterval(&outcome);
  if (binary) {
    outcome.p = McNemarP(outcome.a_higher, outcome.b_higher);
  } else {
    const FlipTest test = SignFlipTest(context, differences, seed, values.stream);
    outcome.p = test.p, outcome.method = FlipMethod(test);
  }
  return outcome;
}

PairedOutcome PoolTasks(const Context& context, std::span<const PairedValues> tasks,
                        std::span<const PairedOutcome> outcomes, uint64_t seed) {
  CRIA_CHECK(!tasks.empty() && tasks.size() == outcomes.size(), "{} tasks, {} outcomes",
             tasks.size(), outcomes.size());
  PairedOutcome pooled;
  pooled.resampled.assign(kResamples, 0);
  const auto count = static_cast<double>(tasks.size());
  std::vector<double> terms;
  double variance = 0;
  for (size_t t = 0; t < tasks.size(); ++t) {
    const PairedOutcome& task = outcomes[t];
    pooled.pairs += task.pairs, pooled.ties += task.ties;
    pooled.a_higher += task.a_higher, pooled.b_higher += task.b_higher;
    pooled.mean_a += task.mean_a / count, pooled.mean_b += task.mean_b / count;
    pooled.difference += task.difference / count;
    variance += task.standard_error * task.standard_error;
    for (size_t r = 0; r < pooled.resampled.size(); ++r) {
      pooled.resampled[r] += task.resampled[r] / count;
    }
    const double weight = 1 / (static_cast<double>(task.pairs) * count);
    for (size_t i = 0; i < tasks[t].a.size(); ++i) {
      terms.push_back((tasks[t].b[i] - tasks[t].a[i]) * weight);
    }
  }
  pooled.standard_error = std::sqrt(variance) / count;
  SetInterval(&pooled);
  // No one task's stream: what they draw signs from is theirs.
  uint32_t stream = 1;
  for (const PairedValues& task : tasks) stream = stream * 31 + task.stream;
  const FlipTest test = SignFlipTest(context, terms, seed, stream);
  pooled.p = test.p, pooled.method = FlipMethod(test);
  return pooled;
}

std::vector<double> HolmAdjusted(std::span<const double> p) {
  std::vector<size_t> order(p.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t x, size_t y) { return p[x] < p[y]; });
  std::vector<double> adjusted(p.size());
  double least = 0;
  for (size_t rank = 0; rank < order.size(); ++rank) {
    const double scaled = static_cast<double>(p.size() - rank) * p[order[rank]];
    least = std::min(1.0, std::max(least, scaled));
    adjusted[order[rank]] = least;
  }
  return adjusted;
}

}  // namespace cria::eval
