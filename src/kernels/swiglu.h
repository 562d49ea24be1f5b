// SwiGLU gate (Shazeer 2020): silu(gate) * up, silu(z) = z * sigmoid(z).
#pragma once

#include <cstdint>

#include "base/context.h"
#include "tensor/dtype.h"

namespace cria::kernels {

/// gate_up T [rows, 2 * hidden], gate (w1 x) first, up (w3 x) behind it -> out T [rows, hidden].
template <class T>
void SwiGlu(const Context& context, int64_t rows, int64_t hidden, const T* gate_up, T* out);

/// d_gate_up T [rows, 2 * hidden] from dout T [rows, hidden]; also writes out again (recomputed,
/// the weight gradient of w2 needs it). d_gate_up may alias gate_up; out may alias dout.
template <class T>
void SwiGluBackward(const Context& context, int64_t rows, int64_t hidden, const T* gate_up,
                    const T* dout, T* d_gate_up, T* out);

}  // namespace cria::kernels
