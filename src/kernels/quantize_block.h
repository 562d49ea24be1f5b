// Encoders of one block each, for quantize.cc.
#pragma once

#include "tensor/dtype.h"

namespace cria::kernels {

/// Encodes one block of BlockElements(type) values. `w` has a weight for each squared error, or is
/// null: then the simple types follow ggml's reference rules and the K types weigh by size.
using BlockEncoder = void (*)(const float* x, const float* w, uint8_t* block);

BlockEncoder SimpleEncoder(DType type);      ///< Q8_0, Q4_0, Q4_1, Q5_0, Q5_1
BlockEncoder SuperBlockEncoder(DType type);  ///< Q2_K to Q6_K

inline void PutHalf(float value, uint8_t* at) {
  const F16 half(value);
  std::memcpy(at, &half.bits, 2);
}
inline float RoundToHalf(float value) { return static_cast<float>(F16(value)); }

}  // namespace cria::kernels
