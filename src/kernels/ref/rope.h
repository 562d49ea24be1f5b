// Scalar truth of the rotary position embedding (Su et al. 2021, eq. 34) on adjacent pairs.
#pragma once

#include "kernels/ref/scalar.h"

namespace cria::kernels::ref {

/// Rotates x [rows, stride] in place; see kernels/rope.h. `inverse` is also the backward pass.
template <class S>
void Rope(int64_t rows, int64_t seq_len, int64_t first_position, int heads, int head_dim,
          double theta, S* x, int64_t stride, bool inverse) {
  for (int64_t r = 0; r < rows; ++r) {
    const double position = static_cast<double>(first_position + r % seq_len);
    for (int h = 0; h < heads; ++h) {
      for (int i = 0; i < head_dim / 2; ++i) {
        const double angle = position * std::pow(theta, -2.0 * i / head_dim);
        const S cos(std::cos(angle)), sin(inverse ? -std::sin(angle) : std::sin(angle));
        S* pair = x + r * stride + h * head_dim + 2 * i;
        const S a = pair[0], b = pair[1];
        pair[0] = a * cos - b * sin;
        pair[1] = a * sin + b * cos;
      }
    }
  }
}

}  // namespace cria::kernels::ref
