// GGUF's blocks as floats, bit for bit as tensor/quant_block.cc decodes them: every product and
// difference is rounded to fp32 by itself. Eight neighbours at a time, which share their scale.
#pragma once

#include "kernels/cuda/block_bytes.h"

namespace cria::kernels::cuda {

/// to = scale level - min, the product rounded first.
__device__ __forceinline__ float Decoded(float scale, int level, float min) {
  return RoundedProduct(scale, static_cast<float>(level)) - min;
}
__device__ __forceinline__ float Decoded(float scale, int level) {
  return RoundedProduct(scale, static_cast<float>(level));
}

// Each has DecodeEight(block, first, to): elements first .. first + 7 of a block at an even
// address.

struct DecodeQ4_0 {
  static constexpr int kElements = 32, kBytes = 18;
  static __device__ __forceinline__ void DecodeEight(const uint8_t* b, int first, float (&to)[8]) {
    const float d = HalfOf(b);
    const uint8_t* q = b + 2 + first % 16;
    const int shift = first / 16 * 4;
#pragma unroll
    for (int i = 0; i < 8; ++i) to[i] = Decoded(d, (q[i] >> shift & 15) - 8);
  }
};

struct DecodeQ4_1 {
  static constexpr int kElements = 32, kBytes = 20;
  static __device__ __forceinline__ void DecodeEight(const uint8_t* b, int first, float (&to)[8]) {
    const float d = HalfOf(b), m = HalfOf(b + 2);
    const uint8_t* q = b + 4 + first % 16;
    const int shift = first / 16 * 4;
#pragma unroll
    for (int i = 0; i < 8; ++i) to[i] = Decoded(d, q[i] >> shift & 15, -m);
  }
};

struct DecodeQ5_0 {
  static constexpr int kElements = 32, kBytes = 22;
  static __device__ __forceinline__ void DecodeEight(const uint8_t* b, int first, float (&to)[8]) {
    const float d = HalfOf(b);
    const uint8_t* q = b + 6 + first % 16;
    const int shift = first / 16 * 4, fifth = b[2 + first / 8];
#pragma unroll
    for (int i = 0; i < 8; ++i) {
      to[i] = Decoded(d, ((q[i] >> shift & 15) | (fifth >> i & 1) << 4) - 16);
    }
  }
};

struct DecodeQ5_1 {
  static constexpr int kElements = 32, kBytes = 24;
  static __device__ __forceinline__ void DecodeEight(const uint8_t* b, int first, float (&to)[8]) {
    const float d = HalfOf(b), m = HalfOf(b + 2);
    const uint8_t* q = b + 8 + first % 16;
    const int shift = first / 16 * 4, fifth = b[4 + first / 8];
#pragma unroll
    for (int i = 0; i < 8; ++i) {
      to[i] = Decoded(d, (q[i] >> shift & 15) | (fifth >> i & 1) << 4, -m);
    }
  }
};

struct DecodeQ8_0 {
  static constexpr int kElements = 32, kBytes = 34;
  static __device__ __forceinline__ void DecodeEight(const uint8_t* b, int first, float (&to)[8]) {
    const float d = HalfOf(b);
#pragma unroll
    for (int i = 0; i < 8; ++i) to[i] = Decoded(d, static_cast<int8_t>(b[2 + first + i]));
  }
};

struct DecodeQ2_K {
  static constexpr int kElements = 256, kBytes = 84;
  static __device__ __forceinline__ void DecodeEight(const uint8_t* b, int first, float (&to)[8]) {
    const int both = b[first / 16];
    const float scale = RoundedProduct(HalfOf(b + 80), static_cast<float>(both & 15));
    const float min = RoundedProduct(HalfOf(b + 82), static_cast<float>(both >> 4));
    const uint8_t* q = b + 16 + first / 128 * 32 + first % 32;
    const int shift = first % 128 / 32 * 2;
#pragma unroll
    for (int i = 0; i < 8; ++i) to[i] = Decoded(scale, q[i] >> shift & 3, min);
  }
};

struct DecodeQ3_K {
  static constexpr int kElements = 256, kBytes = 110;
  static __device__ __forceinline__ void DecodeEight(const uint8_t* b, int first, float (&to)[8]) {
    const int k = first / 16, shift = first % 128 / 32 * 2, bit = first / 32;
    const int low_scale = k < 8 ? b[96 + k] & 15 : b[88 + k] >> 4;
    const int high_scale = b[104 + k % 4] >> 2 * (k / 4) & 3;
    const float scale =
        RoundedProduct(HalfOf(b + 108), static_cast<float>((low_scale | high_scale << 4) - 32));
    const uint8_t *q = b + 32 + first / 128 * 32 + first % 32, *high = b + first % 32;
#pragma unroll
    for (int i = 0; i < 8; ++i) {
      to[i] = Decoded(scale, (q[i] >> shift & 3) + (high[i] >> bit & 1) * 4 - 4);
    }
  }
};

/// Scale and minimum of sub-block j of Q4_K and Q5_K (UnpackScaleMin, for the device).
__device__ __forceinline__ void ScaleAndMin(const uint8_t* b, int j, float* scale, float* min) {
  const uint8_t* packed = b + 4;
  int s, m;
  if (j < 4) {
    s = packed[j] & 63, m = packed[j + 4] & 63;
  } else {
    s = (packed[j + 4] & 15) | packed[j - 4] >> 6 << 4;
    m = packed[j + 4] >> 4 | packed[j] >> 6 << 4;
  }
  *scale = RoundedProduct(HalfOf(b), static_cast<float>(s));
  *min = RoundedProduct(HalfOf(b + 2), static_cast<float>(m));
}

struct DecodeQ4_K {
  static constexpr int kElements = 256, kBytes = 144;
  static __device__ __forceinline__ void DecodeEight(const uint8_t* b, int first, float (&to)[8]) {
    float scale, min;
    ScaleAndMin(b, first / 32, &scale, &min);
    const uint8_t* q = b + 16 + first / 64 * 32 + first % 32;
    const int shift = first / 32 % 2 * 4;
#pragma unroll
    for (int i = 0; i < 8; ++i) to[i] = Decoded(scale, q[i] >> shift & 15, min);
  }
};

struct DecodeQ5_K {
  static constexpr int kElements = 256, kBytes = 176;
  static __device__ __forceinline__ void DecodeEight(const uint8_t* b, int first, float (&to)[8]) {
    float scale, min;
    ScaleAndMin(b, first / 32, &scale, &min);
    const uint8_t *q = b + 48 + first / 64 * 32 + first % 32, *high = b + 16 + first % 32;
    const int j = first / 32, shift = j % 2 * 4;
#pragma unroll
    for (int i = 0; i < 8; ++i) {
      to[i] = Decoded(scale, (q[i] >> shift & 15) + (high[i] >> j & 1) * 16, min);
    }
  }
};

struct DecodeQ6_K {
  static constexpr int kElements = 256, kBytes = 210;
  static __device__ __forceinline__ void DecodeEight(const uint8_t* b, int first, float (&to)[8]) {
    const float scale = RoundedProduct(
        HalfOf(b + 208), static_cast<float>(static_cast<int8_t>(b[192 + first / 16])));
    const int half = first / 128, s = first % 128 / 32, l = first % 32;
    const uint8_t *q = b + 64 * half + 32 * (s % 2) + l, *high = b + 128 + 32 * half + l;
    const int shift = s / 2 * 4;
#pragma unroll
    for (int i = 0; i < 8; ++i) {
      to[i] = Decoded(scale, ((q[i] >> shift & 15) | (high[i] >> 2 * s & 3) << 4) - 32);
    }
  }
};

}  // namespace cria::kernels::cuda
