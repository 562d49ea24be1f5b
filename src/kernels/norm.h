// RMSNorm (Zhang & Sennrich 2019), fp32 inside: y = x / sqrt(mean(x^2) + eps) * gain.
#pragma once

#include <cstdint>

#include "base/context.h"
#include "tensor/dtype.h"

namespace cria::kernels {

/// x fp32 [rows, dim] (the residual stream), gain fp32 [dim] -> y T [rows, dim].
/// `inverse_rms` [rows] is kept for the backward pass; may be null.
template <class T>
void RmsNorm(const Context& context, int64_t rows, int64_t dim, float eps, const float* x,
             const float* gain, T* y, float* inverse_rms);

/// dx fp32 [rows, dim] += gradient through the norm; dgain fp32 [dim] += (rows summed in blocks of
/// fixed size and order). dy T [rows, dim].
template <class T>
void RmsNormBackward(const Context& context, int64_t rows, int64_t dim, const float* x,
                     const float* gain, const float* inverse_rms, const T* dy, float* dx,
                     float* dgain);

}  // namespace cria::kernels
