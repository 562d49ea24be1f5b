// fp32 values rounded to the operand type of the matrix products.
#pragma once

#include <cstdint>

#include "base/context.h"
#include "tensor/dtype.h"

namespace cria::kernels {

/// to[i] = T(from[i]), round to nearest even.
template <class T>
void Convert(const Context& context, int64_t n, const float* from, T* to);

}  // namespace cria::kernels
