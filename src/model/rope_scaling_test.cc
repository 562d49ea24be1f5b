// LLaMA 3.1's scaling against its rule worked out by hand, and the ways through files.
#include "model/rope_scaling.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace cria {
namespace {

RopeScaling Llama31() {
  RopeScaling scaling;
  scaling.kind = RopeScaling::Kind::kLlama3;
  scaling.factor = 8;
  return scaling;
}

// Head size 128, theta 500000: pair i has wavelength 2 pi 500000^(i / 64).
TEST(RopeScaling, Llama31ByHand) {
  const std::vector<double> factors = RopeFactors(Llama31(), 128, 500000);
  ASSERT_EQ(factors.size(), 64u);
  EXPECT_EQ(factors[28], 1);  // 1956 < 8192 / 4
  EXPECT_EQ(factors[35], 8);  // 8220 > 8192 / 1
  // i = 30: 2 pi e^6.15108 = 2947.9; smooth = (8192 / 2947.9 - 1) / 3 = 0.59297;
  // 1 / (0.40703 / 8 + 0.59297) = 1.5531.
  EXPECT_NEAR(factors[30], 1.5531, 5e-4);
  for (size_t i = 1; i < 64; ++i) EXPECT_GE(factors[i], factors[i - 1]);
  EXPECT_EQ(RopeFactors(RopeScaling(), 128, 500000), std::vector<double>());
}

TEST(RopeScaling, KnownAgainByItsFactors) {
  for (const double factor : {8.0, 32.0}) {
    RopeScaling scaling = Llama31();
    scaling.factor = factor;
    const std::vector<double> exact = RopeFactors(scaling, 64, 500000);
    const std::vector<float> stored(exact.begin(), exact.end());
    EXPECT_EQ(RopeScalingFromFactors(stored, 64, 500000, "x"), scaling);
    std::vector<float> other = stored;
    other[20] *= 1.01f;
    EXPECT_THROW(RopeScalingFromFactors(other, 64, 500000, "x"), Error);
    EXPECT_THROW(RopeScalingFromFactors(stored, 128, 500000, "x"), Error);
  }
}

TEST(RopeScaling, JsonThereAndBack) {
  RopeScaling linear;
  linear.kind = RopeScaling::Kind::kLinear;
  linear.factor = 4;
  for (const RopeScaling& scaling : {RopeScaling(), linear, Llama31()}) {
    EXPECT_EQ(RopeScalingFromJson(RopeScalingToJson(scaling), "x"), scaling);
  }
  EXPECT_THROW(RopeScalingFromJson({{"type", "yarn"}, {"factor", 2}}, "x"), Error);
  EXPECT_THROW(RopeScalingFromJson({{"type", "linear"}, {"factor", 0}}, "x"), Error);
}

}  // namespace
}  // namespace cria
