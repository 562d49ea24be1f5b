// RMSNorm on the CPU: a row stays in the first-level cache between its two passes.
#include "kernels/cpu/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/norm.cc"
#include <hwy/foreach_target.h>
//
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/cpu/simd-inl.h"
#include "kernels/cuda/operations.h"
#include "kernels/norm.h"

HWY_BEFORE_NAMESPACE();
namespace cria::kernels {
namespace HWY_NAMESPACE {

template <class T>
void NormRow(int64_t dim, float eps, const float* x, const float* gain, T* y, float* inverse_rms) {
  Vector squares = hn::Zero(kFloats);
  ForVectors(dim, [&](int64_t i, auto load, auto) HWY_ATTR {
    const Vector value = load(x + i);
    squares = hn::MulAdd(value, value, squares);
  });
  const float s = 1 / std::sqrt(Sum(squares) / static_cast<float>(dim) + eps);
  const Vector factor = hn::Set(kFloats, s);
  ForVectors(dim, [&](int64_t i, auto load, auto store) HWY_ATTR {
    store(hn::Mul(hn::Mul(load(x + i), factor), load(gain + i)), y + i);
  });
  if (inverse_rms) *inverse_rms = s;
}

/// One row of dx; its share of dgain goes to `dgain`.
template <class T>
void NormBackwardRow(int64_t dim, const float* x, const float* gain, float s, const T* dy,
                     float* dx, float* dgain) {
  Vector dot = hn::Zero(kFloats);
  ForVectors(dim, [&](int64_t i, auto load, auto) HWY_ATTR {
    dot = hn::MulAdd(hn::Mul(load(dy + i), load(gain + i)), load(x + i), dot);
  });
  const Vector back = hn::Set(kFloats, Sum(dot) * s * s / static_cast<float>(dim));
  const Vector factor = hn::Set(kFloats, s);
  ForVectors(dim, [&](int64_t i, auto load, auto store) HWY_ATTR {
    const Vector value = load(x + i), d = load(dy + i);
    const Vector inner = hn::NegMulAdd(value, back, hn::Mul(d, load(gain + i)));
    store(hn::MulAdd(factor, inner, load(dx + i)), dx + i);
    store(hn::MulAdd(hn::Mul(d, factor), value, load(dgain + i)), dgain + i);
  });
}

void NormRowFloat(int64_t dim, float eps, const float* x, const float* gain, float* y,
                  float* inverse_rms) {
  NormRow(dim, eps, x, gain, y, inverse_rms);
}
void NormRowBF16(int64_t dim, float eps, const float* x, const float* gain, BF16* y,
                 float* inverse_rms) {
  NormRow(dim, eps, x, gain, y, inverse_rms);
}
void NormBackwardRowFloat(int64_t dim, const float* x, const float* gain, float s, const float* dy,
                          float* dx, float* dgain) {
  NormBackwardRow(dim, x, gain, s, dy, dx, dgain);
}
void NormBackwardRowBF16(int64_t dim, const float* x, const float* gain, float s, const BF16* dy,
                         float* dx, float* dgain) {
  NormBackwardRow(dim, x, gain, s, dy, dx, dgain);
}

}  // namespace HWY_NAMESPACE
}  // namespace cria::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cria::kernels {
namespace {

HWY_EXPORT(NormRowFloat);
HWY_EXPORT(NormRowBF16);
HWY_EXPORT(NormBackwardRowFloat);
HWY_EXPORT(NormBackwardRowBF16);

constexpr int64_t kRowsPerTask = 32;   // large against the cost of handing out a task
constexpr int64_t kRowsPerBlock = 64;  // part of the meaning of dgain: fixes the order of its sums

template <class T>
auto RowFunction() {
  if constexpr (sizeof(T) == 2) {
    return &HWY_DYNAMIC_DISPATCH(NormRowBF16);
  } else {
    return &HWY_DYNAMIC_DISPATCH(NormRowFloat);
  }
}

template <class T>
auto BackwardRowFunction() {
  if constexpr (sizeof(T) == 2) {
    return &HWY_DYNAMIC_DISPATCH(NormBackwardRowBF16);
  } else {
    return &HWY_DYNAMIC_DISPATCH(NormBackwardRowFloat);
  }
}

int64_t Parts(int64_t n, int64_t size) { return (n + size - 1) / size; }

}  // namespace

template <class T>
void RmsNorm(const Context& context, int64_t rows, int64_t dim, float eps, const float* x,
             const float* gain, T* y, float* inverse_rms) {
  if (context.accelerator() != nullptr) {
    return cuda::RmsNorm(context, rows, dim, eps, x, gain, y, inverse_rms);
  }
  const auto row = RowFunction<T>();
  context.ParallelFor(Parts(rows, kRowsPerTask), [&](int64_t task) {
    const int64_t end = std::min(rows, (task + 1) * kRowsPerTask);
    for (int64_t r = task * kRowsPerTask; r < end; ++r) {
      row(dim, eps, x + r * dim, gain, y + r * dim, inverse_rms ? inverse_rms + r : nullptr);
    }
  });
}

template <class T>
void RmsNormBackward(const Context& context, int64_t rows, int64_t dim, const float* x,
                     const float* gain, const float* inverse_rms, const T* dy, float* dx,
                     float* dgain) {
  if (context.accelerator() != nullptr) {
    return cuda::RmsNormBackward(context, rows, dim, x, gain, inverse_rms, dy, dx, dgain);
  }
  const auto row = BackwardRowFunction<T>();
  const int64_t blocks = Parts(rows, kRowsPerBlock);
  std::vector<float> partial(blocks * dim);
  context.ParallelFor(blocks, [&](int64_t block) {
    const int64_t end = std::min(rows, (block + 1) * kRowsPerBlock);
    for (int64_t r = block * kRowsPerBlock; r < end; ++r) {
      row(dim, x + r * dim, gain, inverse_rms[r], dy + r * dim, dx + r * dim,
          partial.data() + block * dim);
    }
  });
  for (int64_t block = 0; block < blocks; ++block) {
    for (int64_t i = 0; i < dim; ++i) dgain[i] += partial[block * dim + i];
  }
}

template void RmsNorm(const Context&, int64_t, int64_t, float, const float*, const float*, float*,
                      float*);
template void RmsNorm(const Context&, int64_t, int64_t, float, const float*, const float*, BF16*,
                      float*);
template void RmsNormBackward(const Context&, int64_t, int64_t, const float*, const float*,
                              const float*, const float*, float*, float*);
template void RmsNormBackward(const Context&, int64_t, int64_t, const float*, const float*,
                              const float*, const BF16*, float*, float*);

}  // namespace cria::kernels
#endif
