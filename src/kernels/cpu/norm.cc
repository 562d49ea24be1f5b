// RMSNorm on the CPU.
#include "kernels/norm.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace cria::kernels {

template <class T>
void RmsNorm(const Context& context, int64_t rows, int64_t dim, float eps, const float* x,
             const float* gain, T* y, float* inverse_rms) {
  context.ParallelFor(rows, [&](int64_t r) {
    float sum = 0;
    for (int64_t i = 0; i < dim; ++i) sum += x[r * dim + i] * x[r * dim + i];
    const float s = 1 / std::sqrt(sum / static_cast<float>(dim) + eps);
    if (inverse_rms) inverse_rms[r] = s;
    for (int64_t i = 0; i < dim; ++i) y[r * dim + i] = FromFloat<T>(x[r * dim + i] * s * gain[i]);
  });
}

template <class T>
void RmsNormBackward(const Context& context, int64_t rows, int64_t dim, const float* x,
                     const float* gain, const float* inverse_rms, const T* dy, float* dx,
                     float* dgain) {
  for (int64_t r = 0; r < rows; ++r) {
    const float s = inverse_rms[r];
    float dot = 0;
    for (int64_t i = 0; i < dim; ++i) dot += ToFloat(dy[r * dim + i]) * gain[i] * x[r * dim + i];
    const float back = dot * s * s / static_cast<float>(dim);
    for (int64_t i = 0; i < dim; ++i) {
      dx[r * dim + i] += s * (ToFloat(dy[r * dim + i]) * gain[i] - x[r * dim + i] * back);
      dgain[i] += ToFloat(dy[r * dim + i]) * x[r * dim + i] * s;
    }
  }
  (void)context;
}

template void RmsNorm(const Context&, int64_t, int64_t, float, const float*, const float*, float*,
                      float*);
template void RmsNorm(const Context&, int64_t, int64_t, float, const float*, const float*, BF16*,
                      float*);
template void RmsNormBackward(const Context&, int64_t, int64_t, const float*, const float*,
                              const float*, const float*, float*, float*);
template void RmsNormBackward(const Context&, int64_t, int64_t, const float*, const float*,
                              const float*, const BF16*, float*, float*);

}  // namespace cria::kernels
