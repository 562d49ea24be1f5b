// AdamW on the CPU, one pass over memory.
#include "kernels/cpu/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/adamw.cc"
#include <hwy/foreach_target.h>
//
#include <algorithm>
#include <cmath>

#include "kernels/adamw.h"
#include "kernels/cpu/simd-inl.h"
#include "kernels/cuda/operations.h"

HWY_BEFORE_NAMESPACE();
namespace cria::kernels {
namespace HWY_NAMESPACE {

/// `correction1`, `correction2`: 1 / (1 - beta^step).
void AdamWBlock(const AdamWStep& step, float correction1, float correction2, int64_t n,
                const float* gradient, float* parameter, float* m, float* v) {
  const auto set = [](float x) HWY_ATTR { return hn::Set(kFloats, x); };
  const Vector scale = set(step.gradient_scale), eps = set(step.eps);
  const Vector beta1 = set(step.beta1), beta2 = set(step.beta2);
  const Vector rest1 = set(1 - step.beta1), rest2 = set(1 - step.beta2);
  const Vector rate = set(step.learning_rate * correction1), unbias = set(correction2);
  const Vector keep = set(1 - step.learning_rate * step.weight_decay);
  ForVectors(n, [&](int64_t i, auto load, auto store) HWY_ATTR {
    const Vector g = hn::Mul(load(gradient + i), scale);
    const Vector first = hn::MulAdd(beta1, load(m + i), hn::Mul(rest1, g));
    const Vector second = hn::MulAdd(beta2, load(v + i), hn::Mul(rest2, hn::Mul(g, g)));
    store(first, m + i);
    store(second, v + i);
    const Vector root = hn::Add(hn::Sqrt(hn::Mul(second, unbias)), eps);
    const Vector update = hn::Div(hn::Mul(rate, first), root);
    store(hn::MulSub(load(parameter + i), keep, update), parameter + i);
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace cria::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cria::kernels {
namespace {

HWY_EXPORT(AdamWBlock);

constexpr int64_t kBlock = 1 << 14;

int64_t Blocks(int64_t n) { return (n + kBlock - 1) / kBlock; }

float Correction(float beta, int64_t step) {
  return static_cast<float>(1 / (1 - std::pow(double{beta}, static_cast<double>(step))));
}

}  // namespace

void AdamW(const Context& context, const AdamWStep& step, int64_t n, const float* gradient,
           float* parameter, float* m, float* v) {
  if (context.accelerator() != nullptr) {
    return cuda::AdamW(context, step, n, gradient, parameter, m, v);
  }
  const float correction1 = Correction(step.beta1, step.step);
  const float correction2 = Correction(step.beta2, step.step);
  const auto run = &HWY_DYNAMIC_DISPATCH(AdamWBlock);
  context.ParallelFor(Blocks(n), [&](int64_t block) {
    const int64_t i = block * kBlock;
    run(step, correction1, correction2, std::min(kBlock, n - i), gradient + i, parameter + i, m + i,
        v + i);
  });
}

}  // namespace cria::kernels
#endif
