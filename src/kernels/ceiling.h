// How many floating-point operations per second a matrix product reaches on this machine at best:
// what a training run's speed is measured against.
#pragma once

#include "base/context.h"

namespace cria::kernels {

/// Best of several runs over large shapes, with the fastest operand type of this machine (BF16
/// where it multiplies it); about `seconds` in all. The operands are packed outside the timing.
double MeasureProductCeiling(const Context& context, double seconds = 1.0);

}  // namespace cria::kernels
