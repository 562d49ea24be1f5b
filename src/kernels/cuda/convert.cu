// fp32 to the operand type of the matrix products on the GPU: 4 bytes read, 2 written per value.
#include "device_words.h"
#include "kernels/convert.h"
#include "kernels/cuda/operations.h"
#include "kernels/cuda/vectors.h"

namespace cria::kernels::cuda {
namespace {

template <int N>
__global__ void RoundAll(int64_t n, const float* __restrict__ from, BF16* __restrict__ to) {
  const int64_t i = FirstElement(N);
  if (i + N <= n) {
    float values[N];
    LoadValues(from + i, values);
    StoreValues(values, to + i);
  } else {
    for (int64_t j = i; j < n; ++j) to[j] = Round<BF16>(from[j]);
  }
}

template <int N>
__global__ void WidenAll(int64_t n, const BF16* __restrict__ from, float* __restrict__ to) {
  const int64_t i = FirstElement(N);
  if (i + N <= n) {
    float values[N];
    LoadValues(from + i, values);
    StoreValues(values, to + i);
  } else {
    for (int64_t j = i; j < n; ++j) to[j] = Load(from[j]);
  }
}

}  // namespace

template <>
void Convert(const Context& context, int64_t n, const float* from, float* to) {
  if (n > 0) CudaDevice::Of(context).Copy(to, from, n * static_cast<int64_t>(sizeof(float)));
}

template <>
void Convert(const Context& context, int64_t n, const float* from, BF16* to) {
  if (n == 0) return;
  const bool wide = Aligned(from, to);
  Launch(&CudaDevice::Of(context), VectorShape(n, wide ? 8 : 1), wide ? RoundAll<8> : RoundAll<1>,
         n, from, to);
}

void WidenToFloat(const Context& context, int64_t n, const BF16* from, float* to) {
  if (n == 0) return;
  const bool wide = Aligned(from, to);
  Launch(&CudaDevice::Of(context), VectorShape(n, wide ? 8 : 1), wide ? WidenAll<8> : WidenAll<1>,
         n, from, to);
}

}  // namespace cria::kernels::cuda
