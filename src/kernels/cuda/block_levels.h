// GGUF's blocks (tensor/quant_block.h) as operands of the matrix units: the whole numbers that the
// weights are multiples of, as bf16, which holds them exactly, and the numbers that turn their sums
// into those of the weights. Lane t = lane % 4 takes, of each 32 weights, those at 4 t .. 4 t + 3
// and 16 + 4 t .. 16 + 4 t + 3, since that is how all types lay out their bits. Blocks lie in
// shared memory, at even addresses, and at multiples of 4 if their size is one.
#pragma once

#include "kernels/cuda/block_bytes.h"

namespace cria::kernels::cuda {

/// kEven: `at` is even, no more.
template <bool kEven>
__device__ __forceinline__ uint32_t FourBytes(const uint8_t* at) {
  if constexpr (kEven) {
    return SelectBytes(TwoBytes(at), TwoBytes(at + 2), 0x5410);
  } else {
    return FourBytes(at);
  }
}

/// Two of four bytes below two others, as 16-bit numbers: bytes 0 and 1, or 2 and 3.
__device__ __forceinline__ uint32_t LowPair(uint32_t four, uint32_t above) {
  return SelectBytes(four, above, 0x4140);
}
__device__ __forceinline__ uint32_t HighPair(uint32_t four, uint32_t above) {
  return SelectBytes(four, above, 0x4342);
}
/// Levels of 0..127 less kOffset, in bf16: the bits behind the leading one of its 128 count whole
/// numbers, so a level below the byte 0x43 is 128 + level, and the sum with -(128 + kOffset) exact.
template <int kOffset>
__device__ __forceinline__ uint32_t LessOffset(uint32_t above_levels) {
  return AddPairs(above_levels, (0xC300u + kOffset) * 0x10001u);
}
template <int kOffset>
__device__ __forceinline__ void ToPairs(uint32_t levels, uint32_t* to) {
  constexpr uint32_t kAbove = 0x43434343u;
  to[0] = LessOffset<kOffset>(LowPair(levels, kAbove));
  to[1] = LessOffset<kOffset>(HighPair(levels, kAbove));
}
/// Of signed bytes: their lower seven bits likewise, less 128 more where the sign is set.
__device__ __forceinline__ void SignedToPairs(uint32_t bytes, uint32_t* to) {
  const uint32_t low = bytes & 0x7F7F7F7Fu, sign = bytes & 0x80808080u;
  to[0] = AddPairs(LowPair(low, 0x43434343u), LowPair(sign, 0xC3C3C3C3u));
  to[1] = AddPairs(HighPair(low, 0x43434343u), HighPair(sign, 0xC3C3C3C3u));
}

__device__ __forceinline__ uint32_t LowNibbles(uint32_t bytes) { return bytes & 0x0F0F0F0Fu; }
__device__ __forceinline__ uint32_t HighNibbles(uint32_t bytes) { return bytes >> 4 & 0x0F0F0F0Fu; }
/// Four bits as the fifth ones of four bytes: their copies at distances of 7 do not meet.
__device__ __forceinline__ uint32_t FifthBits(uint32_t four) {
  return four * 0x02040810u & 0x10101010u;
}

// Types of one block to 32 weights: kBytes of a block, kChunk weights of a row brought at a time;
// Pairs of lane t, two of each half; a weight is Scale times the number, plus Add if kAdds.

struct BlocksQ4_0 {
  static constexpr DType kType = DType::kQ4_0;
  static constexpr int kElements = 32, kBytes = 18, kChunk = 256;
  static constexpr bool kAdds = false;
  static __device__ __forceinline__ void Pairs(const uint8_t* block, int t, uint32_t (&to)[4]) {
    const uint32_t q = FourBytes<true>(block + 2 + 4 * t);
    ToPairs<8>(LowNibbles(q), to);
    ToPairs<8>(HighNibbles(q), to + 2);
  }
  static __device__ __forceinline__ float Scale(const uint8_t* block) { return HalfOf(block); }
};

struct BlocksQ4_1 {
  static constexpr DType kType = DType::kQ4_1;
  static constexpr int kElements = 32, kBytes = 20, kChunk = 256;
  static constexpr bool kAdds = true;
  static __device__ __forceinline__ void Pairs(const uint8_t* block, int t, uint32_t (&to)[4]) {
    const uint32_t q = FourBytes<false>(block + 4 + 4 * t);
    ToPairs<0>(LowNibbles(q), to);
    ToPairs<0>(HighNibbles(q), to + 2);
  }
  static __device__ __forceinline__ float Scale(const uint8_t* block) { return HalfOf(block); }
  static __device__ __forceinline__ float Add(const uint8_t* block) { return HalfOf(block + 2); }
};

struct BlocksQ5_0 {
  static constexpr DType kType = DType::kQ5_0;
  static constexpr int kElements = 32, kBytes = 22, kChunk = 256;
  static constexpr bool kAdds = false;
  static __device__ __forceinline__ void Pairs(const uint8_t* block, int t, uint32_t (&to)[4]) {
    const uint32_t q = FourBytes<true>(block + 6 + 4 * t);
    ToPairs<16>(LowNibbles(q) | FifthBits(TwoBytes(block + 2) >> 4 * t & 15), to);
    ToPairs<16>(HighNibbles(q) | FifthBits(TwoBytes(block + 4) >> 4 * t & 15), to + 2);
  }
  static __device__ __forceinline__ float Scale(const uint8_t* block) { return HalfOf(block); }
};

struct BlocksQ5_1 {
  static constexpr DType kType = DType::kQ5_1;
  static constexpr int kElements = 32, kBytes = 24, kChunk = 256;
  static constexpr bool kAdds = true;
  static __device__ __forceinline__ void Pairs(const uint8_t* block, int t, uint32_t (&to)[4]) {
    const uint32_t q = FourBytes<false>(block + 8 + 4 * t);
    ToPairs<0>(LowNibbles(q) | FifthBits(TwoBytes(block + 4) >> 4 * t & 15), to);
    ToPairs<0>(HighNibbles(q) | FifthBits(TwoBytes(block + 6) >> 4 * t & 15), to + 2);
  }
  static __device__ __forceinline__ float Scale(const uint8_t* block) { return HalfOf(block); }
  static __device__ __forceinline__ float Add(const uint8_t* block) { return HalfOf(block + 2); }
};

struct BlocksQ8_0 {
  static constexpr DType kType = DType::kQ8_0;
  static constexpr int kElements = 32, kBytes = 34, kChunk = 128;
  static constexpr bool kAdds = false;
  static __device__ __forceinline__ void Pairs(const uint8_t* block, int t, uint32_t (&to)[4]) {
    SignedToPairs(FourBytes<true>(block + 2 + 4 * t), to);
    SignedToPairs(FourBytes<true>(block + 18 + 4 * t), to + 2);
  }
  static __device__ __forceinline__ float Scale(const uint8_t* block) { return HalfOf(block); }
};

}  // namespace cria::kernels::cuda
