// Orthogonalized matrices against the scalar polynomial applied to their singular values.
#include "kernels/orthogonalize.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <numeric>

#include "kernels/cpu/test_values.h"

namespace cria::kernels {
namespace {

using Doubles = std::vector<double>;

// Orthonormal columns [n, count]: Gram-Schmidt, twice, of random ones. Column c begins at c * n.
Doubles OrthonormalColumns(int64_t n, int64_t count, uint64_t seed) {
  const std::vector<float> random = NormalValues<float>(n * count, seed);
  Doubles q(random.begin(), random.end());
  for (int64_t c = 0; c < count; ++c) {
    double* const column = q.data() + c * n;
    for (int pass = 0; pass < 2; ++pass) {
      for (int64_t b = 0; b < c; ++b) {
        const double* const before = q.data() + b * n;
        const double dot = std::inner_product(column, column + n, before, 0.0);
        for (int64_t i = 0; i < n; ++i) column[i] -= dot * before[i];
      }
    }
    const double norm = std::sqrt(std::inner_product(column, column + n, column, 0.0));
    for (int64_t i = 0; i < n; ++i) column[i] /= norm;
  }
  return q;
}

struct Factors {
  int64_t rows, columns;
  Doubles u, v;
  Doubles Product(const Doubles& s) const {
    Doubles x(static_cast<size_t>(rows * columns));
    for (int64_t c = 0; c < std::ssize(s); ++c) {
      for (int64_t i = 0; i < rows; ++i) {
        for (int64_t j = 0; j < columns; ++j) {
          x[i * columns + j] += u[c * rows + i] * s[c] * v[c * columns + j];
        }
      }
    }
    return x;
  }
};

// The steps for one singular value.
double Polynomial(double s) {
  for (int step = 0; step < 5; ++step) {
    s = 3.4445 * s - 4.7750 * s * s * s + 2.0315 * s * s * s * s * s;
  }
  return s;
}

template <class T>
double RelativeError(int64_t rows, int64_t columns, double scale) {
  const int64_t side = std::min(rows, columns);
  const Factors factors{rows, columns, OrthonormalColumns(rows, side, 1),
                        OrthonormalColumns(columns, side, 2)};
  Doubles s;
  for (int64_t c = 0; c < side; ++c) s.push_back(scale * std::pow(0.5, 5.0 * c / side));
  const double norm = std::sqrt(std::inner_product(s.begin(), s.end(), s.begin(), 0.0));
  const Doubles start = factors.Product(s);
  std::vector<float> x(start.begin(), start.end());
  OrthogonalScratch<T> scratch;
  Orthogonalize<T>(Context(2), rows, columns, x.data(), &scratch);
  Doubles after;
  for (const double one : s) {
    after.push_back(Polynomial(one / norm));
    EXPECT_GT(after.back(), 0.65);
    EXPECT_LT(after.back(), 1.22);
  }
  const Doubles want = factors.Product(after);
  double difference = 0, total = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    difference += (x[i] - want[i]) * (x[i] - want[i]);
    total += want[i] * want[i];
  }
  return std::sqrt(difference / total);
}

TEST(Orthogonalize, MapsSingularValuesAndKeepsVectors) {
  const std::pair<int64_t, int64_t> shapes[] = {{1, 1},   {1, 40},  {40, 1},  {32, 32},
                                                {33, 70}, {70, 33}, {97, 96}, {64, 176}};
  for (const auto& [rows, columns] : shapes) {
    SCOPED_TRACE(testing::Message() << rows << " x " << columns);
    for (const double scale : {1e-6, 30.0}) {
      // Roundings of five steps, each of which lets errors of small singular values grow up to a =
      // 3.44 times: 6e-8 a^5 = 3e-5 with fp32 operands; 2^-9 of the operands with bf16 ones, mostly
      // where values are near 1 and errors grow less.
      EXPECT_LT(RelativeError<float>(rows, columns, scale), 3e-5);
      EXPECT_LT(RelativeError<BF16>(rows, columns, scale), 0.05);
    }
  }
}

TEST(Orthogonalize, ZeroStaysZero) {
  std::vector<float> x(12, 0.0f);
  OrthogonalScratch<float> scratch;
  Orthogonalize<float>(Context(1), 3, 4, x.data(), &scratch);
  EXPECT_EQ(x, std::vector<float>(12, 0.0f));
}

TEST(Orthogonalize, SameBitsForAnyThreadsAndAfterOtherShapes) {
  const auto run = [](int threads, OrthogonalScratch<BF16>* scratch) {
    std::vector<float> x = NormalValues<float>(160 * 224, 3);
    Orthogonalize<BF16>(Context(threads), 160, 224, x.data(), scratch);
    return x;
  };
  OrthogonalScratch<BF16> fresh, used;
  const std::vector<float> one = run(1, &fresh);
  std::vector<float> other = NormalValues<float>(300 * 200, 4);
  Orthogonalize<BF16>(Context(2), 300, 200, other.data(), &used);
  for (const int threads : {2, 3}) {
    const std::vector<float> more = run(threads, &used);
    EXPECT_EQ(std::memcmp(one.data(), more.data(), one.size() * sizeof(float)), 0) << threads;
  }
}

}  // namespace
}  // namespace cria::kernels
