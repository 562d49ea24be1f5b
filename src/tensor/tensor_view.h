// A named tensor as files hold it: type, shape, bytes. Never owns.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tensor/dtype.h"

namespace cria {

using Shape = std::vector<int64_t>;

int64_t ElementCount(const Shape& shape);
std::string ShapeString(const Shape& shape);  ///< "[32000, 768]"

/// Contiguous row-major, the first dimension slowest.
struct TensorView {
  DType type = DType::kF32;
  Shape shape;
  std::span<const uint8_t> bytes;

  int64_t elements() const { return ElementCount(shape); }
};

}  // namespace cria
