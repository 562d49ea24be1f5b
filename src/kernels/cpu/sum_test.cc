// Long sums against plain loops.
#include "kernels/sum.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kernels/cpu/test_values.h"

namespace cria::kernels {
namespace {

TEST(SumOfSquares, AgreesWithAPlainLoop) {
  for (const int64_t n : {0, 1, 31, 100, 16384, 70001}) {
    const std::vector<float> x = NormalValues<float>(n, 1);
    double want = 0;
    for (float value : x) want += double{value} * value;
    EXPECT_NEAR(SumOfSquares(n, x.data()), want, 1e-12 * want);
  }
}

TEST(Add, EqualsAPlainLoop) {
  for (const int64_t n : {0, 1, 31, 100, 70001}) {
    const std::vector<float> from = NormalValues<float>(n, 1), before = NormalValues<float>(n, 2);
    std::vector<float> to = before;
    Add(Context(3), n, from.data(), to.data());
    for (size_t i = 0; i < to.size(); ++i) ASSERT_EQ(to[i], before[i] + from[i]) << i;
  }
}

TEST(Combine, EqualsAPlainLoop) {
  for (const int64_t n : {0, 1, 31, 100, 70001}) {
    for (const float b : {0.0f, -0.375f}) {
      const std::vector<float> from = NormalValues<float>(n, 1);
      std::vector<float> before = NormalValues<float>(n, 2);
      if (b == 0) std::fill(before.begin(), before.end(), std::nanf(""));
      std::vector<float> to = before;
      Combine(Context(3), n, 0.7f, from.data(), b, to.data());
      for (size_t i = 0; i < to.size(); ++i) {
        // Fused or not, as the instructions are.
        const double kept = b == 0 ? 0.0 : double{b} * before[i];
        const double added = double{0.7f} * from[i];
        ASSERT_NEAR(to[i], kept + added, 1.2e-7 * (std::fabs(kept) + std::fabs(added))) << i;
      }
    }
  }
}

template <class T, class O>
void CheckParts(int64_t n, bool accumulate) {
  std::vector<std::vector<T>> values;
  std::vector<const T*> parts;
  for (uint64_t p = 0; p < 3; ++p) values.push_back(NormalValues<T>(n, 1 + p));
  for (const auto& part : values) parts.push_back(part.data());
  std::vector<O> to = NormalValues<O>(n, 9);
  const std::vector<O> before = to;
  SumParts<T, O>(Context(2), n, parts, accumulate, to.data());
  for (size_t i = 0; i < to.size(); ++i) {
    float want = (ToFloat(values[0][i]) + ToFloat(values[1][i])) + ToFloat(values[2][i]);
    if (accumulate) want = ToFloat(before[i]) + want;
    ASSERT_EQ(ToFloat(to[i]), ToFloat(FromFloat<O>(want))) << i;
  }
}

TEST(SumParts, AddsInTheOrderOfParts) {
  ForEveryInstructionSet([] {
    for (const int64_t n : {1, 31, 40000}) {
      for (const bool accumulate : {false, true}) {
        CheckParts<float, float>(n, accumulate);
        CheckParts<BF16, BF16>(n, accumulate);
        CheckParts<BF16, float>(n, accumulate);
      }
    }
  });
}

}  // namespace
}  // namespace cria::kernels
