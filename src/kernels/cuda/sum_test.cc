// Long sums, copies of rows and roundings on the GPU against plain loops.
#include "kernels/sum.h"

#include <algorithm>
#include <cmath>

#include "kernels/cuda/device_array.h"

namespace cria::kernels::cuda {
namespace {

TEST(SetZero, ReachesNoFurther) {
  for (const int64_t n : {0, 1, 31, 1000}) {
    DeviceArray<float> to(std::vector<float>(n + 1, 7));
    SetZero(DeviceContext(), n, to.data());
    std::vector<float> want(n + 1);
    want[n] = 7;
    EXPECT_EQ(to.Values(), want);
  }
}

TEST(Add, EqualsAPlainLoop) {
  for (const int64_t n : {0, 1, 3, 31, 100, 70001}) {
    for (const int64_t offset : {0, 1}) {
      const std::vector<float> terms = NormalValues<float>(n + offset, 1);
      std::vector<float> want = NormalValues<float>(n + offset, 2);
      DeviceArray<float> from(terms), to(want);
      Add(DeviceContext(), n, from.data() + offset, to.data() + offset);
      for (int64_t i = offset; i < n + offset; ++i) want[i] += terms[i];
      EXPECT_TRUE(SameBits(to.Values(), want));
    }
  }
}

TEST(Combine, EqualsAPlainLoop) {
  for (const int64_t n : {0, 1, 3, 31, 100, 70001}) {
    for (const float b : {0.0f, -0.375f}) {
      const int64_t offset = n % 2;
      const std::vector<float> terms = NormalValues<float>(n + offset, 1);
      std::vector<float> want = NormalValues<float>(n + offset, 2);
      if (b == 0) std::fill(want.begin() + offset, want.end(), std::nanf(""));
      DeviceArray<float> from(terms), to(want);
      Combine(DeviceContext(), n, 0.7f, from.data() + offset, b, to.data() + offset);
      for (int64_t i = offset; i < n + offset; ++i) {
        want[i] = std::fma(0.7f, terms[i], b == 0 ? 0 : b * want[i]);
      }
      EXPECT_TRUE(SameBits(to.Values(), want));
    }
  }
}

TEST(SumsOfSquares, AgreeWithPlainLoops) {
  std::vector<SumRange> ranges = {{0, 0},    {3, 1},       {4, 31},
                                  {35, 100}, {136, 16384}, {16520, 200001}};
  // More than fit the arguments of one launch, most of them unaligned and overlapping.
  for (int64_t i = 0; i < 300; ++i) ranges.push_back({i * 7, i % 41});
  ranges.push_back({1, 65537});
  const std::vector<float> x = NormalValues<float>(220000, 1);
  const auto sums = [&] {
    DeviceArray<float> x_there(x);
    DeviceArray<double> to(
        std::vector<double>(ranges.size(), std::numeric_limits<double>::quiet_NaN()));
    cuda::SumsOfSquares(DeviceContext(), x_there.data(), ranges, to.data());
    return to.Values();
  };
  const std::vector<double> got = sums();
  for (size_t i = 0; i < ranges.size(); ++i) {
    double want = 0;
    for (int64_t j = 0; j < ranges[i].elements; ++j) {
      want += double{x[ranges[i].offset + j]} * x[ranges[i].offset + j];
    }
    EXPECT_NEAR(got[i], want, 1e-12 * want) << i;
  }
  EXPECT_TRUE(SameBits(got, sums()));
}

TEST(SumsOfSquares, DoNotDependOnOtherRanges) {
  DeviceArray<float> x(NormalValues<float>(150000, 1));
  DeviceArray<double> among(std::vector<double>(3)), alone(std::vector<double>(1));
  const std::vector<SumRange> three = {{0, 50}, {52, 140000}, {7, 100000}};
  cuda::SumsOfSquares(DeviceContext(), x.data(), three, among.data());
  cuda::SumsOfSquares(DeviceContext(), x.data(), std::span(three).subspan(1, 1), alone.data());
  EXPECT_EQ(among.Values()[1], alone.Values()[0]);
  cuda::SumsOfSquares(DeviceContext(), x.data(), {}, alone.data());  // asks for nothing
}

TEST(SumsOfSquares, DoNotDependOnWhereARangeBegins) {
  const std::vector<float> x = NormalValues<float>(70001, 1);
  std::vector<double> sums;
  for (const int64_t offset : {0, 1, 2, 3}) {
    std::vector<float> moved(static_cast<size_t>(offset));
    moved.insert(moved.end(), x.begin(), x.end());
    DeviceArray<float> there(moved);
    DeviceArray<double> to(std::vector<double>(1));
    const std::vector<SumRange> all = {{offset, std::ssize(x)}};
    cuda::SumsOfSquares(DeviceContext(), there.data(), all, to.data());
    sums.push_back(to.Values()[0]);
  }
  for (const double sum : sums) EXPECT_EQ(sum, sums[0]);
}

template <class V>
void CheckCopy(int64_t rows, int64_t width, int64_t from_stride, int64_t to_stride) {
  SCOPED_TRACE(testing::Message() << rows << " x " << width << ", " << sizeof(V) << " bytes");
  const std::vector<V> from = NormalValues<V>(rows * from_stride, 1);
  std::vector<V> want = NormalValues<V>(rows * to_stride, 2);
  DeviceArray<V> from_there(from), to(want);
  CopyRows(DeviceContext(), rows, width, from_there.data(), from_stride, to.data(), to_stride);
  for (int64_t r = 0; r < rows; ++r) {
    std::copy_n(from.begin() + r * from_stride, width, want.begin() + r * to_stride);
  }
  EXPECT_TRUE(SameBits(to.Values(), want));
}

TEST(CopyRows, EqualsAPlainLoop) {
  for (const int64_t width : {1, 7, 8, 64, 300}) {
    CheckCopy<float>(5, width, width, width);
    CheckCopy<float>(5, width, width + 4, width + 8);
    CheckCopy<BF16>(5, width, width, width + 1);
    CheckCopy<BF16>(37, width, width + 8, width);
  }
  CheckCopy<float>(2, 9000, 9000, 9004);  // several blocks for a row
  CheckCopy<float>(0, 8, 8, 8);
}

TEST(GatherRows, EqualsAPlainLoop) {
  for (const int64_t width : {1, 6, 64, 5000}) {
    const std::vector<float> from = NormalValues<float>(10 * width, 1);
    const std::vector<int32_t> index = {9, 0, 0, 3, 8};
    DeviceArray<float> from_there(from), to = DeviceArray<float>::Poisoned(5 * width);
    DeviceArray<int32_t> index_there(index);
    GatherRows(DeviceContext(), 5, width, from_there.data(), index_there.data(), to.data());
    std::vector<float> want;
    for (const int32_t row : index) {
      want.insert(want.end(), from.begin() + row * width, from.begin() + (row + 1) * width);
    }
    EXPECT_TRUE(SameBits(to.Values(), want));
  }
}

template <class T>
void CheckConvert(int64_t n, int64_t offset) {
  std::vector<float> values = NormalValues<float>(n + offset, 1);
  if (n > 3) values[offset + 2] = 1.00390625f, values[offset + 3] = INFINITY;  // a tie, to even
  DeviceArray<float> from(values);
  DeviceArray<T> to = DeviceArray<T>::Poisoned(n);
  Convert(DeviceContext(), n, from.data() + offset, to.data());
  std::vector<T> want;
  for (int64_t i = offset; i < n + offset; ++i) want.push_back(FromFloat<T>(values[i]));
  EXPECT_TRUE(SameBits(to.Values(), want));
}

void CheckWiden(int64_t n, int64_t offset) {
  const std::vector<BF16> values = NormalValues<BF16>(n + offset, 1);
  DeviceArray<BF16> from(values);
  DeviceArray<float> to = DeviceArray<float>::Poisoned(n);
  WidenToFloat(DeviceContext(), n, from.data() + offset, to.data());
  std::vector<float> want;
  for (int64_t i = offset; i < n + offset; ++i) want.push_back(static_cast<float>(values[i]));
  EXPECT_TRUE(SameBits(to.Values(), want));
}

TEST(Convert, EqualsAPlainLoop) {
  for (const int64_t n : {0, 1, 7, 8, 31, 5003}) {
    for (const int64_t offset : {0, 3}) {
      CheckConvert<BF16>(n, offset);
      CheckConvert<float>(n, offset);
      CheckWiden(n, offset);
    }
  }
}

}  // namespace
}  // namespace cria::kernels::cuda
