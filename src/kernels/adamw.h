// AdamW (Loshchilov & Hutter 2019), decoupled weight decay, one pass over memory.
#pragma once

#include <cstdint>

#include "base/context.h"

namespace cria::kernels {

struct AdamWStep {
  float learning_rate = 0, beta1 = 0.9f, beta2 = 0.95f, eps = 1e-8f, weight_decay = 0;
  float gradient_scale = 1;  ///< multiplies every gradient first (clipping)
  int64_t step = 1;          ///< 1-based, for the bias correction
};

/// p *= 1 - lr * wd; m, v: moving averages of the scaled gradient and its square;
/// p -= lr * (m / (1 - beta1^step)) / (sqrt(v / (1 - beta2^step)) + eps). All fp32 [n].
void AdamW(const Context& context, const AdamWStep& step, int64_t n, const float* gradient,
           float* parameter, float* m, float* v);

}  // namespace cria::kernels
