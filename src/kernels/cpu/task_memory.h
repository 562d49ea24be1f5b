// Memory of the tasks of matrix products, and how work is cut into them.
#pragma once

#include <cstdint>

#include "tensor/buffer.h"

namespace cria::kernels::internal {

inline int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }
inline int64_t RoundUp(int64_t a, int64_t b) { return CeilDiv(a, b) * b; }

/// Memory that lives from call to call, whole huge pages.
template <class T>
T* Grow(Buffer<T>* buffer, int64_t size) {
  constexpr int64_t kHugePage = (int64_t{2} << 20) / sizeof(T);
  if (buffer->size() < size) *buffer = Buffer<T>(CeilDiv(size, kHugePage) * kHugePage);
  return buffer->data();
}

}  // namespace cria::kernels::internal
