// What a GPU's memory and matrix units reach at best, in the work that every other figure is a
// share of.
#pragma once

#include "kernels/ceiling.h"

namespace cria::kernels::cuda {

/// Copies within the device's memory, 2 GB at a time (less where less is free): bytes/s read plus
/// bytes/s written, the median of ten. MemorySpeed::read is the same figure: reading alone is not
/// measured.
MemorySpeed MeasureMemory(const Context& context);

/// FLOP/s of y = x W^T and of dW of a shape, bf16 operands of random values, the median of
/// `rounds`.
ProductSpeed MeasureProduct(const Context& context, const ProductShape& shape, int rounds);

/// Of [8192, 8192] x [8192, 8192].
double MeasureProductCeiling(const Context& context);

}  // namespace cria::kernels::cuda
