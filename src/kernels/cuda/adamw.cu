// AdamW on the GPU, one pass over memory: 16 bytes read and 12 written per parameter.
#include <cmath>

#include "device_words.h"
#include "kernels/adamw.h"
#include "kernels/cuda/operations.h"
#include "kernels/cuda/vectors.h"

namespace cria::kernels::cuda {
namespace {

struct Factors {
  float scale, eps;
  float beta1, beta2, rest1, rest2;
  float rate;    ///< learning rate / (1 - beta1^step)
  float unbias;  ///< 1 / (1 - beta2^step)
  float keep;    ///< of the parameter, behind the decay
};

template <int N>
__device__ __forceinline__ void Update(const Factors& f, const float* g, float* p, float* m,
                                       float* v) {
  float gradient[N], parameter[N], first[N], second[N];
  LoadValues(g, gradient);
  LoadValues(p, parameter);
  LoadValues(m, first);
  LoadValues(v, second);
#pragma unroll
  for (int i = 0; i < N; ++i) {
    const float scaled = gradient[i] * f.scale;
    first[i] = f.beta1 * first[i] + f.rest1 * scaled;
    second[i] = f.beta2 * second[i] + f.rest2 * (scaled * scaled);
    const float root = Sqrt(second[i] * f.unbias) + f.eps;
    parameter[i] = parameter[i] * f.keep - Divide(f.rate * first[i], root);
  }
  StoreValues(parameter, p);
  StoreValues(first, m);
  StoreValues(second, v);
}

template <int N>
__global__ void UpdateAll(const Factors f, int64_t n, const float* g, float* p, float* m,
                          float* v) {
  const int64_t i = FirstElement(N);
  if (i + N <= n) {
    Update<N>(f, g + i, p + i, m + i, v + i);
  } else {
    for (int64_t j = i; j < n; ++j) Update<1>(f, g + j, p + j, m + j, v + j);
  }
}

double Correction(float beta, int64_t step) {
  return 1 / (1 - std::pow(double{beta}, static_cast<double>(step)));
}

}  // namespace

void AdamW(const Context& context, const AdamWStep& step, int64_t n, const float* gradient,
           float* parameter, float* m, float* v) {
  if (n == 0) return;
  const Factors f = {
      .scale = step.gradient_scale,
      .eps = step.eps,
      .beta1 = step.beta1,
      .beta2 = step.beta2,
      .rest1 = 1 - step.beta1,
      .rest2 = 1 - step.beta2,
      .rate = step.learning_rate * static_cast<float>(Correction(step.beta1, step.step)),
      .unbias = static_cast<float>(Correction(step.beta2, step.step)),
      .keep = 1 - step.learning_rate * step.weight_decay};
  const bool wide = Aligned(gradient, parameter, m, v);
  Launch(&CudaDevice::Of(context), VectorShape(n, wide ? 4 : 1), wide ? UpdateAll<4> : UpdateAll<1>,
         f, n, gradient, parameter, m, v);
}

}  // namespace cria::kernels::cuda
