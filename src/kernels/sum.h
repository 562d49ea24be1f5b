// Sums over long vectors: what gradients of several passes and their norm are made of.
#pragma once

#include <cstdint>

#include "base/context.h"

namespace cria::kernels {

/// to[i] = 0, fp32 [n].
void SetZero(const Context& context, int64_t n, float* to);

/// to[i] += from[i], fp32 [n].
void Add(const Context& context, int64_t n, const float* from, float* to);

/// Sum of squares in double, in one fixed order, on the calling thread: a block of a larger sum.
double SumOfSquares(int64_t n, const float* x);

}  // namespace cria::kernels
