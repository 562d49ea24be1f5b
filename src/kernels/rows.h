// Rows of a matrix copied, all or some: what passes between operations that want them elsewhere.
#pragma once

#include <cstdint>

#include "base/context.h"
#include "tensor/dtype.h"

namespace cria::kernels {

/// to [rows, width] = from [rows, width].
template <class V>
void CopyRows(const Context& context, int64_t rows, int64_t width, const V* from, V* to);

/// to[r] = from[index[r]], rows of `width` floats, index [rows]. `to` lies elsewhere.
void GatherRows(const Context& context, int64_t rows, int64_t width, const float* from,
                const int32_t* index, float* to);

}  // namespace cria::kernels
