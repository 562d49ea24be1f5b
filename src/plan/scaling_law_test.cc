// Published optima, and the conditions that make an optimum one.
#include "plan/scaling_law.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"

namespace cria::plan {
namespace {

TEST(ScalingLaw, OptimaOfPublishedFits) {
  struct Row {
    double flops, refit_parameters, refit_tokens, printed_parameters, printed_tokens;
  };
  // From N = G (C/6)^a, D = (C/6)^b / G with the published constants.
  constexpr Row kRows[] = {{1e18, 80.5e6, 2.07e9, 80.6e6, 2.07e9},
                           {1e20, 853e6, 19.5e9, 645e6, 25.8e9},
                           {1e22, 9.05e9, 184e9, 5.16e9, 323e9},
                           {1e24, 95.9e9, 1.74e12, 41.3e9, 4.04e12}};
  for (const Row& row : kRows) {
    const Optimum refit = ComputeOptimal(PublishedLaws()[0], row.flops),
                  printed = ComputeOptimal(PublishedLaws()[2], row.flops);
    EXPECT_NEAR(refit.parameters / row.refit_parameters, 1, 0.005) << row.flops;
    EXPECT_NEAR(refit.tokens / row.refit_tokens, 1, 0.005) << row.flops;
    EXPECT_NEAR(printed.parameters / row.printed_parameters, 1, 0.005) << row.flops;
    EXPECT_NEAR(printed.tokens / row.printed_tokens, 1, 0.005) << row.flops;
  }
}

TEST(ScalingLaw, AnOptimumIsOne) {
  for (const ScalingLaw& law : PublishedLaws()) {
    const Optimum best = ComputeOptimal(law, 1e21);
    EXPECT_NEAR(best.train_flops, 1e21, 1e12);
    for (const double factor : {0.8, 0.95, 1.05, 1.25}) {
      EXPECT_GT(law.Loss(best.parameters * factor, best.tokens / factor), best.loss) << law.name;
    }
  }
}

// The larger term hides the other; far from where they meet the law is one of size, or of length.
TEST(ScalingLaw, AJointLawHasItsLimitsAndOptima) {
  const ScalingLaw law{"joint", 1.2, 60, 80, 0.31, 0.28, LawForm::kJoint};
  EXPECT_NEAR(law.Loss(1e7, 1e30), 1.2 + 60 * std::pow(1e7, -0.31), 1e-4);
  EXPECT_NEAR(law.Loss(1e40, 1e9), 1.2 + 80 * std::pow(1e9, -0.28), 1e-4);
  const double n = 3e7, d = 2e8, size = 60 * std::pow(n, -0.31), length = 80 * std::pow(d, -0.28);
  EXPECT_NEAR(law.Loss(n, d),
              1.2 + std::pow(std::pow(size, 1 / 0.28) + std::pow(length, 1 / 0.28), 0.28), 1e-12);
  const Optimum best = ComputeOptimal(law, 1e18);
  EXPECT_NEAR(best.train_flops / 1e18, 1, 1e-9);
  for (const double factor : {0.9, 1.1}) {
    EXPECT_GT(law.Loss(best.parameters * factor, best.tokens / factor), best.loss);
  }
  const Optimum served = ServingOptimal(law, best.loss, 0);
  EXPECT_NEAR(served.parameters / best.parameters, 1, 1e-3);
  EXPECT_NEAR(served.loss, best.loss, 1e-9);
  EXPECT_LT(ServingOptimal(law, best.loss, 1e12).parameters, best.parameters);
}

TEST(ScalingLaw, ChinchillaHadTwentyTokensAParameter) {
  const Optimum rule = TwentyTokens(PublishedLaws()[0], 6 * 70e9 * 1.4e12);
  EXPECT_NEAR(rule.parameters, 70e9, 1e9);
  EXPECT_NEAR(rule.tokens, 1.4e12, 0.02e12);
}

TEST(ScalingLaw, ServingMakesModelsSmaller) {
  const ScalingLaw& law = PublishedLaws()[0];
  const Optimum trained = ComputeOptimal(law, 1e22);
  const Optimum nobody = ServingOptimal(law, trained.loss, 0);
  EXPECT_NEAR(nobody.parameters / trained.parameters, 1, 1e-3);
  EXPECT_NEAR(nobody.tokens / trained.tokens, 1, 1e-3);
  double smaller = nobody.parameters;
  for (const double served : {1e11, 1e12, 1e13}) {
    const Optimum best = ServingOptimal(law, trained.loss, served);
    EXPECT_LT(best.parameters, smaller);
    EXPECT_NEAR(best.loss, trained.loss, 1e-9);
    smaller = best.parameters;
    const auto cost = [&](const Optimum& o) { return o.train_flops + 2 * o.parameters * served; };
    EXPECT_LT(cost(best), cost(trained));
    for (const double factor : {0.9, 1.1}) {  // its neighbours at the same loss cost more
      const double n = best.parameters * factor,
                   left = trained.loss - law.e - law.a * std::pow(n, -law.alpha),
                   d = std::pow(law.b / left, 1 / law.beta);
      EXPECT_GT(6 * n * d + 2 * n * served, cost(best)) << factor;
    }
  }
}

TEST(ScalingLaw, ALossBelowTheFloorIsAnError) {
  EXPECT_THROW(ServingOptimal(PublishedLaws()[0], 1.8, 1e12), Error);
}

}  // namespace
}  // namespace cria::plan
