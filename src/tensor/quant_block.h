// Decoding of GGUF's block-quantised types: what their bytes mean. Encoding is kernels/quantize.h.
#pragma once

#include "tensor/dtype.h"

namespace cria {

/// Decodes `n` elements, whole blocks, to float, bit for bit as ggml's reference does: every
/// product and difference is rounded to fp32 in the order of the formulas of docs/formats/gguf.md.
void DequantizeBlocks(DType type, const uint8_t* from, int64_t n, float* to);

/// The 6-bit scale and minimum of sub-block `j` (0..7) in the 12 packed bytes of Q4_K and Q5_K.
struct ScaleMin {
  uint8_t scale, min;
};
inline ScaleMin UnpackScaleMin(const uint8_t* packed, int j) {
  if (j < 4)
    return {static_cast<uint8_t>(packed[j] & 63), static_cast<uint8_t>(packed[j + 4] & 63)};
  return {static_cast<uint8_t>((packed[j + 4] & 15) | (packed[j - 4] >> 6) << 4),
          static_cast<uint8_t>((packed[j + 4] >> 4) | (packed[j] >> 6) << 4)};
}

/// The 6-bit scale of sub-block `k` (0..15) in the 12 packed bytes of Q3_K, less 32.
inline int UnpackQ3Scale(const uint8_t* packed, int k) {
  const int low = k < 8 ? packed[k] & 15 : packed[k - 8] >> 4;
  const int high = packed[8 + k % 4] >> 2 * (k / 4) & 3;
  return (low | high << 4) - 32;
}

}  // namespace cria
