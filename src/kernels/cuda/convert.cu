// fp32 to the operand type of the matrix products on the GPU and back: 6 bytes moved per value.
#include "device_words.h"
#include "kernels/convert.h"
#include "kernels/cuda/operations.h"
#include "kernels/cuda/vectors.h"

namespace cria::kernels::cuda {
namespace {

template <int N, class From, class To>
__global__ void ConvertAll(int64_t n, const From* __restrict__ from, To* __restrict__ to) {
  const int64_t i = FirstElement(N);
  if (i + N <= n) {
    float values[N];
    LoadValues(from + i, values);
    StoreValues(values, to + i);
  } else {
    for (int64_t j = i; j < n; ++j) {
      float value[1];
      LoadValues(from + j, value);
      StoreValues(value, to + j);
    }
  }
}

template <class From, class To>
void LaunchConvert(const Context& context, int64_t n, const From* from, To* to) {
  if (n == 0) return;
  const bool wide = Aligned(from, to);
  Launch(&CudaDevice::Of(context), VectorShape(n, wide ? 8 : 1),
         wide ? ConvertAll<8, From, To> : ConvertAll<1, From, To>, n, from, to);
}

}  // namespace

template <>
void Convert(const Context& context, int64_t n, const float* from, float* to) {
  if (n > 0) CudaDevice::Of(context).Copy(to, from, n * static_cast<int64_t>(sizeof(float)));
}

template <>
void Convert(const Context& context, int64_t n, const float* from, BF16* to) {
  LaunchConvert(context, n, from, to);
}

void WidenToFloat(const Context& context, int64_t n, const BF16* from, float* to) {
  LaunchConvert(context, n, from, to);
}

}  // namespace cria::kernels::cuda
