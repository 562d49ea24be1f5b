// Sums over long vectors: what gradients of several passes and their norm are made of.
#pragma once

#include <cstdint>
#include <span>

#include "base/context.h"
#include "tensor/dtype.h"

namespace cria::kernels {

/// to[i] = 0, fp32 [n].
void SetZero(const Context& context, int64_t n, float* to);

/// to[i] += from[i], fp32 [n].
void Add(const Context& context, int64_t n, const float* from, float* to);

/// to[i] = a from[i] + b to[i], fp32 [n], the second product rounded before it is added; with b = 0
/// what stood in `to` does not matter.
void Combine(const Context& context, int64_t n, float a, const float* from, float b, float* to);

/// to[i] = ((p0[i] + p1[i]) + p2[i]) + ..., or += with `accumulate`; fp32 inside, rounded to O
/// once.
template <class T, class O>
void SumParts(const Context& context, int64_t n, std::span<const T* const> parts, bool accumulate,
              O* to);

/// Sum of squares in double, in one fixed order, on the calling thread: a block of a larger sum.
double SumOfSquares(int64_t n, const float* x);

/// Elements [offset, offset + elements) of a longer vector.
struct SumRange {
  int64_t offset = 0, elements = 0;
};
/// sums[i], in the processor's memory = SumOfSquares of range i of x.
void SumsOfSquares(const Context& context, const float* x, std::span<const SumRange> ranges,
                   std::span<double> sums);

}  // namespace cria::kernels
