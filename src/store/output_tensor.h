// A tensor on its way into a file: made when its turn comes, in pieces, so that a writer never
// holds a whole one.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "tensor/tensor_view.h"

namespace cria::store {

using ByteSink = std::function<void(std::span<const uint8_t>)>;

struct OutputTensor {
  std::string name;
  DType type = DType::kF32;
  Shape shape;
  /// Hands row-major bytes to the sink, front to end in pieces of any size, together
  /// StoredBytes(type, elements). Called once, in the order of the list.
  std::function<void(const ByteSink&)> write;

  int64_t bytes() const { return StoredBytes(type, ElementCount(shape)); }
};

/// A tensor that is at hand whole.
inline OutputTensor WholeTensor(std::string name, DType type, Shape shape,
                                std::function<std::vector<uint8_t>()> make) {
  return {std::move(name), type, std::move(shape),
          [make = std::move(make)](const ByteSink& sink) { sink(make()); }};
}

/// tensor.write() with its size held to what was announced.
inline void WriteTensor(const OutputTensor& tensor, const ByteSink& sink) {
  int64_t written = 0;
  tensor.write([&](std::span<const uint8_t> piece) {
    written += static_cast<int64_t>(piece.size());
    CRIA_CHECK(written <= tensor.bytes(), "{}: {} bytes", tensor.name, written);
    sink(piece);
  });
  CRIA_CHECK(written == tensor.bytes(), "{}: {} bytes", tensor.name, written);
}

}  // namespace cria::store
