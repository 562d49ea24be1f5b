// Scalar truth of a linear layer, y = x W^T. Not for speed.
#pragma once

#include "kernels/ref/scalar.h"

namespace cria::kernels::ref {

/// y [rows, out] = x [rows, in] w [out, in]^T.
template <class S>
void Linear(int64_t rows, int64_t in, int64_t out, const S* x, const S* w, S* y) {
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t o = 0; o < out; ++o) {
      S sum(0);
      for (int64_t i = 0; i < in; ++i) sum += x[r * in + i] * w[o * in + i];
      y[r * out + o] = sum;
    }
  }
}

/// dx [rows, in] = dy w; dw [out, in] += dy^T x.
template <class S>
void LinearBackward(int64_t rows, int64_t in, int64_t out, const S* x, const S* w, const S* dy,
                    S* dx, S* dw) {
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t i = 0; i < in; ++i) {
      S sum(0);
      for (int64_t o = 0; o < out; ++o) sum += dy[r * out + o] * w[o * in + i];
      dx[r * in + i] = sum;
    }
    for (int64_t o = 0; o < out; ++o) {
      for (int64_t i = 0; i < in; ++i) dw[o * in + i] += dy[r * out + o] * x[r * in + i];
    }
  }
}

}  // namespace cria::kernels::ref
