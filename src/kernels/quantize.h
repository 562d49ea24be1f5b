// Encoding of GGUF's block-quantised types. What the bytes mean is tensor/quant_block.h.
#pragma once

#include <cstdint>
#include <span>

#include "base/context.h"
#include "tensor/dtype.h"

namespace cria::kernels {

/// Encodes `from`, row-major [rows, columns], columns a multiple of the block. Without `importance`
/// Q8_0, Q4_0, Q4_1, Q5_0 and Q5_1 give the bytes of ggml's reference rules
/// (docs/formats/gguf.md); the K types, whose encoder the format leaves open, search for the scales
/// with the least weighted square error. `importance`, if not empty, has a weight for the squared
/// error of each column (how large the inputs are that meet it). The same bytes for any number of
/// threads.
void Quantize(const Context& context, DType type, const float* from, int64_t rows, int64_t columns,
              std::span<const float> importance, uint8_t* to);

}  // namespace cria::kernels
