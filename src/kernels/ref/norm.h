// Scalar truth of RMSNorm (Zhang & Sennrich 2019, eq. 4). Not for speed.
#pragma once

#include "kernels/ref/scalar.h"

namespace cria::kernels::ref {

/// 1 / sqrt(mean(x^2) + eps) of one row [dim].
template <class S>
S InverseRms(int64_t dim, double eps, const S* x) {
  S sum(0);
  for (int64_t i = 0; i < dim; ++i) sum += x[i] * x[i];
  return S(1) / std::sqrt(sum / S(static_cast<double>(dim)) + S(eps));
}

/// y [rows, dim] = x * inverse_rms(row) * gain [dim].
template <class S>
void RmsNorm(int64_t rows, int64_t dim, double eps, const S* x, const S* gain, S* y) {
  for (int64_t r = 0; r < rows; ++r, x += dim, y += dim) {
    const S inverse = InverseRms(dim, eps, x);
    for (int64_t i = 0; i < dim; ++i) y[i] = x[i] * inverse * gain[i];
  }
}

/// dx [rows, dim] += s (g - x s^2 mean(g x)) with g = dy * gain, s = inverse_rms;
/// dgain [dim] += sum over rows of dy x s.
template <class S>
void RmsNormBackward(int64_t rows, int64_t dim, double eps, const S* x, const S* gain, const S* dy,
                     S* dx, S* dgain) {
  for (int64_t r = 0; r < rows; ++r, x += dim, dy += dim, dx += dim) {
    const S s = InverseRms(dim, eps, x);
    S dot(0);
    for (int64_t i = 0; i < dim; ++i) dot += dy[i] * gain[i] * x[i];
    const S back = dot * s * s / S(static_cast<double>(dim));
    for (int64_t i = 0; i < dim; ++i) {
      dx[i] += s * (dy[i] * gain[i] - x[i] * back);
      dgain[i] += dy[i] * x[i] * s;
    }
  }
}

}  // namespace cria::kernels::ref
