// Laws that made the points are found again; intervals hold them.
#include "plan/law_fit.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/random.h"

namespace cria::plan {
namespace {

std::vector<LossPoint> PointsOf(const ScalingLaw& law, double noise) {
  RandomStream random(3, RandomPurpose::kTest);
  std::vector<LossPoint> points;
  for (const double n : {1e6, 3e6, 1e7, 3e7, 1e8}) {
    for (const double ratio : {5, 20, 80, 320}) {
      const double tokens = ratio * n;
      points.push_back({n, tokens, law.Loss(n, tokens) * std::exp(noise * random.NextNormal())});
    }
  }
  return points;
}

TEST(LawFit, FindsTheLawThatMadeThePoints) {
  std::vector<ScalingLaw> laws(PublishedLaws().begin(), PublishedLaws().end());
  laws.push_back({"joint", 1.2, 60, 80, 0.31, 0.28, LawForm::kJoint});
  for (const ScalingLaw& law : laws) {
    const LawFit fit = FitLaw(PointsOf(law, 0), law.form, 0, 1);
    EXPECT_NEAR(fit.law.e, law.e, 1e-3 * law.e) << law.name;
    EXPECT_NEAR(fit.law.alpha, law.alpha, 1e-3) << law.name;
    EXPECT_NEAR(fit.law.beta, law.beta, 1e-3) << law.name;
    EXPECT_NEAR(std::log(fit.law.a / law.a), 0, 0.02) << law.name;
    EXPECT_NEAR(std::log(fit.law.b / law.b), 0, 0.02) << law.name;
    EXPECT_LT(fit.residual, 1e-6);
  }
}

TEST(LawFit, NoiseIsInTheIntervals) {
  const ScalingLaw& law = PublishedLaws()[0];
  const LawFit fit = FitLaw(PointsOf(law, 0.005), LawForm::kSum, 60, 1);
  EXPECT_NEAR(fit.residual, 0.005, 0.002);
  EXPECT_LT(fit.alpha.low, fit.alpha.high);
  EXPECT_GT(law.alpha, fit.alpha.low - 0.02);
  EXPECT_LT(law.alpha, fit.alpha.high + 0.02);
  EXPECT_GT(law.e, fit.e.low - 0.05);
  EXPECT_LT(law.e, fit.e.high + 0.05);
  const LawFit again = FitLaw(PointsOf(law, 0.005), LawForm::kSum, 60, 1);
  EXPECT_EQ(again.law.a, fit.law.a);
  EXPECT_EQ(again.b.high, fit.b.high);
}

TEST(LawFit, OneRunThatWentWrongMovesLittle) {
  const ScalingLaw& law = PublishedLaws()[0];
  std::vector<LossPoint> points = PointsOf(law, 0);
  points[7].loss *= 1.3;
  const LawFit fit = FitLaw(points, LawForm::kSum, 0, 1);
  EXPECT_NEAR(fit.law.alpha, law.alpha, 0.02);
  EXPECT_NEAR(fit.law.beta, law.beta, 0.02);
  EXPECT_NEAR(fit.law.e, law.e, 0.05);
}

// Small models that more tokens no longer help: a sum cannot say so. The ladder of
// docs/planning.md.
TEST(LawFit, AJointLawFitsWhatASumDoesNot) {
  const std::vector<LossPoint> points = {{1.008e6, 4e6, 4.2957},  {1.008e6, 12e6, 3.8474},
                                         {1.008e6, 36e6, 3.6147}, {2.900e6, 12e6, 3.5048},
                                         {2.900e6, 36e6, 3.1012}, {1.006e7, 4e6, 4.0114},
                                         {1.006e7, 12e6, 3.2851}, {2.950e7, 12e6, 3.2271}};
  const LawFit sum = FitLaw(points, LawForm::kSum, 0, 1),
               joint = FitLaw(points, LawForm::kJoint, 0, 1);
  EXPECT_LT(joint.residual, sum.residual / 2);
  EXPECT_TRUE(joint.determined());
}

// Larger models trained for too few tokens are worse, which no such law says.
TEST(LawFit, RunsThatDetermineNothingAreSaidToBeSo) {
  const std::vector<LossPoint> points = {{1.008e6, 4e6, 4.2442},  {2.900e6, 4e6, 4.0152},
                                         {1.006e7, 4e6, 4.1130},  {2.950e7, 4e6, 4.2283},
                                         {1.008e6, 12e6, 3.8671}, {2.900e6, 12e6, 3.4346}};
  EXPECT_FALSE(FitLaw(points, LawForm::kSum, 0, 1).determined());
  EXPECT_TRUE(FitLaw(PointsOf(PublishedLaws()[0], 0.005), LawForm::kSum, 0, 1).determined());
}

TEST(LawFit, TheOrderOfRunsDoesNotMatter) {
  std::vector<LossPoint> points = PointsOf(PublishedLaws()[0], 0.005);
  const LawFit one = FitLaw(points, LawForm::kJoint, 5, 1);
  std::reverse(points.begin(), points.end());
  const LawFit two = FitLaw(points, LawForm::kJoint, 5, 1);
  EXPECT_EQ(one.law.alpha, two.law.alpha);
  EXPECT_EQ(one.alpha.high, two.alpha.high);
}

TEST(LawFit, TooFewRunsAreAnError) {
  std::vector<LossPoint> points = PointsOf(PublishedLaws()[0], 0);
  const std::vector<LossPoint> same(20, points[0]);
  EXPECT_THROW(FitLaw(same, LawForm::kSum, 0, 1), Error);
  std::vector<LossPoint> five(points.begin(), points.begin() + 5);
  five.insert(five.end(), points.begin(), points.begin() + 5);
  EXPECT_THROW(FitLaw(five, LawForm::kSum, 0, 1), Error);
  EXPECT_THROW(FitLaw({points.begin(), points.begin() + 5}, LawForm::kSum, 0, 1), Error);
  for (LossPoint& p : points) p.parameters = 1e6;
  EXPECT_THROW(FitLaw(points, LawForm::kSum, 0, 1), Error);
}

}  // namespace
}  // namespace cria::plan
