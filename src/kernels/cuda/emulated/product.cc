// Matrix products in plain loops: operands widened, fp32 sums in order of k, one rounding.
#include "kernels/cuda/product.h"

#include <vector>

#include "base/error.h"
#include "kernels/cuda/emulated/device_state.h"

namespace cria::kernels::cuda {
namespace {

float ReadValue(DType type, const void* data, int64_t i) {
  return type == DType::kF32 ? static_cast<const float*>(data)[i]
                             : ToFloat(static_cast<const BF16*>(data)[i]);
}

/// As [rows, columns], or what is stored as [columns, rows] and `transposed`.
std::vector<float> Widen(DType type, const ProductOperand& x, int64_t rows, int64_t columns) {
  CRIA_CHECK(x.stride >= (x.transposed ? rows : columns), "stride {}", x.stride);
  std::vector<float> values(static_cast<size_t>(rows * columns));
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) {
      values[static_cast<size_t>(r * columns + c)] =
          ReadValue(type, x.data, x.transposed ? c * x.stride + r : r * x.stride + c);
    }
  }
  return values;
}

void Check(const Product& p) {
  CRIA_CHECK(p.m > 0 && p.n > 0 && p.k > 0 && p.c_stride >= p.n, "m {} n {} k {} c_stride {}", p.m,
             p.n, p.k, p.c_stride);
  CRIA_CHECK(p.operands == DType::kF32 || p.operands == DType::kBF16, "operands {}",
             DTypeName(p.operands));
  CRIA_CHECK(p.result == DType::kF32 || (p.result == DType::kBF16 && p.operands == DType::kBF16),
             "{} of {}", DTypeName(p.result), DTypeName(p.operands));
}

}  // namespace

void RunProduct(CudaDevice* device, const Product& p) {
  Check(p);
  emulated::WorkLog& log = device->state().log;
  for (const int64_t x : {p.m, p.n, p.k, p.a.stride, p.b.stride, p.c_stride}) log.Add(x);
  for (const void* x : {p.a.data, p.b.data, static_cast<const void*>(p.c), p.d}) log.Add(x);
  for (const bool x : {p.a.transposed, p.b.transposed, p.accumulate}) log.Add(x);

  const std::vector<float> a = Widen(p.operands, p.a, p.m, p.k);
  const std::vector<float> b = Widen(p.operands, p.b, p.k, p.n);
  std::vector<float> sums(static_cast<size_t>(p.n));
  for (int64_t i = 0; i < p.m; ++i) {
    sums.assign(sums.size(), 0);
    for (int64_t k = 0; k < p.k; ++k) {
      const float left = a[static_cast<size_t>(i * p.k + k)];
      const float* right = b.data() + k * p.n;
      for (int64_t j = 0; j < p.n; ++j) sums[static_cast<size_t>(j)] += left * right[j];
    }
    for (int64_t j = 0; j < p.n; ++j) {
      const int64_t at = i * p.c_stride + j;
      float sum = sums[static_cast<size_t>(j)];
      if (p.accumulate) sum += ReadValue(p.result, p.c, at);
      if (p.d != nullptr) sum += ReadValue(p.result, p.d, at);
      if (p.result == DType::kF32) {
        static_cast<float*>(p.c)[at] = sum;
      } else {
        static_cast<BF16*>(p.c)[at] = BF16(sum);
      }
    }
  }
}

}  // namespace cria::kernels::cuda
