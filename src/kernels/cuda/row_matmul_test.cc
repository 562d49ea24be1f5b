// Products of few rows with plain weights: against sums in double, at sizes that fill no tile, no
// chunk and no group of eight, and the promise that rows do not mix.
#include <fmt/format.h>

#include <cmath>

#include "kernels/cuda/device_array.h"

namespace cria::kernels::cuda {
namespace {

struct Shape {
  int64_t m, n, k, a_gap, w_gap;  // gaps: between rows
};
// Of bf16, the first eight go to the matrix units: k, strides and addresses in whole groups of 8.
// The last rows of W are several tiles to each block, on a device of 132 multiprocessors too.
constexpr Shape kShapes[] = {{1, 1, 8, 0, 0},     {1, 17, 128, 8, 0},   {2, 33, 1032, 0, 16},
                             {3, 260, 136, 0, 0}, {5, 40, 2056, 24, 8}, {8, 100, 4096, 0, 0},
                             {7, 1000, 72, 8, 8}, {8, 7, 1184, 0, 0},   {1, 5, 7, 0, 0},
                             {8, 21, 1001, 0, 0}, {4, 9, 64, 1, 0},     {6, 30, 40, 0, 3},
                             {2, 4500, 72, 0, 0}};

template <class T>
struct Operands {
  explicit Operands(const Shape& s)
      : a(NormalValues<T>(s.m * (s.k + s.a_gap), 1)),
        w(NormalValues<T>(s.n * (s.k + s.w_gap), 2)) {}
  std::vector<T> a, w;
};

/// C [m, n + 3], from `before`; the gap must stay as it was.
template <class T, class C>
std::vector<C> Run(const Shape& s, const Operands<T>& o, const std::vector<C>& before,
                   bool accumulate) {
  DeviceArray<T> a(o.a), w(o.w);
  DeviceArray<C> c(before);
  FewRowsMatmul(DeviceContext(), s.m, s.n, s.k, a.data(), s.k + s.a_gap, w.data(), s.k + s.w_gap,
                c.data(), s.n + 3, accumulate);
  return c.Values();
}

template <class T, class C>
void TestShape(const Shape& s) {
  SCOPED_TRACE(fmt::format("m {} n {} k {} gaps {} {}", s.m, s.n, s.k, s.a_gap, s.w_gap));
  const Operands<T> o(s);
  const auto before = NormalValues<C>(s.m * (s.n + 3), 3);
  const auto plain = Run(s, o, Poisoned<C>(s.m * (s.n + 3)), false);
  const auto sum = Run(s, o, before, true);
  EXPECT_TRUE(SameBits(plain, Run(s, o, Poisoned<C>(s.m * (s.n + 3)), false)));
  for (int64_t r = 0; r < s.m; ++r) {
    for (int64_t i = 0; i < s.n + 3; ++i) {
      const auto at = static_cast<size_t>(r * (s.n + 3) + i);
      if (i >= s.n) {
        ASSERT_TRUE(std::isnan(ToFloat(plain[at])));
        ASSERT_EQ(ToFloat(sum[at]), ToFloat(before[at]));
        continue;
      }
      double want = 0, magnitude = 0;
      for (int64_t j = 0; j < s.k; ++j) {
        const double product =
            static_cast<double>(ToFloat(o.a[static_cast<size_t>(r * (s.k + s.a_gap) + j)])) *
            ToFloat(o.w[static_cast<size_t>(i * (s.k + s.w_gap) + j)]);
        want += product;
        magnitude += std::abs(product);
      }
      // Any order of sums has at most k roundings on its way (of products too where T is float);
      // matrix units cut off instead of rounding. Then one rounding to C.
      const double bound = static_cast<double>(s.k + 8) * 0x1p-23 * magnitude;
      const double start = ToFloat(before[at]), total = want + start;
      ASSERT_NEAR(ToFloat(plain[at]), want, bound + kUnit<C> * std::abs(want)) << r << " " << i;
      ASSERT_NEAR(ToFloat(sum[at]), total, bound + kUnit<C> * (std::abs(total) + std::abs(start)))
          << r << " " << i;
    }
  }
}

TEST(FewRowsMatmul, EqualsSumsInDouble) {
  for (const Shape& s : kShapes) {
    TestShape<BF16, float>(s);
    TestShape<BF16, BF16>(s);
    TestShape<float, float>(s);
  }
}

TEST(FewRowsMatmul, RowsAndColumnsDoNotDependOnTheirNeighbours) {
  const int64_t m = 8, n = 150, k = 1304;
  const auto a = NormalValues<BF16>(m * k, 4), w = NormalValues<BF16>(n * k, 5);
  DeviceArray<BF16> device_a(a), device_w(w);
  auto all = DeviceArray<float>::Poisoned(m * n), some = DeviceArray<float>::Poisoned(m * n);
  const Context& context = DeviceContext();
  FewRowsMatmul(context, m, n, k, device_a.data(), k, device_w.data(), k, all.data(), n, false);
  for (int64_t r = 0; r < m;) {
    const int64_t rows = std::min<int64_t>(r + 1, m - r), left = 37 * rows;
    const BF16* from = device_a.data() + r * k;
    FewRowsMatmul(context, rows, left, k, from, k, device_w.data(), k, some.data() + r * n, n,
                  false);
    FewRowsMatmul(context, rows, n - left, k, from, k, device_w.data() + left * k, k,
                  some.data() + r * n + left, n, false);
    r += rows;
  }
  EXPECT_TRUE(SameBits(all.Values(), some.Values()));
}

TEST(FewRowsMatmul, TakesOperandsAtAnyAddress) {
  const int64_t m = 3, n = 20, k = 64;
  const auto a = NormalValues<BF16>(m * k + 1, 6), w = NormalValues<BF16>(n * k + 1, 7);
  DeviceArray<BF16> device_a(a), device_w(w);
  auto c = DeviceArray<float>::Poisoned(m * n);
  FewRowsMatmul(DeviceContext(), m, n, k, device_a.data() + 1, k, device_w.data() + 1, k, c.data(),
                n, false);
  std::vector<double> want;
  double magnitude = 0;
  for (int64_t r = 0; r < m; ++r) {
    for (int64_t i = 0; i < n; ++i) {
      double sum = 0;
      for (int64_t j = 0; j < k; ++j) {
        const double product = static_cast<double>(ToFloat(a[static_cast<size_t>(r * k + j + 1)])) *
                               ToFloat(w[static_cast<size_t>(i * k + j + 1)]);
        sum += product;
        magnitude = std::max(magnitude, std::abs(product));
      }
      want.push_back(sum);
    }
  }
  ExpectNear("c", c.Values(), want, 0, static_cast<double>(k * k) * 0x1p-24 * magnitude);
}

}  // namespace
}  // namespace cria::kernels::cuda
