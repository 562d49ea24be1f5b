// One decoder per type, written as the formulas stand.
#include "tensor/quant_block.h"

#include "base/error.h"

namespace cria {
namespace {

float HalfAt(const uint8_t* at) {
  F16 half;
  std::memcpy(&half.bits, at, 2);
  return static_cast<float>(half);
}

uint32_t U32At(const uint8_t* at) {
  uint32_t value;
  std::memcpy(&value, at, 4);
  return value;
}

void Q8_0(const uint8_t* b, float* x) {
  const float d = HalfAt(b);
  for (int i = 0; i < 32; ++i) x[i] = d * static_cast<float>(static_cast<int8_t>(b[2 + i]));
}

void Q4_0(const uint8_t* b, float* x) {
  const float d = HalfAt(b);
  for (int i = 0; i < 16; ++i) {
    x[i] = d * static_cast<float>((b[2 + i] & 15) - 8);
    x[i + 16] = d * static_cast<float>((b[2 + i] >> 4) - 8);
  }
}

void Q4_1(const uint8_t* b, float* x) {
  const float d = HalfAt(b), m = HalfAt(b + 2);
  for (int i = 0; i < 16; ++i) {
    x[i] = d * static_cast<float>(b[4 + i] & 15) + m;
    x[i + 16] = d * static_cast<float>(b[4 + i] >> 4) + m;
  }
}

// The fifth bit of element i is bit i of `high`.
int FifthBit(uint32_t high, int i) { return static_cast<int>(high >> i & 1) << 4; }

void Q5_0(const uint8_t* b, float* x) {
  const float d = HalfAt(b);
  const uint32_t high = U32At(b + 2);
  for (int i = 0; i < 16; ++i) {
    x[i] = d * static_cast<float>(((b[6 + i] & 15) | FifthBit(high, i)) - 16);
    x[i + 16] = d * static_cast<float>(((b[6 + i] >> 4) | FifthBit(high, i + 16)) - 16);
  }
}

void Q5_1(const uint8_t* b, float* x) {
  const float d = HalfAt(b), m = HalfAt(b + 2);
  const uint32_t high = U32At(b + 4);
  for (int i = 0; i < 16; ++i) {
    x[i] = d * static_cast<float>((b[8 + i] & 15) | FifthBit(high, i)) + m;
    x[i + 16] = d * static_cast<float>((b[8 + i] >> 4) | FifthBit(high, i + 16)) + m;
  }
}

void Q2_K(const uint8_t* b, float* x) {
  const uint8_t* q = b + 16;
  const float d = HalfAt(b + 80), dmin = HalfAt(b + 82);
  for (int k = 0; k < 16; ++k) {  // sub-blocks of 16
    const float scale = d * static_cast<float>(b[k] & 15),
                min = dmin * static_cast<float>(b[k] >> 4);
    const uint8_t* at = q + k / 8 * 32 + k % 2 * 16;
    const int shift = 2 * (k % 8 / 2);
    for (int l = 0; l < 16; ++l)
      x[16 * k + l] = scale * static_cast<float>(at[l] >> shift & 3) - min;
  }
}

void Q3_K(const uint8_t* b, float* x) {
  const float d = HalfAt(b + 108);
  for (int k = 0; k < 16; ++k) {
    const float scale = d * static_cast<float>(UnpackQ3Scale(b + 96, k));
    const int half = k / 8, s = k % 8 / 2, first = k % 2 * 16;
    for (int l = first; l < first + 16; ++l) {
      const int low = b[32 + half * 32 + l] >> 2 * s & 3;
      const int high = b[l] >> (4 * half + s) & 1;
      x[half * 128 + s * 32 + l] = scale * static_cast<float>(low - (high ? 0 : 4));
    }
  }
}

void Q4_K(const uint8_t* b, float* x) {
  const float d = HalfAt(b), dmin = HalfAt(b + 2);
  for (int j = 0; j < 8; ++j) {  // sub-blocks of 32; a pair shares 32 bytes
    const ScaleMin sm = UnpackScaleMin(b + 4, j);
    const float scale = d * static_cast<float>(sm.scale), min = dmin * static_cast<float>(sm.min);
    const uint8_t* q = b + 16 + j / 2 * 32;
    for (int l = 0; l < 32; ++l) {
      x[32 * j + l] = scale * static_cast<float>(j % 2 ? q[l] >> 4 : q[l] & 15) - min;
    }
  }
}

void Q5_K(const uint8_t* b, float* x) {
  const float d = HalfAt(b), dmin = HalfAt(b + 2);
  for (int j = 0; j < 8; ++j) {
    const ScaleMin sm = UnpackScaleMin(b + 4, j);
    const float scale = d * static_cast<float>(sm.scale), min = dmin * static_cast<float>(sm.min);
    const uint8_t *high = b + 16, *q = b + 48 + j / 2 * 32;
    for (int l = 0; l < 32; ++l) {
      const int n = (j % 2 ? q[l] >> 4 : q[l] & 15) + (high[l] >> j & 1) * 16;
      x[32 * j + l] = scale * static_cast<float>(n) - min;
    }
  }
}

void Q6_K(const uint8_t* b, float* x) {
  const float d = HalfAt(b + 208);
  for (int k = 0; k < 16; ++k) {
    const float scale = d * static_cast<float>(static_cast<int8_t>(b[192 + k]));
    const int half = k / 8, s = k % 8 / 2, first = k % 2 * 16;
    for (int l = first; l < first + 16; ++l) {
      const uint8_t byte = b[64 * half + 32 * (s & 1) + l];
      const int low = s < 2 ? byte & 15 : byte >> 4;
      const int high = b[128 + 32 * half + l] >> 2 * s & 3;
      x[half * 128 + s * 32 + l] = scale * static_cast<float>((low | high << 4) - 32);
    }
  }
}

using Decoder = void (*)(const uint8_t* block, float* x);

Decoder DecoderOf(DType type) {
  switch (type) {
    case DType::kQ4_0:
      return Q4_0;
    case DType::kQ4_1:
      return Q4_1;
    case DType::kQ5_0:
      return Q5_0;
    case DType::kQ5_1:
      return Q5_1;
    case DType::kQ8_0:
      return Q8_0;
    case DType::kQ2_K:
      return Q2_K;
    case DType::kQ3_K:
      return Q3_K;
    case DType::kQ4_K:
      return Q4_K;
    case DType::kQ5_K:
      return Q5_K;
    case DType::kQ6_K:
      return Q6_K;
    default:
      CRIA_CHECK(false, "{} is not a block type", DTypeName(type));
  }
}

}  // namespace

void DequantizeBlocks(DType type, const uint8_t* from, int64_t n, float* to) {
  const int64_t elements = BlockElements(type), bytes = BlockBytes(type);
  CRIA_CHECK(n % elements == 0, "{} elements of {}", n, DTypeName(type));
  const Decoder decode = DecoderOf(type);
  for (int64_t i = 0; i < n; i += elements, from += bytes) decode(from, to + i);
}

}  // namespace cria
