// Signatures, estimates with their errors, and bands with their rates.
#include "corpus/duplicates/min_hash.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>
#include <string>

namespace cria::corpus {
namespace {

std::string Word(uint64_t i) { return "w" + std::to_string(i); }

// Two texts whose single words have the Jaccard similarity shared / (shared + 2 own).
std::pair<std::string, std::string> Pair(int shared, int own, uint64_t seed) {
  std::pair<std::string, std::string> texts;
  const uint64_t base = seed * 1'000'000;
  for (int i = 0; i < shared; ++i) {
    texts.first += Word(base + i) + " ";
    texts.second = Word(base + i) + " " + texts.second;  // another order: a set does not mind
  }
  for (int i = 0; i < own; ++i) {
    texts.first += Word(base + 100'000 + i) + " ";
    texts.second += Word(base + 200'000 + i) + " ";
  }
  return texts;
}

struct Moments {
  double mean = 0, deviation = 0, stated = 0;
};

Moments Measure(int shared, int own, int minima) {
  const MinHashOptions options{.shingle_units = 1, .minima = minima};
  constexpr int kRounds = 600;
  Moments m;
  double squares = 0;
  const double truth = static_cast<double>(shared) / (shared + 2 * own);
  for (int round = 0; round < kRounds; ++round) {
    const auto [a, b] = Pair(shared, own, static_cast<uint64_t>(round) + 1);
    const JaccardEstimate e =
        EstimateJaccard(ComputeMinHash(a, options), ComputeMinHash(b, options));
    m.mean += e.jaccard / kRounds;
    m.stated += e.standard_error / kRounds;
    squares += (e.jaccard - truth) * (e.jaccard - truth) / kRounds;
  }
  m.deviation = std::sqrt(squares);
  return m;
}

// The estimate is unbiased, and its scatter is what it says: within 15 % (600 rounds know a
// standard deviation to 3 %) for long texts, no more than it says for short ones.
TEST(MinHash, EstimatesWithTheErrorThatItStates) {
  for (const auto& [shared, own] : {std::pair{300, 50}, {200, 100}, {100, 150}}) {
    const Moments m = Measure(shared, own, 64);
    const double truth = static_cast<double>(shared) / (shared + 2 * own);
    EXPECT_NEAR(m.mean, truth, 4 * m.stated / std::sqrt(600.0));
    EXPECT_NEAR(m.deviation / m.stated, 1, 0.15);
  }
  for (const auto& [shared, own] : {std::pair{12, 3}, {40, 20}}) {
    const Moments m = Measure(shared, own, 128);
    const double truth = static_cast<double>(shared) / (shared + 2 * own);
    EXPECT_NEAR(m.mean, truth, 0.03);
    EXPECT_LT(m.deviation, 1.1 * m.stated);
  }
}

TEST(MinHash, SameTextSameSignatureWhateverTheDress) {
  const MinHashOptions options;
  const auto a = ComputeMinHash(
      "The caf\xc3\xa9, the stra\xc3\x9f"
      "e; and ONE more thing!",
      options);
  const auto b =
      ComputeMinHash("the cafe\xcc\x81 the STRASSE and one\nmore th\xc2\xading", options);
  EXPECT_EQ(a.minima, b.minima);
  EXPECT_EQ(EstimateJaccard(a, b).jaccard, 1);
  EXPECT_GT(EstimateJaccard(a, b).standard_error, 0);
  const auto c = ComputeMinHash("the cafe the strasse and one more ring", options);
  EXPECT_LT(EstimateJaccard(a, c).jaccard, 1);
}

// Signatures are stored: they must never change.
TEST(MinHash, SignatureIsFixed) {
  const MinHashOptions options{.minima = 4};
  const auto s = ComputeMinHash("one two three four five six seven eight nine ten", options);
  EXPECT_EQ(s.minima, (std::vector<uint32_t>{112984884, 36989919, 112984884, 3519848039}));
  EXPECT_EQ(s.filled, 3);  // the first or the third has borrowed
}

TEST(MinHash, ShortAndEmptyTexts) {
  const MinHashOptions options;
  const auto empty = ComputeMinHash(" ... \xff !", options);
  EXPECT_TRUE(empty.minima.empty());
  EXPECT_TRUE(BandKeys(empty, PlanBands(0.8, 128)).empty());
  EXPECT_EQ(EstimateJaccard(empty, empty).jaccard, 0);
  const auto two = ComputeMinHash("two words", options);
  EXPECT_EQ(two.filled, 1);
  EXPECT_EQ(two.minima.size(), 128u);
  EXPECT_EQ(EstimateJaccard(two, ComputeMinHash("two WORDS", options)).jaccard, 1);
  EXPECT_EQ(EstimateJaccard(two, ComputeMinHash("other words", options)).jaccard, 0);
}

TEST(MinHash, ScriptsWithoutBlanks) {
  const std::string text =
      "\xe5\x90\xbe\xe8\xbc\xa9\xe3\x81\xaf\xe7\x8c\xab\xe3\x81\xa7\xe3\x81\x82\xe3\x82\x8b\xe3\x80"
      "\x82\xe5\x90\x8d\xe5\x89\x8d\xe3\x81\xaf\xe3\x81\xbe\xe3\x81\xa0\xe7\x84\xa1\xe3\x81\x84";
  EXPECT_GT(ComputeMinHash(text, {}).filled, 8);  // 14 characters: 10 shingles of 5
  const MinHashOptions characters{.unit = ShingleUnit::kCharacters};
  EXPECT_GT(ComputeMinHash(text, characters).filled, 8);
  EXPECT_EQ(ComputeMinHash("a b c d e f", characters).minima,
            ComputeMinHash("ab-cdef", characters).minima);
}

TEST(MinHash, PlanFollowsTheThreshold) {
  double last_rows = 0;
  for (const double threshold : {0.3, 0.5, 0.7, 0.8, 0.9}) {
    const BandPlan plan = PlanBands(threshold, 128);
    EXPECT_LE(plan.bands * plan.rows, 128);
    EXPECT_GE(plan.rows, last_rows);
    last_rows = plan.rows;
    // Where the curve is steepest: (1 / bands)^(1 / rows).
    EXPECT_NEAR(std::pow(1.0 / plan.bands, 1.0 / plan.rows), threshold, 0.1);
    EXPECT_LT(plan.false_positive, 0.2);
    EXPECT_LT(plan.false_negative, 0.3);
  }
  EXPECT_NEAR(CandidateChance(0.8, 20, 5), 0.99964, 1e-5);  // Leskovec et al., table 3.4.2
  EXPECT_NEAR(CandidateChance(0.2, 20, 5), 0.006, 5e-4);
  // Against plain summing.
  double below = 0, above = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double s = (i + 0.5) / 100'000;
    if (s < 0.7) below += CandidateChance(s, 14, 8) / 70'000;
    if (s > 0.7) above += (1 - CandidateChance(s, 14, 8)) / 30'000;
  }
  const BandPlan plan = RatesOfBands(14, 8, 0.7);
  EXPECT_NEAR(plan.false_positive, below, 1e-4);
  EXPECT_NEAR(plan.false_negative, above, 1e-4);
}

// Pairs of known similarity become candidates as often as the curve says.
TEST(MinHash, BandsFollowTheCurve) {
  const MinHashOptions options{.shingle_units = 1, .minima = 64};
  const BandPlan plan{.bands = 12, .rows = 5};
  for (const auto& [shared, own] : {std::pair{100, 50}, {120, 30}}) {
    int candidates = 0;
    constexpr int kRounds = 600;
    for (int round = 0; round < kRounds; ++round) {
      const auto [a, b] = Pair(shared, own, static_cast<uint64_t>(round) + 1);
      const auto ka = BandKeys(ComputeMinHash(a, options), plan);
      const auto kb = BandKeys(ComputeMinHash(b, options), plan);
      const std::set<uint64_t> keys(ka.begin(), ka.end());
      bool met = false;
      for (size_t i = 0; i < kb.size(); ++i) {
        met = met || ka[i] == kb[i];
        EXPECT_TRUE(ka[i] == kb[i] || !keys.contains(kb[i]));
      }
      candidates += met;
    }
    const double chance =
        CandidateChance(static_cast<double>(shared) / (shared + 2 * own), plan.bands, plan.rows);
    const double error = std::sqrt(chance * (1 - chance) / kRounds);
    // Bins share a text of few words between them, so the draws are not quite independent.
    EXPECT_NEAR(candidates / static_cast<double>(kRounds), chance, 4 * error + 0.02);
  }
}

}  // namespace
}  // namespace cria::corpus
