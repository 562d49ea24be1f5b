// A tensor on its way into a file: made when its turn comes, so that a writer holds one at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "tensor/tensor_view.h"

namespace cria::store {

struct OutputTensor {
  std::string name;
  DType type = DType::kF32;
  Shape shape;
  /// Row-major bytes, StoredBytes(type, elements) of them. Called once, in the order of the list.
  std::function<std::vector<uint8_t>()> make;

  int64_t bytes() const { return StoredBytes(type, ElementCount(shape)); }
};

/// make() with its size held to what was announced.
inline std::vector<uint8_t> MakeBytes(const OutputTensor& tensor) {
  std::vector<uint8_t> bytes = tensor.make();
  CRIA_CHECK(static_cast<int64_t>(bytes.size()) == tensor.bytes(), "{}: {} bytes", tensor.name,
             bytes.size());
  return bytes;
}

}  // namespace cria::store
