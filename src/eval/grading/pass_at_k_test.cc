// pass@k against counting of all choices of k samples, exact fractions and its extremes.
#include "eval/grading/pass_at_k.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

namespace cria::eval {
namespace {

TEST(PassAtKTest, IsTheShareOfChoicesWithARightSample) {
  for (int64_t n = 1; n <= 10; ++n) {
    for (int64_t c = 0; c <= n; ++c) {
      for (int64_t k = 1; k <= n; ++k) {
        int64_t choices = 0, passed = 0;
        for (uint32_t set = 0; set < 1u << n; ++set) {
          if (std::popcount(set) != k) continue;
          ++choices;
          passed += (set & ((1u << c) - 1)) != 0;  // the first c samples are the right ones
        }
        EXPECT_NEAR(PassAtK(n, c, k), static_cast<double>(passed) / choices, 1e-15)
            << n << " " << c << " " << k;
      }
    }
  }
}

TEST(PassAtKTest, HasExactValuesAtBothEnds) {
  for (int64_t n : {1, 2, 100, 200, 1000000}) {
    EXPECT_EQ(PassAtK(n, 0, 1), 0);
    EXPECT_EQ(PassAtK(n, 0, n), 0);
    EXPECT_EQ(PassAtK(n, 1, n), 1);
    EXPECT_EQ(PassAtK(n, n, 1), 1);
    for (int64_t c = 1; c <= n; c = c * 3 + 1) {
      EXPECT_NEAR(PassAtK(n, c, 1), static_cast<double>(c) / n, 1e-15);  // pass@1 is the mean
    }
  }
  EXPECT_EQ(PassAtK(200, 101, 100), 1);
  EXPECT_LT(PassAtK(200, 20, 100), 1);
}

// 1 - C(n-c, k) / C(n, k) in exact fractions, rounded to double.
TEST(PassAtKTest, AgreesWithExactFractions) {
  struct Case {
    int64_t n, c, k;
    double value;
  };
  constexpr Case kCases[] = {
      {200, 1, 100, 0.5},
      {200, 2, 100, 0.7512562814070352},
      {200, 5, 100, 0.9703083947657067},
      {200, 20, 100, 0.9999996678312922},
      {200, 100, 100, 1.0},
      {200, 99, 1, 0.495},
      {200, 13, 10, 0.49755111473060615},
      {80, 3, 76, 0.9999513145082766},
      {100, 37, 80, 1.0},
      {256, 4, 64, 0.6860824345922116},
      {5000, 7, 100, 0.13194893952997494},
      {100000, 3, 1000, 0.02970129403488079},
  };
  for (const auto& [n, c, k, value] : kCases) {
    EXPECT_NEAR(PassAtK(n, c, k), value, 4e-15) << n << " " << c << " " << k;
  }
}

TEST(PassAtKTest, GrowsWithRightSamplesAndWithChoices) {
  for (int64_t c = 0; c < 200; ++c) {
    for (int64_t k = 1; k < 200; ++k) {
      EXPECT_LE(PassAtK(200, c, k), PassAtK(200, c + 1, k) + 1e-15);
      EXPECT_LE(PassAtK(200, c, k), PassAtK(200, c, k + 1) + 1e-15);
      EXPECT_NEAR(PassAtK(200, c, k), PassAtK(200, k, c == 0 ? 1 : c) * (c != 0), 1e-14);
    }
  }
}

TEST(PassAtKDeathTest, RefusesWhatItCannotEstimate) {
  EXPECT_DEATH(PassAtK(10, 11, 1), "11 right of 10");
  EXPECT_DEATH(PassAtK(10, -1, 1), "-1 right of 10");
  EXPECT_DEATH(PassAtK(10, 5, 11), "pass@11 of 10");
  EXPECT_DEATH(PassAtK(10, 5, 0), "pass@0 of 10");
}

}  // namespace
}  // namespace cria::eval
