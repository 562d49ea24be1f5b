// Long sums against plain loops.
#include "kernels/sum.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace cria::kernels
