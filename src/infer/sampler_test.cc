// Each rule against a plain reference in double; top-p at its border, temperature, ties, seeds.
#include "infer/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "base/error.h"
#include "base/random.h"

namespace cria::infer {
namespace {

std::vector<float> Logits(const std::vector<double>& probabilities) {
  std::vector<float> logits;
  for (const double p : probabilities) logits.push_back(static_cast<float>(std::log(p)));
  return logits;
}

// One draw after the other.
class Draws {
 public:
  explicit Draws(SamplingOptions options, uint64_t seed = 1, uint64_t sequence = 0)
      : sampler_(std::move(options), seed, sequence) {}
  int32_t Next(std::span<const float> logits, SamplePoint point = {}) {
    point.index = index_++;
    return sampler_.SampleAt(logits, point, &scratch_);
  }

 private:
  Sampler sampler_;
  SamplerScratch scratch_;
  uint64_t index_ = 0;
};

std::vector<double> Frequencies(const SamplingOptions& options, const std::vector<float>& logits,
                                int n) {
  Draws draws(options, 1);
  std::vector<double> counts(logits.size());
  for (int i = 0; i < n; ++i) counts[static_cast<size_t>(draws.Next(logits))] += 1.0 / n;
  return counts;
}

TEST(Sampler, TopPKeepsTheTokenThatCrosses) {
  // 0.5 + 0.3 = 0.8: at top-p 0.7 the second token crosses and stays, the rest go.
  const auto f = Frequencies({1.0, 0.7}, Logits({0.15, 0.5, 0.05, 0.3}), 40000);
  const double bound = 5 * std::sqrt(0.25 / 40000);
  EXPECT_NEAR(f[1], 0.5 / 0.8, bound);
  EXPECT_NEAR(f[3], 0.3 / 0.8, bound);
  EXPECT_EQ(f[0] + f[2], 0);
  // top-p 0 leaves the likeliest.
  EXPECT_NEAR(Frequencies({1.0, 0.0}, Logits({0.15, 0.5, 0.05, 0.3}), 1000)[1], 1, 1e-9);
}

TEST(Sampler, TemperatureSharpens) {
  const auto f = Frequencies({0.5, 1.0}, Logits({0.2, 0.8}), 40000);
  EXPECT_NEAR(f[1], 0.64 / 0.68, 5 * std::sqrt(0.25 / 40000));
}

TEST(Sampler, GreedyTakesTheLowestIdOnTies) {
  EXPECT_EQ(Draws({.temperature = 0}).Next(std::vector<float>{1, 3, 3, 2}), 1);
}

TEST(Sampler, SeedsRepeatAndSequencesDiffer) {
  const std::vector<float> logits(1000, 0.0f);
  const auto draw = [&](uint64_t seed, uint64_t sequence) {
    Draws draws({}, seed, sequence);
    std::vector<int32_t> ids;
    for (int i = 0; i < 20; ++i) ids.push_back(draws.Next(logits));
    return ids;
  };
  EXPECT_EQ(draw(1, 0), draw(1, 0));
  EXPECT_NE(draw(1, 0), draw(2, 0));
  EXPECT_NE(draw(1, 0), draw(1, 1));
}

// Numbers are counted: the fifth is the same whether or not four were drawn before, and the same as
// from a plain stream.
TEST(Sampler, DrawsAreCounted) {
  const std::vector<float> logits(1000, 0.0f);
  Draws in_turn({.temperature = 1, .top_p = 1}, 3, 4);
  const Sampler counted({.temperature = 1, .top_p = 1}, 3, 4);
  RandomStream stream(3, RandomPurpose::kSampling, 4);
  SamplerScratch scratch;
  std::vector<int32_t> ids;
  for (int i = 0; i < 9; ++i) {
    ids.push_back(in_turn.Next(logits));
    EXPECT_EQ(ids.back(), static_cast<int32_t>(stream.NextDouble() * 1000));
  }
  for (const uint64_t i : {8, 3, 3, 0}) {
    EXPECT_EQ(counted.SampleAt(logits, {.index = i}, &scratch), ids[i]);
  }
}

// The documented order of stages, each said plainly, all tokens in double.
std::vector<double> Reference(const SamplingOptions& o, std::vector<double> x,
                              const std::vector<int32_t>& history, size_t prompt) {
  for (const auto& [id, bias] : o.logit_bias) x[static_cast<size_t>(id)] += bias;
  std::map<int32_t, int> seen, written;
  const size_t window =
      o.repetition_window == 0 ? history.size() : static_cast<size_t>(o.repetition_window);
  for (size_t i = 0; i < history.size(); ++i) {
    if (i + window >= history.size()) ++seen[history[i]];
    if (i >= prompt) ++written[history[i]];
  }
  for (const auto& [id, count] : seen) {
    double& logit = x[static_cast<size_t>(id)];
    logit = logit > 0 ? logit / o.repetition_penalty : logit * o.repetition_penalty;
  }
  for (const auto& [id, count] : written)
    x[static_cast<size_t>(id)] -= o.presence_penalty + count * o.frequency_penalty;
  std::vector<size_t> order(x.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return x[a] > x[b]; });
  if (o.top_k > 0) order.resize(std::min(order.size(), static_cast<size_t>(o.top_k)));
  double total = 0, before = 0;
  for (const size_t i : order) total += std::exp(x[i] / o.temperature);
  std::vector<double> p(x.size());
  double kept = 0;
  for (const size_t i : order) {
    const double mass = std::exp(x[i] / o.temperature) / total;
    const double likeliest = std::exp(x[order[0]] / o.temperature) / total;
    if (before > o.top_p || mass < o.min_p * likeliest) break;
    p[i] = mass;
    before += mass;
    kept += mass;
  }
  for (double& mass : p) mass /= kept;
  return p;
}

TEST(Sampler, EveryRuleAgreesWithItsDefinition) {
  const std::vector<double> logits = {1.2, -0.7, 0.3, 2.1, -1.5, 0.9, 0.1, -0.2};
  const std::vector<int32_t> history = {3, 5, 5, 1, 0, 0, 0, 2};
  constexpr size_t kPrompt = 3;
  const std::vector<SamplingOptions> all = {
      {.temperature = 1, .top_p = 1},
      {.temperature = 0.6, .top_p = 1, .top_k = 3},
      {.temperature = 1.4, .top_p = 0.8, .top_k = 6},
      {.temperature = 1, .top_p = 1, .min_p = 0.25},
      {.temperature = 2, .top_p = 0.9, .min_p = 0.4},
      {.temperature = 1, .top_p = 1, .repetition_penalty = 1.5},
      {.temperature = 1, .top_p = 1, .repetition_penalty = 1.5, .repetition_window = 4},
      {.temperature = 1, .top_p = 1, .presence_penalty = 0.8},
      {.temperature = 1, .top_p = 1, .frequency_penalty = 0.5},
      {.temperature = 0.8,
       .top_p = 0.95,
       .top_k = 7,
       .min_p = 0.01,
       .repetition_penalty = 1.1,
       .presence_penalty = 0.3,
       .frequency_penalty = -0.2,
       .logit_bias = {{4, 2.5}, {3, -1}, {4, 0.5}}},
  };
  const std::vector<float> narrow(logits.begin(), logits.end());
  constexpr int kDraws = 40000;
  for (size_t which = 0; which < all.size(); ++which) {
    SCOPED_TRACE(which);
    const std::vector<double> expected = Reference(all[which], logits, history, kPrompt);
    Draws draws(all[which], 5, which);
    std::vector<double> f(logits.size());
    for (int i = 0; i < kDraws; ++i) {
      f[static_cast<size_t>(draws.Next(narrow, {.history = history, .prompt_tokens = kPrompt}))] +=
          1.0 / kDraws;
    }
    for (size_t i = 0; i < f.size(); ++i) {
      if (expected[i] == 0) {
        EXPECT_EQ(f[i], 0) << i;
      } else {
        EXPECT_NEAR(f[i], expected[i], 5 * std::sqrt(0.25 / kDraws)) << i;
      }
    }
  }
}

// Sorting as far as needed gives what sorting all gives, with many tokens and ties.
TEST(Sampler, LargeVocabulariesAreCutAtTheRightPlace) {
  RandomStream random(2, RandomPurpose::kTest);
  std::vector<float> logits(5000);
  for (float& x : logits) x = static_cast<float>(random.NextBelow(600)) * 0.01f;
  const std::vector<double> wide(logits.begin(), logits.end());
  SamplerScratch scratch;
  for (const double top_p : {0.0, 0.3, 0.9, 0.999, 1.0}) {
    for (const int64_t top_k : {0, 1, 129, 4999}) {
      const SamplingOptions options{.temperature = 1, .top_p = top_p, .top_k = top_k};
      const std::vector<double> p = Reference(options, wide, {}, 0);
      const Sampler sampler(options, 1);
      for (uint64_t i = 0; i < 300; ++i) {
        const int32_t id = sampler.SampleAt(logits, {.index = i}, &scratch);
        ASSERT_GT(p[static_cast<size_t>(id)], 0) << top_p << " " << top_k;
      }
    }
  }
}

TEST(Sampler, BannedTokensDoNotCome) {
  const std::vector<int32_t> banned = {1, 3};
  const std::vector<float> logits = {0, 9, 1, 9};
  SamplerScratch scratch;
  const Sampler greedy({.temperature = 0}, 1), warm({.temperature = 1, .top_p = 1}, 1);
  EXPECT_EQ(greedy.SampleAt(logits, {.banned = banned}, &scratch), 2);
  for (uint64_t i = 0; i < 100; ++i) {
    EXPECT_EQ(warm.SampleAt(logits, {.index = i, .banned = banned}, &scratch) % 2, 0);
  }
}

TEST(Sampler, OptionsOutOfRangeAreNamed) {
  EXPECT_NO_THROW(CheckSampling({}, 10, "x"));
  try {
    CheckSampling({.top_p = 1.5}, 10, "x");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("top-p is 1.5"), std::string::npos) << error.what();
  }
  EXPECT_THROW(CheckSampling({.repetition_penalty = 0}, 10, "x"), Error);
  EXPECT_THROW(CheckSampling({.min_p = -0.1}, 10, "x"), Error);
  EXPECT_THROW(CheckSampling({.presence_penalty = std::nan("")}, 10, "x"), Error);
}

}  // namespace
}  // namespace cria::infer
