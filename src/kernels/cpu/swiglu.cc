// SwiGLU gate on the CPU.
#include "kernels/swiglu.h"

#include <cmath>

namespace cria::kernels {

template <class T>
void SwiGlu(const Context& context, int64_t rows, int64_t hidden, const T* gate_up, T* out) {
  context.ParallelFor(rows, [&](int64_t r) {
    const T *gate = gate_up + r * 2 * hidden, *up = gate + hidden;
    for (int64_t i = 0; i < hidden; ++i) {
      const float g = ToFloat(gate[i]), s = 1 / (1 + std::exp(-g));
      out[r * hidden + i] = FromFloat<T>(g * s * ToFloat(up[i]));
    }
  });
}

template <class T>
void SwiGluBackward(const Context& context, int64_t rows, int64_t hidden, const T* gate_up,
                    const T* dout, T* d_gate_up, T* out) {
  context.ParallelFor(rows, [&](int64_t r) {
    const T *gate = gate_up + r * 2 * hidden, *up = gate + hidden;
    T *d_gate = d_gate_up + r * 2 * hidden, *d_up = d_gate + hidden;
    for (int64_t i = 0; i < hidden; ++i) {
      const float g = ToFloat(gate[i]), u = ToFloat(up[i]), d = ToFloat(dout[r * hidden + i]);
      const float s = 1 / (1 + std::exp(-g));
      d_gate[i] = FromFloat<T>(d * u * s * (1 + g * (1 - s)));
      d_up[i] = FromFloat<T>(d * g * s);
      out[r * hidden + i] = FromFloat<T>(g * s * u);
    }
  });
}

template void SwiGlu(const Context&, int64_t, int64_t, const float*, float*);
template void SwiGlu(const Context&, int64_t, int64_t, const BF16*, BF16*);
template void SwiGluBackward(const Context&, int64_t, int64_t, const float*, const float*, float*,
                             float*);
template void SwiGluBackward(const Context&, int64_t, int64_t, const BF16*, const BF16*, BF16*,
                             BF16*);

}  // namespace cria::kernels
