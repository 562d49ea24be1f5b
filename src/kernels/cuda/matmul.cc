// Products of plain matrices: few rows by the kernel that reads weights at memory speed, many by
// the vendor's library.
#include "kernels/matmul.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "kernels/cuda/operations.h"
#include "kernels/cuda/product.h"

namespace cria::kernels::cuda {

template <class T>
void Pack(const Context& context, const float* from, int64_t k, int64_t n, int64_t k_stride,
          int64_t n_stride, PackedMatrix<T>* packed) {
  CRIA_CHECK((k_stride == 1 && n_stride == k) || (n_stride == 1 && k_stride == n),
             "strides {} and {} of {} x {}", k_stride, n_stride, k, n);
  if (packed->panels.size() != k * n) packed->panels = Buffer<T>(k * n, context.accelerator());
  Convert(context, k * n, from, packed->panels.data());
  packed->k = k;
  packed->n = n;
  packed->plain = packed->panels.data();
  packed->k_stride = k_stride;
  packed->n_stride = n_stride;
}

// A strip of rows at a time, as long as the device's scratch for products.
template <class T>
void PackRows(const Context& context, int64_t k, int64_t n,
              const std::function<void(int64_t, int64_t, float*)>& read, PackedMatrix<T>* packed) {
  constexpr int64_t kStripBytes = int64_t{64} << 20, kRows = 16;
  if (packed->panels.size() != k * n) packed->panels = Buffer<T>(k * n, context.accelerator());
  const int64_t strip = std::clamp<int64_t>(kStripBytes / (k * int64_t{sizeof(T)}), 1, n);
  Buffer<T> rounded(strip * k);
  for (int64_t first = 0; first < n; first += strip) {
    const int64_t rows = std::min(strip, n - first);
    context.ParallelFor((rows + kRows - 1) / kRows, [&](int64_t task) {
      const int64_t from = task * kRows, count = std::min(kRows, rows - from);
      std::vector<float> values(static_cast<size_t>(count * k));
      read(first + from, count, values.data());
      std::transform(values.begin(), values.end(), rounded.data() + from * k, FromFloat<T>);
    });
    context.accelerator()->Upload(packed->panels.data() + first * k, rounded.data(),
                                  rows * k * int64_t{sizeof(T)});
  }
  packed->k = k;
  packed->n = n;
  packed->plain = packed->panels.data();
  packed->k_stride = 1;
  packed->n_stride = k;
}

template <class T, class C>
void Matmul(const Context& context, int64_t m, const T* a, int64_t lda, const PackedMatrix<T>& b,
            C* c, int64_t ldc, bool accumulate) {
  if (m == 0) return;
  const bool of_rows = b.k_stride == 1;  // W [n, k]
  if (m <= kFewRows && of_rows) {
    return FewRowsMatmul(context, m, b.n, b.k, a, lda, b.plain, b.n_stride, c, ldc, accumulate);
  }
  RunProduct(&CudaDevice::Of(context), {.m = m,
                                        .n = b.n,
                                        .k = b.k,
                                        .operands = kDTypeOf<T>,
                                        .result = kDTypeOf<C>,
                                        .a = {a, lda, false},
                                        .b = {b.plain, of_rows ? b.n_stride : b.k_stride, of_rows},
                                        .c = c,
                                        .c_stride = ldc,
                                        .accumulate = accumulate});
}

template <class T>
void MatmulAdd(const Context& context, int64_t m, const T* a, int64_t lda, const PackedMatrix<T>& b,
               const float* d, float* c, int64_t ldc) {
  if (m == 0) return;
  const bool of_rows = b.k_stride == 1;
  RunProduct(&CudaDevice::Of(context), {.m = m,
                                        .n = b.n,
                                        .k = b.k,
                                        .operands = kDTypeOf<T>,
                                        .result = DType::kF32,
                                        .a = {a, lda, false},
                                        .b = {b.plain, of_rows ? b.n_stride : b.k_stride, of_rows},
                                        .c = c,
                                        .c_stride = ldc,
                                        .d = d});
}

template <class T>
void MatmulTransposedA(const Context& context, int64_t m, int64_t n, int64_t k, const T* a,
                       int64_t lda, const T* b, int64_t ldb, float* c, int64_t ldc,
                       bool accumulate) {
  RunProduct(&CudaDevice::Of(context), {.m = m,
                                        .n = n,
                                        .k = k,
                                        .operands = kDTypeOf<T>,
                                        .result = DType::kF32,
                                        .a = {a, lda, true},
                                        .b = {b, ldb, false},
                                        .c = c,
                                        .c_stride = ldc,
                                        .accumulate = accumulate});
}

template void Pack<float>(const Context&, const float*, int64_t, int64_t, int64_t, int64_t,
                          PackedMatrix<float>*);
template void Pack<BF16>(const Context&, const float*, int64_t, int64_t, int64_t, int64_t,
                         PackedMatrix<BF16>*);
template void PackRows<float>(const Context&, int64_t, int64_t,
                              const std::function<void(int64_t, int64_t, float*)>&,
                              PackedMatrix<float>*);
template void PackRows<BF16>(const Context&, int64_t, int64_t,
                             const std::function<void(int64_t, int64_t, float*)>&,
                             PackedMatrix<BF16>*);
template void Matmul<float, float>(const Context&, int64_t, const float*, int64_t,
                                   const PackedMatrix<float>&, float*, int64_t, bool);
template void Matmul<BF16, float>(const Context&, int64_t, const BF16*, int64_t,
                                  const PackedMatrix<BF16>&, float*, int64_t, bool);
template void Matmul<BF16, BF16>(const Context&, int64_t, const BF16*, int64_t,
                                 const PackedMatrix<BF16>&, BF16*, int64_t, bool);
template void MatmulAdd<float>(const Context&, int64_t, const float*, int64_t,
                               const PackedMatrix<float>&, const float*, float*, int64_t);
template void MatmulAdd<BF16>(const Context&, int64_t, const BF16*, int64_t,
                              const PackedMatrix<BF16>&, const float*, float*, int64_t);
template void MatmulTransposedA<float>(const Context&, int64_t, int64_t, int64_t, const float*,
                                       int64_t, const float*, int64_t, float*, int64_t, bool);
template void MatmulTransposedA<BF16>(const Context&, int64_t, int64_t, int64_t, const BF16*,
                                      int64_t, const BF16*, int64_t, float*, int64_t, bool);

}  // namespace cria::kernels::cuda
