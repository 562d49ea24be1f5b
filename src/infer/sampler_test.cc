// Top-p at its border, temperature, ties, seeds.
#include "infer/sampler.h"

#include <gtest/gtest.h>

#include <cmath>

namespace cria::infer {
namespace {

std::vector<float> Logits(const std::vector<double>& probabilities) {
  std::vector<float> logits;
  for (const double p : probabilities) logits.push_back(static_cast<float>(std::log(p)));
  return logits;
}

std::vector<double> Frequencies(const SamplingOptions& options, const std::vector<float>& logits,
                                int n) {
  Sampler sampler(options, 1);
  std::vector<double> counts(logits.size());
  for (int i = 0; i < n; ++i) counts[static_cast<size_t>(sampler.Sample(logits))] += 1.0 / n;
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
  Sampler sampler({.temperature = 0}, 1);
  EXPECT_EQ(sampler.Sample(std::vector<float>{1, 3, 3, 2}), 1);
}

TEST(Sampler, SeedsRepeatAndSequencesDiffer) {
  const std::vector<float> logits(1000, 0.0f);
  const auto draw = [&](uint64_t seed, uint64_t sequence) {
    Sampler sampler({}, seed, sequence);
    std::vector<int32_t> ids;
    for (int i = 0; i < 20; ++i) ids.push_back(sampler.Sample(logits));
    return ids;
  };
  EXPECT_EQ(draw(1, 0), draw(1, 0));
  EXPECT_NE(draw(1, 0), draw(2, 0));
  EXPECT_NE(draw(1, 0), draw(1, 1));
}

}  // namespace
}  // namespace cria::infer
