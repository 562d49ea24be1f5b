// Softmax cross-entropy on the CPU: rows in parallel, each read from memory once.
#include "kernels/cpu/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/cross_entropy.cc"
#include <hwy/foreach_target.h>
//
#include <algorithm>
#include <cmath>

#include "kernels/cpu/scratch.h"
#include "kernels/cpu/simd-inl.h"
#include "kernels/cross_entropy.h"
#include "kernels/cuda/operations.h"

HWY_BEFORE_NAMESPACE();
namespace cria::kernels {
namespace HWY_NAMESPACE {

/// Runs have a maximum of their own, so that a row is read from memory once and, where one holder
/// has all columns, every exp is computed once; a run is summed in float, the runs in double.
constexpr int64_t kRun = 1024;

/// log(sum(exp(x))). terms [n] receives exp(x - max of its run), maxima the maximum of each run.
float LogSumExpRow(int64_t n, const float* x, float* terms, float* maxima) {
  float row_max = -INFINITY;
  double total = 0;
  for (int64_t run = 0; run < n; run += kRun) {
    const int64_t length = std::min(kRun, n - run);
    Vector max_lanes = hn::Set(kFloats, x[run]);
    for (int64_t i = 0; i + LaneCount() <= length; i += LaneCount()) {
      max_lanes = hn::Max(max_lanes, Load(x + run + i));
    }
    float max = hn::GetLane(hn::MaxOfLanes(kFloats, max_lanes));
    for (int64_t i = length - length % LaneCount(); i < length; ++i)
      max = std::max(max, x[run + i]);
    const Vector shift = hn::Set(kFloats, max);
    Vector sum = hn::Zero(kFloats);
    int64_t i = 0;
    for (; i + LaneCount() <= length; i += LaneCount()) {
      const Vector term = Exp(hn::Sub(Load(x + run + i), shift));
      Store(term, terms + run + i);
      sum = hn::Add(sum, term);
    }
    if (i < length) {
      const Vector term = Exp(hn::Sub(LoadN(x + run + i, length - i, -INFINITY), shift));
      StoreN(term, terms + run + i, length - i);
      sum = hn::Add(sum, term);
    }
    maxima[run / kRun] = max;
    const float new_max = std::max(row_max, max);
    total =
        total * std::exp(double{row_max} - new_max) + Sum(sum) * std::exp(double{max} - new_max);
    row_max = new_max;
  }
  return static_cast<float>(row_max + std::log(total));
}

/// dx = scale * exp(x - lse) from the terms.
template <class T>
void SoftmaxRow(int64_t n, const float* terms, const float* maxima, float lse, float scale, T* dx) {
  for (int64_t run = 0; run < n; run += kRun) {
    const Vector factor = hn::Set(kFloats, scale * std::exp(maxima[run / kRun] - lse));
    ForVectors(std::min(kRun, n - run), [&](int64_t i, auto load, auto store) HWY_ATTR {
      store(hn::Mul(factor, load(terms + run + i)), dx + run + i);
    });
  }
}
void SoftmaxRowFloat(int64_t n, const float* terms, const float* maxima, float lse, float scale,
                     float* dx) {
  SoftmaxRow(n, terms, maxima, lse, scale, dx);
}
void SoftmaxRowBF16(int64_t n, const float* terms, const float* maxima, float lse, float scale,
                    BF16* dx) {
  SoftmaxRow(n, terms, maxima, lse, scale, dx);
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

namespace {

template <class T>
void Softmax(int64_t n, const float* terms, const float* maxima, float lse, float scale, T* dx) {
  if constexpr (sizeof(T) == 2) {
    HWY_DYNAMIC_DISPATCH(SoftmaxRowBF16)(n, terms, maxima, lse, scale, dx);
  } else {
    HWY_DYNAMIC_DISPATCH(SoftmaxRowFloat)(n, terms, maxima, lse, scale, dx);
  }
}

}  // namespace

template <class T>
void CrossEntropy(const Context& context, int64_t rows, int64_t vocab, const float* logits,
                  const int32_t* targets, float scale, float* loss, T* dlogits) {
  if (context.accelerator() != nullptr) {
    return cuda::CrossEntropy(context, rows, vocab, logits, targets, scale, loss, dlogits);
  }
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
    Scratch scratch(2 * Scratch::Bytes<float>(vocab));
    float *terms = scratch.Take<float>(vocab), *maxima = scratch.Take<float>(vocab);
    const float lse = log_sum_exp(vocab, x, terms, maxima);
    loss[r] = lse - x[target];
    if (!dx) return;
    Softmax(vocab, terms, maxima, lse, scale, dx);
    dx[target] = FromFloat<T>(scale * std::expm1(x[target] - lse));
  });
}

void LogSumExp(const Context& context, int64_t rows, int64_t vocab, const float* logits,
               float* lse) {
  const auto log_sum_exp = &HWY_DYNAMIC_DISPATCH(LogSumExpRow);
  context.ParallelFor(rows, [&](int64_t r) {
    Scratch scratch(2 * Scratch::Bytes<float>(vocab));
    float *terms = scratch.Take<float>(vocab), *maxima = scratch.Take<float>(vocab);
    lse[r] = log_sum_exp(vocab, logits + r * vocab, terms, maxima);
  });
}

void JoinLogSumExp(int64_t rows, std::span<const float* const> lse, float* to) {
  for (int64_t r = 0; r < rows; ++r) {
    float max = lse[0][r];
    for (const float* one : lse) max = std::max(max, one[r]);
    double sum = 0;
    for (const float* one : lse) sum += std::exp(double{one[r]} - max);
    to[r] = static_cast<float>(max + std::log(sum));
  }
}

template <class T>
void CrossEntropyGradient(const Context& context, int64_t rows, int64_t vocab, const float* logits,
                          const int32_t* targets, const float* lse, float scale, T* dlogits) {
  const auto log_sum_exp = &HWY_DYNAMIC_DISPATCH(LogSumExpRow);
  context.ParallelFor(rows, [&](int64_t r) {
    const float* x = logits + r * vocab;
    T* dx = dlogits + r * vocab;
    const int32_t target = targets[r];
    if (target == -1) {
      std::fill_n(dx, vocab, FromFloat<T>(0));
      return;
    }
    Scratch scratch(2 * Scratch::Bytes<float>(vocab));
    float *terms = scratch.Take<float>(vocab), *maxima = scratch.Take<float>(vocab);
    log_sum_exp(vocab, x, terms, maxima);  // for its terms
    Softmax(vocab, terms, maxima, lse[r], scale, dx);
    if (target >= 0) dx[target] = FromFloat<T>(scale * std::expm1(x[target] - lse[r]));
  });
}

template void CrossEntropy(const Context&, int64_t, int64_t, const float*, const int32_t*, float,
                           float*, float*);
template void CrossEntropy(const Context&, int64_t, int64_t, const float*, const int32_t*, float,
                           float*, BF16*);
template void CrossEntropyGradient(const Context&, int64_t, int64_t, const float*, const int32_t*,
                                   const float*, float, float*);
template void CrossEntropyGradient(const Context&, int64_t, int64_t, const float*, const int32_t*,
                                   const float*, float, BF16*);

}  // namespace cria::kernels
#endif
