// Scalar truth of the SwiGLU gate (Shazeer 2020, eq. 5). Not for speed.
#pragma once

#include "kernels/ref/scalar.h"

namespace cria::kernels::ref {

template <class S>
S Sigmoid(S z) {
  return S(1) / (S(1) + std::exp(-z));
}

/// out [rows, hidden] = silu(gate) * up from gate_up [rows, 2 * hidden].
template <class S>
void SwiGlu(int64_t rows, int64_t hidden, const S* gate_up, S* out) {
  for (int64_t r = 0; r < rows; ++r) {
    const S *gate = gate_up + r * 2 * hidden, *up = gate + hidden;
    for (int64_t i = 0; i < hidden; ++i) out[r * hidden + i] = gate[i] * Sigmoid(gate[i]) * up[i];
  }
}

/// d_gate_up [rows, 2 * hidden] from dout [rows, hidden].
template <class S>
void SwiGluBackward(int64_t rows, int64_t hidden, const S* gate_up, const S* dout, S* d_gate_up) {
  for (int64_t r = 0; r < rows; ++r) {
    const S *gate = gate_up + r * 2 * hidden, *up = gate + hidden;
    S *d_gate = d_gate_up + r * 2 * hidden, *d_up = d_gate + hidden;
    for (int64_t i = 0; i < hidden; ++i) {
      const S s = Sigmoid(gate[i]), d = dout[r * hidden + i];
      d_gate[i] = d * up[i] * s * (S(1) + gate[i] * (S(1) - s));
      d_up[i] = d * gate[i] * s;
    }
  }
}

}  // namespace cria::kernels::ref
