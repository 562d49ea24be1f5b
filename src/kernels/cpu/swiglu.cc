// SwiGLU gate on the CPU, one pass over memory.
#include "kernels/cpu/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/swiglu.cc"
#include <hwy/foreach_target.h>
//
#include <algorithm>

#include "kernels/cpu/simd-inl.h"
#include "kernels/cuda/operations.h"
#include "kernels/swiglu.h"

HWY_BEFORE_NAMESPACE();
namespace cria::kernels {
namespace HWY_NAMESPACE {

/// 1 / (1 + e^-z); e^87 is finite, and beyond it the result is 0 within the smallest float.
HWY_INLINE Vector Sigmoid(Vector z) {
  const Vector one = hn::Set(kFloats, 1.0f);
  return Reciprocal(hn::Add(one, Exp(hn::Min(hn::Neg(z), hn::Set(kFloats, 87.0f)))));
}

template <class T>
void SwiGluRow(int64_t n, const T* gate, const T* up, T* out) {
  ForVectors(n, [&](int64_t i, auto load, auto store) HWY_ATTR {
    const Vector g = load(gate + i);
    store(hn::Mul(hn::Mul(g, Sigmoid(g)), load(up + i)), out + i);
  });
}

template <class T>
void SwiGluBackwardRow(int64_t n, const T* gate, const T* up, const T* dout, T* d_gate, T* d_up,
                       T* out) {
  const Vector one = hn::Set(kFloats, 1.0f);
  ForVectors(n, [&](int64_t i, auto load, auto store) HWY_ATTR {
    const Vector g = load(gate + i), u = load(up + i), d = load(dout + i);
    const Vector s = Sigmoid(g), silu = hn::Mul(g, s);
    const Vector slope = hn::Mul(s, hn::MulAdd(g, hn::Sub(one, s), one));
    store(hn::Mul(hn::Mul(d, u), slope), d_gate + i);
    store(hn::Mul(d, silu), d_up + i);
    store(hn::Mul(silu, u), out + i);
  });
}

void SwiGluFloat(int64_t n, const float* gate, const float* up, float* out) {
  SwiGluRow(n, gate, up, out);
}
void SwiGluBF16(int64_t n, const BF16* gate, const BF16* up, BF16* out) {
  SwiGluRow(n, gate, up, out);
}
void SwiGluBackwardFloat(int64_t n, const float* gate, const float* up, const float* dout,
                         float* d_gate, float* d_up, float* out) {
  SwiGluBackwardRow(n, gate, up, dout, d_gate, d_up, out);
}
void SwiGluBackwardBF16(int64_t n, const BF16* gate, const BF16* up, const BF16* dout, BF16* d_gate,
                        BF16* d_up, BF16* out) {
  SwiGluBackwardRow(n, gate, up, dout, d_gate, d_up, out);
}

}  // namespace HWY_NAMESPACE
}  // namespace cria::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cria::kernels {
namespace {

HWY_EXPORT(SwiGluFloat);
HWY_EXPORT(SwiGluBF16);
HWY_EXPORT(SwiGluBackwardFloat);
HWY_EXPORT(SwiGluBackwardBF16);

constexpr int64_t kElementsPerTask = 1 << 14;

template <class T>
auto Forward() {
  if constexpr (sizeof(T) == 2) {
    return &HWY_DYNAMIC_DISPATCH(SwiGluBF16);
  } else {
    return &HWY_DYNAMIC_DISPATCH(SwiGluFloat);
  }
}

template <class T>
auto Backward() {
  if constexpr (sizeof(T) == 2) {
    return &HWY_DYNAMIC_DISPATCH(SwiGluBackwardBF16);
  } else {
    return &HWY_DYNAMIC_DISPATCH(SwiGluBackwardFloat);
  }
}

/// Calls f(row) for all rows, in tasks of about kElementsPerTask elements.
template <class F>
void ForRows(const Context& context, int64_t rows, int64_t hidden, F&& f) {
  const int64_t per_task = std::max<int64_t>(1, kElementsPerTask / std::max<int64_t>(1, hidden));
  context.ParallelFor((rows + per_task - 1) / per_task, [&](int64_t task) {
    const int64_t end = std::min(rows, (task + 1) * per_task);
    for (int64_t r = task * per_task; r < end; ++r) f(r);
  });
}

}  // namespace

template <class T>
void SwiGlu(const Context& context, int64_t rows, int64_t hidden, const T* gate_up, T* out) {
  if (context.accelerator() != nullptr) {
    return cuda::SwiGlu(context, rows, hidden, gate_up, out);
  }
  const auto forward = Forward<T>();
  ForRows(context, rows, hidden, [&](int64_t r) {
    const T* gate = gate_up + r * 2 * hidden;
    forward(hidden, gate, gate + hidden, out + r * hidden);
  });
}

template <class T>
void SwiGluBackward(const Context& context, int64_t rows, int64_t hidden, const T* gate_up,
                    const T* dout, T* d_gate_up, T* out) {
  if (context.accelerator() != nullptr) {
    return cuda::SwiGluBackward(context, rows, hidden, gate_up, dout, d_gate_up, out);
  }
  const auto backward = Backward<T>();
  ForRows(context, rows, hidden, [&](int64_t r) {
    const T* gate = gate_up + r * 2 * hidden;
    T* d_gate = d_gate_up + r * 2 * hidden;
    backward(hidden, gate, gate + hidden, dout + r * hidden, d_gate, d_gate + hidden,
             out + r * hidden);
  });
}

template void SwiGlu(const Context&, int64_t, int64_t, const float*, float*);
template void SwiGlu(const Context&, int64_t, int64_t, const BF16*, BF16*);
template void SwiGluBackward(const Context&, int64_t, int64_t, const float*, const float*, float*,
                             float*);
template void SwiGluBackward(const Context&, int64_t, int64_t, const BF16*, const BF16*, BF16*,
                             BF16*);

}  // namespace cria::kernels
#endif
