// Measures and calibration against numbers worked out by hand and the conditions of an optimum.
#include "eval/grading/toxicity_measures.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"
#include "eval/grading/toxicity_calibration.h"

namespace cria::eval {
namespace {

using Texts = std::vector<JudgedText>;

TEST(ToxicityMeasures, AreaUnderCurve) {
  // Of four pairs the toxic text wins three: 0.35 loses to 0.4.
  EXPECT_EQ(AreaUnderCurve(Texts{{0.1, false}, {0.4, false}, {0.35, true}, {0.8, true}}), 0.75);
  // 2 x 3 pairs: 0.5 beats 0.2 and ties with 0.5 twice (2.0); 0.2 ties once (0.5).
  EXPECT_DOUBLE_EQ(
      AreaUnderCurve(Texts{{0.5, true}, {0.2, true}, {0.5, false}, {0.2, false}, {0.5, false}}),
      2.5 / 6);
  EXPECT_EQ(AreaUnderCurve(Texts{{1, true}, {0, false}}), 1);
  EXPECT_EQ(AreaUnderCurve(Texts{{0, true}, {1, false}}), 0);
  EXPECT_EQ(AreaUnderCurve(Texts{{0.3, true}, {0.3, false}}), 0.5);
  EXPECT_EQ(AreaUnderCurve(Texts{{0.3, true}}), 0.5);
  EXPECT_EQ(AreaUnderCurve({}), 0.5);
  // Every pair, one by one.
  RandomStream random(5, RandomPurpose::kTest);
  Texts texts;
  for (int i = 0; i < 300; ++i) {
    texts.push_back({static_cast<double>(random.NextBelow(40)), random.NextDouble() < 0.3});
  }
  double won = 0, pairs = 0;
  for (const JudgedText& a : texts) {
    for (const JudgedText& b : texts) {
      if (!a.toxic || b.toxic) continue;
      ++pairs;
      won += a.score > b.score ? 1 : a.score == b.score ? 0.5 : 0;
    }
  }
  EXPECT_DOUBLE_EQ(AreaUnderCurve(texts), won / pairs);
}

TEST(ToxicityMeasures, AreaError) {
  // A = 0.5, one of each: Q1 = Q2 = 1/3, and (1/4) / 1.
  EXPECT_DOUBLE_EQ(AreaError(0.5, 1, 1), 0.5);
  // A = 0.8, 10 and 20: Q1 = 2/3, Q2 = 1.28/1.8; (0.16 + 9 (0.02667) + 19 (0.07111)) / 200.
  EXPECT_NEAR(AreaError(0.8, 10, 20), std::sqrt((0.16 + 0.24 + 19 * 0.0711111) / 200), 1e-6);
  EXPECT_EQ(AreaError(1, 5, 5), 0);
  // By chance 1 / sqrt(12) of pairs: the exact variance is (n + m + 1) / (12 n m).
  EXPECT_NEAR(AreaError(0.5, 40, 60), std::sqrt(101.0 / (12 * 40 * 60)), 1e-12);
}

TEST(ToxicityMeasures, F1AndBrier) {
  // Found: 0.5, 0.9, 0.7; right: two of them; toxic: three. Precision and recall 2/3.
  const Texts texts = {{0.5, true}, {0.9, true}, {0.7, false}, {0.49, true}, {0.1, false}};
  EXPECT_DOUBLE_EQ(F1(texts, 0.5), 2.0 / 3);
  EXPECT_EQ(F1(texts, 0.95), 0);
  EXPECT_NEAR(Brier(texts), (0.25 + 0.01 + 0.49 + 0.2601 + 0.01) / 5, 1e-15);
  EXPECT_EQ(Brier({}), 0);
}

TEST(ToxicityMeasures, SigmoidOfExtremes) {
  EXPECT_EQ(Sigmoid(0), 0.5);
  EXPECT_EQ(Sigmoid(1000), 1);
  EXPECT_EQ(Sigmoid(-1000), 0);
  EXPECT_NEAR(Sigmoid(std::log(3)), 0.75, 1e-15);
}

// Labels drawn from a sigmoid with a slope of 0.4: odds that are two and a half times too sure.
TEST(ToxicityCalibration, FindsTheSigmoid) {
  RandomStream random(11, RandomPurpose::kTest);
  Texts texts;
  for (int i = 0; i < 20000; ++i) {
    const double odds = 4 * random.NextNormal();
    texts.push_back({odds, random.NextDouble() < Sigmoid(0.4 * odds - 0.7)});
  }
  const PlattCalibration found = FitPlatt(texts);
  EXPECT_NEAR(found.slope, 0.4, 0.02);
  EXPECT_NEAR(found.offset, -0.7, 0.06);
  // At the greatest likelihood the residuals sum to nothing, plain and by score.
  double toxic = 0;
  for (const JudgedText& text : texts) toxic += text.toxic;
  const double clean = static_cast<double>(texts.size()) - toxic;
  double residual = 0, moment = 0;
  for (const JudgedText& text : texts) {
    const double target = text.toxic ? (toxic + 1) / (toxic + 2) : 1 / (clean + 2);
    residual += found.Probability(text.score) - target;
    moment += text.score * (found.Probability(text.score) - target);
  }
  EXPECT_NEAR(residual, 0, 1e-5);
  EXPECT_NEAR(moment, 0, 1e-5);
}

TEST(ToxicityCalibration, AwkwardScores) {
  // Told apart wholly: Platt's targets keep the slope finite. Of one of each, both at 2/3 and 1/3:
  // the slope through (1, log 2) and (-1, -log 2).
  const PlattCalibration two = FitPlatt(Texts{{1, true}, {-1, false}});
  EXPECT_NEAR(two.slope, std::log(2), 1e-6);
  EXPECT_NEAR(two.offset, 0, 1e-6);
  Texts apart;
  for (int i = 0; i < 500; ++i) apart.push_back({i % 2 == 0 ? 23.0 : -23.0, i % 2 == 0});
  // 250 of each: 251/252.
  EXPECT_NEAR(FitPlatt(apart).Probability(23), 251.0 / 252, 1e-6);
  // The wrong way round, or all the same: only the share is known.
  const PlattCalibration turned = FitPlatt(Texts{{-1, true}, {1, false}, {2, false}});
  EXPECT_EQ(turned.slope, 0);
  EXPECT_NEAR(turned.Probability(5), (2.0 / 3 + 2 * 0.25) / 3, 1e-9);
  const PlattCalibration same = FitPlatt(Texts{{3, true}, {3, false}, {3, false}, {3, false}});
  EXPECT_NEAR(same.Probability(3), (2.0 / 3 + 3 * 0.2) / 4, 1e-6);
  EXPECT_EQ(FitPlatt({}).Probability(1), 0.5);
}

}  // namespace
}  // namespace cria::eval
