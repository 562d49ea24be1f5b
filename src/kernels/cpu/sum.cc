// Long sums on the CPU.
#include "kernels/cpu/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/sum.cc"
#include <hwy/foreach_target.h>
//
#include <algorithm>

#include "base/error.h"
#include "kernels/cpu/simd-inl.h"
#include "kernels/cuda/operations.h"
#include "kernels/sum.h"

HWY_BEFORE_NAMESPACE();
namespace cria::kernels {
namespace HWY_NAMESPACE {

void AddBlock(int64_t n, const float* from, float* to) {
  ForVectors(n, [&](int64_t i, auto load, auto store)
                    HWY_ATTR { store(hn::Add(load(to + i), load(from + i)), to + i); });
}

void CombineBlock(int64_t n, float a, const float* from, float b, float* to) {
  const auto va = hn::Set(kFloats, a), vb = hn::Set(kFloats, b);
  ForVectors(n, [&](int64_t i, auto load, auto store) HWY_ATTR {
    const Vector kept = b == 0 ? hn::Zero(kFloats) : hn::Mul(vb, load(to + i));
    store(hn::MulAdd(va, load(from + i), kept), to + i);
  });
}

template <class T, class O>
void SumPartsBlock(int64_t i, int64_t n, std::span<const T* const> parts, bool accumulate, O* to) {
  ForVectors(n, [&](int64_t at, auto load, auto store) HWY_ATTR {
    Vector sum = load(parts[0] + i + at);
    for (size_t p = 1; p < parts.size(); ++p) sum = hn::Add(sum, load(parts[p] + i + at));
    if (accumulate) sum = hn::Add(load(to + i + at), sum);
    store(sum, to + i + at);
  });
}
void SumPartsFloat(int64_t i, int64_t n, std::span<const float* const> parts, bool accumulate,
                   float* to) {
  SumPartsBlock(i, n, parts, accumulate, to);
}
void SumPartsBF16(int64_t i, int64_t n, std::span<const BF16* const> parts, bool accumulate,
                  BF16* to) {
  SumPartsBlock(i, n, parts, accumulate, to);
}
void SumPartsWiden(int64_t i, int64_t n, std::span<const BF16* const> parts, bool accumulate,
                   float* to) {
  SumPartsBlock(i, n, parts, accumulate, to);
}

double SumOfSquaresBlock(int64_t n, const float* x) {
  const hn::CappedTag<double, 8> doubles;
  const hn::Rebind<float, decltype(doubles)> floats;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(doubles));
  auto sum0 = hn::Zero(doubles), sum1 = sum0, sum2 = sum0, sum3 = sum0;
  const auto add = [&](int64_t at, auto& sum) HWY_ATTR {
    const auto value = hn::PromoteTo(doubles, hn::LoadU(floats, x + at));
    sum = hn::MulAdd(value, value, sum);
  };
  int64_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    add(i, sum0);
    add(i + lanes, sum1);
    add(i + 2 * lanes, sum2);
    add(i + 3 * lanes, sum3);
  }
  const auto all = hn::Add(hn::Add(sum0, sum1), hn::Add(sum2, sum3));
  double total = hn::GetLane(hn::SumOfLanes(doubles, all));
  for (; i < n; ++i) total += double{x[i]} * double{x[i]};
  return total;
}

}  // namespace HWY_NAMESPACE
}  // namespace cria::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cria::kernels {
namespace {

HWY_EXPORT(AddBlock);
HWY_EXPORT(CombineBlock);
HWY_EXPORT(SumPartsFloat);
HWY_EXPORT(SumPartsBF16);
HWY_EXPORT(SumPartsWiden);
HWY_EXPORT(SumOfSquaresBlock);

constexpr int64_t kBlock = 1 << 14;

}  // namespace

void SetZero(const Context& context, int64_t n, float* to) {
  if (context.accelerator() != nullptr) {
    return cuda::SetZero(context, n, to);
  }
  constexpr int64_t kBlock = 1 << 16;
  context.ParallelFor((n + kBlock - 1) / kBlock, [&](int64_t b) {
    std::fill(to + b * kBlock, to + std::min(n, (b + 1) * kBlock), 0.0f);
  });
}

void Add(const Context& context, int64_t n, const float* from, float* to) {
  if (context.accelerator() != nullptr) {
    return cuda::Add(context, n, from, to);
  }
  const auto run = &HWY_DYNAMIC_DISPATCH(AddBlock);
  context.ParallelFor((n + kBlock - 1) / kBlock, [&](int64_t block) {
    const int64_t i = block * kBlock;
    run(std::min(kBlock, n - i), from + i, to + i);
  });
}

void Combine(const Context& context, int64_t n, float a, const float* from, float b, float* to) {
  if (context.accelerator() != nullptr) {
    return cuda::Combine(context, n, a, from, b, to);
  }
  const auto run = &HWY_DYNAMIC_DISPATCH(CombineBlock);
  context.ParallelFor((n + kBlock - 1) / kBlock, [&](int64_t block) {
    const int64_t i = block * kBlock;
    run(std::min(kBlock, n - i), a, from + i, b, to + i);
  });
}

template <class T, class O>
void SumParts(const Context& context, int64_t n, std::span<const T* const> parts, bool accumulate,
              O* to) {
  CRIA_CHECK(!parts.empty());
  const auto run = [] {
    if constexpr (sizeof(T) == sizeof(float))
      return &HWY_DYNAMIC_DISPATCH(SumPartsFloat);
    else if constexpr (sizeof(O) == sizeof(float))
      return &HWY_DYNAMIC_DISPATCH(SumPartsWiden);
    else
      return &HWY_DYNAMIC_DISPATCH(SumPartsBF16);
  }();
  context.ParallelFor((n + kBlock - 1) / kBlock, [&](int64_t block) {
    const int64_t i = block * kBlock;
    run(i, std::min(kBlock, n - i), parts, accumulate, to);
  });
}

template void SumParts(const Context&, int64_t, std::span<const float* const>, bool, float*);
template void SumParts(const Context&, int64_t, std::span<const BF16* const>, bool, BF16*);
template void SumParts(const Context&, int64_t, std::span<const BF16* const>, bool, float*);

double SumOfSquares(int64_t n, const float* x) {
  return HWY_DYNAMIC_DISPATCH(SumOfSquaresBlock)(n, x);
}

void SumsOfSquares(const Context& context, const float* x, std::span<const SumRange> ranges,
                   std::span<double> sums) {
  if (context.accelerator() != nullptr) {
    Buffer<double> there(std::ssize(sums), context.accelerator());
    cuda::SumsOfSquares(context, x, ranges, there.data());
    return context.accelerator()->Download(sums.data(), there.data(), there.bytes());
  }
  context.ParallelFor(std::ssize(ranges), [&](int64_t i) {
    const SumRange& range = ranges[static_cast<size_t>(i)];
    sums[static_cast<size_t>(i)] = SumOfSquares(range.elements, x + range.offset);
  });
}

}  // namespace cria::kernels
#endif
