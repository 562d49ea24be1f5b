// Matrix products on the device by the vendor's library (target/: cuBLASLt), fp32 sums.
#pragma once

#include <cstdint>

#include "kernels/cuda/device.h"
#include "tensor/dtype.h"

namespace cria::kernels::cuda {

/// C [m, n] = A B, C += A B, or C = A B + D. Rows lie `stride` elements apart. A is [m, k], or,
/// `transposed`, stored as [k, m]; B is [k, n], or, `transposed`, stored as [n, k].
struct ProductOperand {
  const void* data = nullptr;
  int64_t stride = 0;
  bool transposed = false;
};
struct Product {
  int64_t m = 0, n = 0, k = 0;
  DType operands = DType::kBF16;  ///< kBF16, or kF32 (multiplied in full precision)
  DType result = DType::kBF16;    ///< kBF16 or kF32
  ProductOperand a, b;
  void* c = nullptr;
  int64_t c_stride = 0;
  bool accumulate = false;
  const void* d = nullptr;  ///< null: none; else laid out as C
};

/// Same operands, same bits. k, m, n > 0.
void RunProduct(CudaDevice* device, const Product& product);

}  // namespace cria::kernels::cuda
