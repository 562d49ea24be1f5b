// fp32 values rounded to the operand type of the matrix products, and back.
#pragma once

#include <cstdint>

#include "base/context.h"
#include "tensor/dtype.h"

namespace cria::kernels {

/// to[i] = T(from[i]), round to nearest even.
template <class T>
void Convert(const Context& context, int64_t n, const float* from, T* to);

/// to[i] = from[i].
void WidenToFloat(const Context& context, int64_t n, const BF16* from, float* to);

}  // namespace cria::kernels
