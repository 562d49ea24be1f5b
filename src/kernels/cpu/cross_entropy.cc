// Softmax cross-entropy on the CPU: rows in parallel; a row is read three times from near caches.
#include "kernels/cpu/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/cross_entropy.cc"
#include "hwy/foreach_target.h"
//
#include <algorithm>
#include <cmath>

#include "kernels/cpu/simd-inl.h"
#include "kernels/cross_entropy.h"

HWY_BEFORE_NAMESPACE();
namespace cria::kernels {
namespace HWY_NAMESPACE {

/// log(sum(exp(x))); runs of 1024 are summed in float, the runs in double.
float LogSumExpRow(int64_t n, const float* x) {
  constexpr int64_t kRun = 1024;
  const int64_t lanes = LaneCount();
  Vector max_lanes = hn::Set(kFloats, -INFINITY);
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) max_lanes = hn::Max(max_lanes, Load(x + i));
  if (i < n) max_lanes = hn::Max(max_lanes, LoadN(x + i, n - i, -INFINITY));
  const float max = hn::GetLane(hn::MaxOfLanes(kFloats, max_lanes));
  const Vector shift = hn::Set(kFloats, max);
  double total = 0;
  for (int64_t run = 0; run < n; run += kRun) {
    const int64_t end = std::min(n, run + kRun);
    Vector sum = hn::Zero(kFloats);
    for (i = run; i + lanes <= end; i += lanes)
      sum = hn::Add(sum, Exp(hn::Sub(Load(x + i), shift)));
    if (i < end) sum = hn::Add(sum, Exp(hn::Sub(LoadN(x + i, end - i, -INFINITY), shift)));
    total += Sum(sum);
  }
  return static_cast<float>(max + std::log(total));
}

/// dx = scale * exp(x - lse).
template <class T>
void SoftmaxRow(int64_t n, const float* x, float lse, float scale, T* dx) {
  const Vector shift = hn::Set(kFloats, lse), factor = hn::Set(kFloats, scale);
  ForVectors(n, [&](int64_t i, auto load, auto store)
                    HWY_ATTR { store(hn::Mul(factor, Exp(hn::Sub(load(x + i), shift))), dx + i); });
}
void SoftmaxRowFloat(int64_t n, const float* x, float lse, float scale, float* dx) {
  SoftmaxRow(n, x, lse, scale, dx);
}
void SoftmaxRowBF16(int64_t n, const float* x, float lse, float scale, BF16* dx) {
  SoftmaxRow(n, x, lse, scale, dx);
}

}  // namespace HWY_NAMESPACE
}  // namespace cria::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cria::kernels {
namespace {
HWY_EXPORT(LogSumExpRow);
HWY_EXPORT(SoftmaxRowFloat);
HWY_EXPORT(SoftmaxRowBF16);
}  // namespace

template <class T>
void CrossEntropy(const Context& context, int64_t rows, int64_t vocab, const float* logits,
                  const int32_t* targets, float scale, float* loss, T* dlogits) {
  const auto log_sum_exp = &HWY_DYNAMIC_DISPATCH(LogSumExpRow);
  context.ParallelFor(rows, [&](int64_t r) {
    const float* x = logits + r * vocab;
    T* dx = dlogits ? dlogits + r * vocab : nullptr;
    const int32_t target = targets[r];
    if (target < 0) {
      loss[r] = 0;
      if (dx) std::fill_n(dx, vocab, FromFloat<T>(0));
      return;
    }
    const float lse = log_sum_exp(vocab, x);
    loss[r] = lse - x[target];
    if (!dx) return;
    if constexpr (sizeof(T) == 2) {
      HWY_DYNAMIC_DISPATCH(SoftmaxRowBF16)(vocab, x, lse, scale, dx);
    } else {
      HWY_DYNAMIC_DISPATCH(SoftmaxRowFloat)(vocab, x, lse, scale, dx);
    }
    dx[target] = FromFloat<T>(scale * std::expm1(x[target] - lse));
  });
}

template void CrossEntropy(const Context&, int64_t, int64_t, const float*, const int32_t*, float,
                           float*, float*);
template void CrossEntropy(const Context&, int64_t, int64_t, const float*, const int32_t*, float,
                           float*, BF16*);

}  // namespace cria::kernels
#endif
