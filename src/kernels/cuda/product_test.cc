// Products in all layouts and types against loops in double.
#include "kernels/cuda/product.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kernels/cuda/device_array.h"

namespace cria::kernels::cuda {
namespace {

struct Shape {
  int64_t m, n, k;
};

/// As [rows, columns] or transposed in memory, rows `odd` elements longer than they need be.
template <class T>
struct Operand {
  Operand(int64_t rows, int64_t columns, bool transposed, int64_t odd, uint64_t stream)
      : stride((transposed ? rows : columns) + odd),
        transposed(transposed),
        values(NormalValues<T>(stride * (transposed ? columns : rows), stream)),
        device(values) {}
  double At(int64_t r, int64_t c) const {
    return ToFloat(values[transposed ? c * stride + r : r * stride + c]);
  }
  ProductOperand operand() { return {device.data(), stride, transposed}; }

  int64_t stride;
  bool transposed;
  std::vector<T> values;
  DeviceArray<T> device;
};

template <class T, class C>
void TestProduct(const Shape& shape, bool a_transposed, bool b_transposed, bool accumulate) {
  SCOPED_TRACE(testing::Message() << shape.m << " x " << shape.n << " x " << shape.k << " "
                                  << a_transposed << b_transposed << accumulate);
  Operand<T> a(shape.m, shape.k, a_transposed, 8, 1), b(shape.k, shape.n, b_transposed, 1, 2);
  const int64_t stride = shape.n + 3;
  const std::vector<C> before =
      accumulate ? NormalValues<C>(shape.m * stride, 3) : Poisoned<C>(shape.m * stride);
  const auto run = [&] {
    DeviceArray<C> c(before);
    RunProduct(&CudaDevice::Of(DeviceContext()), {.m = shape.m,
                                                  .n = shape.n,
                                                  .k = shape.k,
                                                  .operands = kDTypeOf<T>,
                                                  .result = kDTypeOf<C>,
                                                  .a = a.operand(),
                                                  .b = b.operand(),
                                                  .c = c.data(),
                                                  .c_stride = stride,
                                                  .accumulate = accumulate});
    return c.Values();
  };
  const std::vector<C> got = run();
  for (int64_t i = 0; i < shape.m; ++i) {
    for (int64_t j = 0; j < stride; ++j) {
      const int64_t at = i * stride + j;
      if (j >= shape.n) {  // between rows nothing is written
        ASSERT_EQ(std::memcmp(&got[at], &before[at], sizeof(C)), 0) << i << " " << j;
        continue;
      }
      double sum = accumulate ? double{ToFloat(before[at])} : 0, magnitudes = std::abs(sum);
      for (int64_t k = 0; k < shape.k; ++k) {
        sum += a.At(i, k) * b.At(k, j);
        magnitudes += std::abs(a.At(i, k) * b.At(k, j));
      }
      // k + 1 additions, each of which matrix units may cut off instead of rounding.
      const double bound = kUnit<C> * std::abs(sum) +
                           static_cast<double>(shape.k + 1) * 0x1p-23 * magnitudes * (1 + kUnit<C>);
      ASSERT_NEAR(ToFloat(got[at]), sum, bound) << i << " " << j;
    }
  }
  EXPECT_TRUE(SameBits(got, run()));
}

template <class T, class C>
void TestProducts() {
  for (const Shape& shape :
       {Shape{1, 1, 1}, Shape{3, 5, 7}, Shape{33, 40, 129}, Shape{64, 48, 96}, Shape{128, 16, 8}}) {
    for (int kind = 0; kind < 8; ++kind) {
      TestProduct<T, C>(shape, kind & 1, kind & 2, kind & 4);
    }
  }
}

TEST(Product, Float) { TestProducts<float, float>(); }
TEST(Product, BF16) { TestProducts<BF16, BF16>(); }
TEST(Product, BF16ToFloat) { TestProducts<BF16, float>(); }

}  // namespace
}  // namespace cria::kernels::cuda
