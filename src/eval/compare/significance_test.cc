// The paired tests against arithmetic by hand, exact integer sums, each other and the normal law.
#include "eval/compare/significance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/random.h"

namespace cria::eval {
namespace {

// 0/1 values with so many questions that A alone, B alone, and neither or both got right.
PairedValues Answers(int64_t a_only, int64_t b_only, int64_t ties) {
  PairedValues values;
  const auto add = [&](int64_t count, double a, double b) {
    for (int64_t i = 0; i < count; ++i) values.a.push_back(a), values.b.push_back(b);
  };
  add(a_only, 1, 0), add(b_only, 0, 1), add(ties, 1, 1);
  return values;
}

// Differences of B - A with mean `shift` and standard deviation 1.
PairedValues Normal(int64_t n, double shift, uint64_t step) {
  RandomStream random(7, RandomPurpose::kTest, step);
  PairedValues values{.stream = static_cast<uint32_t>(step)};
  for (int64_t i = 0; i < n; ++i) {
    values.a.push_back(random.NextNormal());
    values.b.push_back(values.a.back() + random.NextNormal() + shift);
  }
  return values;
}

void ExpectSameBits(const PairedOutcome& x, const PairedOutcome& y) {
  for (const auto& [a, b] : {std::pair{x.difference, y.difference},
                             {x.standard_error, y.standard_error},
                             {x.low, y.low},
                             {x.high, y.high},
                             {x.p, y.p}}) {
    EXPECT_EQ(std::memcmp(&a, &b, sizeof(a)), 0) << a << " and " << b;
  }
  EXPECT_EQ(x.resampled, y.resampled);
}

TEST(McNemar, SmallCasesByHand) {
  EXPECT_NEAR(McNemarP(1, 9), 2 * (1 + 10) / 1024.0, 1e-15);
  EXPECT_NEAR(McNemarP(0, 6), 2 / 64.0, 1e-15);
  EXPECT_NEAR(McNemarP(2, 6), 2 * (1 + 8 + 28) / 256.0, 1e-14);
  EXPECT_EQ(McNemarP(0, 0), 1);
  EXPECT_EQ(McNemarP(5, 5), 1);
  EXPECT_NEAR(McNemarP(0, 1), 1, 1e-15);
  EXPECT_NEAR(McNemarP(3, 4), 1, 1e-14);
  EXPECT_NEAR(McNemarP(25, 26), 1, 1e-14);
}

// The others: the same sums in integers of any length. 59 and 121: Bishop, Fienberg and Holland
// 1975, where statistics packages print 4.434e-06.
TEST(McNemar, AgreesWithExactIntegers) {
  const struct {
    int64_t a, b;
    double p;
  } kCases[] = {{59, 121, 4.434449263755176e-06},      {6, 25, 0.0008779102936387062},
                {480, 560, 0.014259079095386026},      {600, 800, 9.97379613225086e-08},
                {5100, 4900, 0.04658552770494739},     {49600, 50400, 0.011514925490228948},
                {48500, 51500, 2.4384264313434573e-21}};
  for (const auto& c : kCases) {
    EXPECT_NEAR(McNemarP(c.a, c.b) / c.p, 1, 2e-9) << c.a << " and " << c.b;
    EXPECT_EQ(McNemarP(c.a, c.b), McNemarP(c.b, c.a));
  }
}

TEST(McNemar, StaysANumberBelowTheRangeOfDoubles) {
  EXPECT_NEAR(McNemarP(0, 1000) / std::ldexp(1.0, -999), 1, 1e-9);
  EXPECT_EQ(McNemarP(0, 100'000), 0);
  EXPECT_NEAR(McNemarP(50'000, 50'001), 1, 1e-9);
}

TEST(SignFlips, SmallCasesByHand) {
  const Context context(1);
  const auto p = [&](std::vector<double> terms) {
    const FlipTest test = SignFlipTest(context, terms, 1, 1);
    EXPECT_TRUE(test.exact);
    return test.p;
  };
  EXPECT_EQ(p({}), 1);
  EXPECT_EQ(p({0, 0, 0}), 1);
  EXPECT_EQ(p({2}), 1);
  EXPECT_EQ(p({1, 2, 3}), 2 / 8.0);
  EXPECT_EQ(p({1, 0, 2, 0, 3}), 2 / 8.0);
  // Sums of +-3 +-1 +-1: 5, 3, 3, 1 and their opposites; 3 was observed.
  EXPECT_EQ(p({3, -1, 1}), 6 / 8.0);
  EXPECT_EQ(p({1e150, 1e150, 1e150}), 2 / 8.0);
}

// In tenths, which doubles do not hold exactly, sums that are equal on paper differ in their last
// bits; in whole numbers they do not.
TEST(SignFlips, EqualSumsCountAsEqual) {
  const Context context(1);
  RandomStream random(3, RandomPurpose::kTest);
  for (int round = 0; round < 50; ++round) {
    std::vector<double> whole, tenths;
    for (int i = 0; i < 9; ++i) {
      const auto a = static_cast<double>(random.NextBelow(10));
      const auto b = static_cast<double>(random.NextBelow(10));
      whole.push_back(b - a), tenths.push_back(b / 10 - a / 10);
    }
    EXPECT_EQ(SignFlipTest(context, tenths, 1, 1).p, SignFlipTest(context, whole, 1, 1).p);
  }
}

// With differences of one size the test is McNemar's: two programs for one number.
TEST(SignFlips, AreMcNemarsForRightAndWrong) {
  const Context context(1);
  const auto terms = [](int a_only, int b_only) {
    std::vector<double> signs(static_cast<size_t>(a_only), -1);
    signs.insert(signs.end(), static_cast<size_t>(b_only), 1);
    return signs;
  };
  for (int a_only = 0; a_only <= kMaxExactPairs; ++a_only) {
    for (int b_only = 0; a_only + b_only <= kMaxExactPairs; b_only += 3) {
      const FlipTest test = SignFlipTest(context, terms(a_only, b_only), 1, 1);
      EXPECT_NEAR(test.p, McNemarP(a_only, b_only), 1e-12) << a_only << " and " << b_only;
    }
  }
  for (const auto& [a_only, b_only] : {std::pair{14, 26}, {60, 75}, {1, 16}}) {
    const FlipTest test = SignFlipTest(context, terms(a_only, b_only), 1, 1);
    const double exact = McNemarP(a_only, b_only);
    EXPECT_FALSE(test.exact);
    EXPECT_NEAR(test.p, exact, 1e-4 + 4 * std::sqrt(exact * (1 - exact) / kResamples));
  }
  EXPECT_EQ(SignFlipTest(context, std::vector<double>(80, 0.5), 1, 1).p, 1.0 / (kResamples + 1));
}

TEST(PairedTest, MeansAndErrorByHand) {
  const Context context(1);
  // Differences 1, 0, 0, -1, 1: mean 0.2, squares about it 2.8.
  const PairedValues values{.a = {0, 1, 0, 1, 0}, .b = {1, 1, 0, 0, 1}};
  const PairedOutcome outcome = TestPairs(context, values, 1);
  EXPECT_EQ(outcome.pairs, 5);
  EXPECT_EQ(outcome.a_higher, 1);
  EXPECT_EQ(outcome.b_higher, 2);
  EXPECT_EQ(outcome.ties, 2);
  EXPECT_NEAR(outcome.mean_a, 0.4, 1e-15);
  EXPECT_NEAR(outcome.mean_b, 0.6, 1e-15);
  EXPECT_NEAR(outcome.difference, 0.2, 1e-15);
  EXPECT_NEAR(outcome.standard_error, std::sqrt(2.8 / 4 / 5), 1e-15);
  EXPECT_EQ(outcome.method, PairedMethod::kMcNemar);
  EXPECT_NEAR(outcome.p, 1, 1e-14);
  PairedValues graded = values;
  // Differences 1, 0.5, 0, -1, 1 of sum 1.5. Three signs of 1 make 3 (2 of 8), which is far enough
  // with either sign of 0.5, or 1 (6 of 8), which is with one.
  graded.a[1] = 0.5;
  EXPECT_EQ(TestPairs(context, graded, 1).method, PairedMethod::kAllFlips);
  EXPECT_EQ(TestPairs(context, graded, 1).p, 10 / 16.0);
}

TEST(PairedTest, OneModelTwiceShowsNothing) {
  PairedValues values = Normal(300, 0, 1);
  values.b = values.a;
  const PairedOutcome outcome = TestPairs(Context(1), values, 1);
  EXPECT_EQ(outcome.ties, 300);
  EXPECT_EQ(outcome.difference, 0);
  EXPECT_EQ(outcome.standard_error, 0);
  EXPECT_EQ(outcome.low, 0);
  EXPECT_EQ(outcome.high, 0);
  EXPECT_EQ(outcome.p, 1);
}

TEST(PairedTest, IntervalIsTheNormalOneForManyPairs) {
  const Context context(2);
  for (const PairedValues& values : {Normal(5000, 0.03, 2), Answers(900, 1000, 8000)}) {
    const PairedOutcome outcome = TestPairs(context, values, 5);
    // A percentile of 10,000 draws is good to 0.027 standard errors.
    const double tolerance = 0.11 * outcome.standard_error;
    EXPECT_NEAR(outcome.low, outcome.difference - 1.96 * outcome.standard_error, tolerance);
    EXPECT_NEAR(outcome.high, outcome.difference + 1.96 * outcome.standard_error, tolerance);
  }
}

TEST(PairedTest, IntervalHoldsTheTruthAsOftenAsItSays) {
  const Context context(2);
  int held = 0;
  constexpr int kRounds = 200;
  for (int round = 0; round < kRounds; ++round) {
    const PairedValues values = Normal(60, 0.3, 100 + static_cast<uint64_t>(round));
    const PairedOutcome outcome = TestPairs(context, values, 1);
    held += outcome.low <= 0.3 && 0.3 <= outcome.high;
  }
  // 190 expected, standard deviation 3.1; the percentile bootstrap is a little narrow at 60 pairs.
  EXPECT_GE(held, 176);
  EXPECT_LE(held, 199);
}

TEST(PairedTest, DoesNotDependOnThreads) {
  for (const PairedValues& values : {Normal(777, 0.05, 3), Answers(30, 41, 100)}) {
    const PairedOutcome one = TestPairs(Context(1), values, 9);
    for (const int threads : {2, 5}) {
      ExpectSameBits(TestPairs(Context(threads), values, 9), one);
    }
    EXPECT_NE(TestPairs(Context(1), values, 10).resampled, one.resampled);
  }
}

TEST(PairedTest, IsTheSameTheOtherWayRound) {
  const Context context(2);
  const PairedValues values = Normal(200, 0.1, 4);
  const PairedOutcome ab = TestPairs(context, values, 1);
  const PairedOutcome ba = TestPairs(context, {values.b, values.a, values.stream}, 1);
  EXPECT_EQ(ab.difference, -ba.difference);
  EXPECT_EQ(ab.p, ba.p);
  EXPECT_NEAR(ab.low, -ba.high, 1e-12);
  EXPECT_NEAR(ab.high, -ba.low, 1e-12);
  EXPECT_EQ(ab.a_higher, ba.b_higher);
}

TEST(PairedTest, LargestValuesStayFinite) {
  PairedValues values{.a = std::vector<double>(1000, 1e150)};
  values.b.assign(1000, -1e150);
  values.b[0] = 1e150;
  const PairedOutcome outcome = TestPairs(Context(1), values, 1);
  for (const double x : {outcome.difference, outcome.standard_error, outcome.low, outcome.high}) {
    EXPECT_TRUE(std::isfinite(x)) << x;
  }
}

TEST(PoolTasks, EveryTaskWeighsAlike) {
  const Context context(1);
  const std::vector<PairedValues> tasks = {{{0, 1}, {1, 1}, 1}, {{0, 0, 1, 0}, {1, 1, 1, 0}, 2}};
  std::vector<PairedOutcome> outcomes;
  for (const PairedValues& task : tasks) outcomes.push_back(TestPairs(context, task, 1));
  const PairedOutcome pooled = PoolTasks(context, tasks, outcomes, 1);
  EXPECT_EQ(pooled.pairs, 6);
  EXPECT_EQ(pooled.b_higher, 3);
  EXPECT_EQ(pooled.ties, 3);
  EXPECT_NEAR(pooled.mean_a, (0.5 + 0.25) / 2, 1e-15);
  EXPECT_NEAR(pooled.difference, 0.5, 1e-15);
  // Squares about the means: 0.5 of two, 1 of four.
  EXPECT_NEAR(pooled.standard_error, std::sqrt(0.5 / 1 / 2 + 1.0 / 3 / 4) / 2, 1e-15);
  // Terms 1/4, 1/8, 1/8: of eight patterns two reach 1/2.
  EXPECT_EQ(pooled.method, PairedMethod::kAllFlips);
  EXPECT_EQ(pooled.p, 2 / 8.0);
}

// Tasks that drew the same numbers would move together: their mean would vary as one task does.
TEST(PoolTasks, TasksAreResampledApart) {
  const Context context(2);
  std::vector<PairedValues> tasks = {Normal(400, 0, 5), Normal(400, 0, 5)};
  tasks[1].stream = 6;
  std::vector<PairedOutcome> outcomes;
  for (const PairedValues& task : tasks) outcomes.push_back(TestPairs(context, task, 1));
  const PairedOutcome pooled = PoolTasks(context, tasks, outcomes, 1);
  EXPECT_NEAR(pooled.standard_error, outcomes[0].standard_error / std::sqrt(2.0), 1e-12);
  EXPECT_NEAR((pooled.high - pooled.low) / (2 * 1.96 * pooled.standard_error), 1, 0.08);
  ExpectSameBits(PoolTasks(Context(3), tasks, outcomes, 1), pooled);
}

// As p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") of R: 0.02 = 4 x 0.005, 0.03 = 3 x 0.01,
// 0.06 = 2 x 0.03, and what follows is no less.
TEST(Holm, ByHand) {
  const std::vector<double> p = {0.01, 0.04, 0.03, 0.005}, expected = {0.03, 0.06, 0.06, 0.02};
  const std::vector<double> adjusted = HolmAdjusted(p);
  ASSERT_EQ(adjusted.size(), expected.size());
  for (size_t i = 0; i < p.size(); ++i) EXPECT_NEAR(adjusted[i], expected[i], 1e-15);
  EXPECT_EQ(HolmAdjusted(std::vector<double>{0.5, 0.6}), (std::vector<double>{1, 1}));
  EXPECT_EQ(HolmAdjusted(std::vector<double>{0.03}), std::vector<double>{0.03});
  EXPECT_EQ(HolmAdjusted(std::vector<double>{0, 0.25, 0.25}), (std::vector<double>{0, 0.5, 0.5}));
  EXPECT_TRUE(HolmAdjusted({}).empty());
}

}  // namespace
}  // namespace cria::eval
