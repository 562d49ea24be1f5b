// The super-blocks of 256 weights (Q*_K) as operands of the matrix units, as block_levels.h does
// it. Pairs<b>, asked for in order of b, gives those of weights 32 b .. 32 b + 31: bits that
// several b share are read once. A weight of sub-block j (kSub weights each) is Unit() Scale(j)
// times the number, less MinUnit() times its minimum if kMins; scales and minimums are whole.
// Minimums come as operands too: MinPair(i, t) is those of sub-blocks 8 i + 2 t and the next.
#pragma once

#include "kernels/cuda/block_levels.h"

namespace cria::kernels::cuda {

/// Byte i less kOffset, by way of the low bits of 2^23.
template <int kOffset>
__device__ __forceinline__ float NumberOf(uint32_t word, int i) {
  return FloatOfBits(SelectBytes(word, 0x4B000000u, 0x7650u + static_cast<uint32_t>(i))) -
         (0x1p23f + kOffset);
}
/// Bits from kFrom on moved to kTo on.
template <int kFrom, int kTo>
__device__ __forceinline__ uint32_t MoveBits(uint32_t x) {
  if constexpr (kFrom < kTo) {
    return x << (kTo - kFrom);
  } else {
    return x >> (kFrom - kTo);
  }
}
/// Bytes 2 t and 2 t + 1 of eight.
__device__ __forceinline__ uint32_t PairOfEight(uint32_t low, uint32_t high, int t) {
  return LessOffset<0>(
      SelectBytes(t < 2 ? low : high, 0x43434343u, t % 2 == 0 ? 0x4140u : 0x4342u));
}
/// What lane t reads of 32 bytes: four bytes of each half.
template <bool kEven>
__device__ __forceinline__ void ReadHalves(const uint8_t* at, int t, uint32_t (&to)[2]) {
  to[0] = FourBytes<kEven>(at + 4 * t);
  to[1] = FourBytes<kEven>(at + 16 + 4 * t);
}

/// 12 packed bytes of Q4_K and Q5_K: the 6-bit scales and minimums of eight sub-blocks.
class PackedScales {
 public:
  __device__ __forceinline__ explicit PackedScales(const uint8_t* at) {
    const uint32_t a = FourBytes(at), b = FourBytes(at + 4), c = FourBytes(at + 8);
    scales_[0] = a & 0x3F3F3F3Fu, mins_[0] = b & 0x3F3F3F3Fu;
    scales_[1] = (c & 0x0F0F0F0Fu) | (a >> 2 & 0x30303030u);
    mins_[1] = (c >> 4 & 0x0F0F0F0Fu) | (b >> 2 & 0x30303030u);
  }
  __device__ __forceinline__ float Scale(int j) const { return NumberOf<0>(scales_[j / 4], j % 4); }
  __device__ __forceinline__ uint32_t MinPair(int t) const {
    return PairOfEight(mins_[0], mins_[1], t);
  }

 private:
  uint32_t scales_[2], mins_[2];
};

class BlocksQ4_K {
 public:
  static constexpr DType kType = DType::kQ4_K;
  static constexpr int kElements = 256, kBytes = 144, kChunk = 256, kSub = 32;
  static constexpr bool kMins = true;
  __device__ __forceinline__ explicit BlocksQ4_K(const uint8_t* block)
      : block_(block), packed_(block + 4) {}
  template <int b>
  __device__ __forceinline__ void Pairs(int t, uint32_t (&to)[4]) {
    if constexpr (b % 2 == 0) ReadHalves<false>(block_ + 16 + 16 * b, t, nibbles_);
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      ToPairs<0>(b % 2 ? HighNibbles(nibbles_[half]) : LowNibbles(nibbles_[half]), to + 2 * half);
    }
  }
  __device__ __forceinline__ float Unit() const { return HalfOf(block_); }
  __device__ __forceinline__ float MinUnit() const { return HalfOf(block_ + 2); }
  __device__ __forceinline__ float Scale(int j) const { return packed_.Scale(j); }
  __device__ __forceinline__ uint32_t MinPair(int, int t) const { return packed_.MinPair(t); }

 private:
  const uint8_t* block_;
  PackedScales packed_;
  uint32_t nibbles_[2];
};

class BlocksQ5_K {
 public:
  static constexpr DType kType = DType::kQ5_K;
  static constexpr int kElements = 256, kBytes = 176, kChunk = 256, kSub = 32;
  static constexpr bool kMins = true;
  __device__ __forceinline__ explicit BlocksQ5_K(const uint8_t* block)
      : block_(block), packed_(block + 4) {}
  template <int b>
  __device__ __forceinline__ void Pairs(int t, uint32_t (&to)[4]) {
    if constexpr (b == 0) ReadHalves<false>(block_ + 16, t, fifth_);
    if constexpr (b % 2 == 0) ReadHalves<false>(block_ + 48 + 16 * b, t, nibbles_);
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      const uint32_t low = b % 2 ? HighNibbles(nibbles_[half]) : LowNibbles(nibbles_[half]);
      ToPairs<0>(low | (MoveBits<b, 4>(fifth_[half]) & 0x10101010u), to + 2 * half);
    }
  }
  __device__ __forceinline__ float Unit() const { return HalfOf(block_); }
  __device__ __forceinline__ float MinUnit() const { return HalfOf(block_ + 2); }
  __device__ __forceinline__ float Scale(int j) const { return packed_.Scale(j); }
  __device__ __forceinline__ uint32_t MinPair(int, int t) const { return packed_.MinPair(t); }

 private:
  const uint8_t* block_;
  PackedScales packed_;
  uint32_t nibbles_[2], fifth_[2];
};

class BlocksQ6_K {
 public:
  static constexpr DType kType = DType::kQ6_K;
  static constexpr int kElements = 256, kBytes = 210, kChunk = 256, kSub = 16;
  static constexpr bool kMins = false;
  __device__ __forceinline__ explicit BlocksQ6_K(const uint8_t* block) : block_(block) {}
  template <int b>
  __device__ __forceinline__ void Pairs(int t, uint32_t (&to)[4]) {
    constexpr int kHalf = b / 4, kQuarter = b % 4;
    if constexpr (kQuarter == 0) ReadHalves<true>(block_ + 128 + 32 * kHalf, t, high_);
    if constexpr (kQuarter < 2) {
      ReadHalves<true>(block_ + 64 * kHalf + 32 * kQuarter, t, nibbles_[kQuarter]);
    }
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      const uint32_t both = nibbles_[kQuarter % 2][half];
      const uint32_t low = kQuarter < 2 ? LowNibbles(both) : HighNibbles(both);
      ToPairs<32>(low | (MoveBits<2 * kQuarter, 4>(high_[half]) & 0x30303030u), to + 2 * half);
    }
    // A signed byte is an unsigned one with the sign turned, less 128.
    scales_ = TwoBytes(block_ + 192 + 2 * b) ^ 0x8080u;
  }
  __device__ __forceinline__ float Unit() const { return HalfOf(block_ + 208); }
  /// Of the sub-blocks of the last Pairs.
  __device__ __forceinline__ float Scale(int j) const { return NumberOf<128>(scales_, j % 2); }

 private:
  const uint8_t* block_;
  uint32_t nibbles_[2][2], high_[2], scales_;
};

class BlocksQ3_K {
 public:
  static constexpr DType kType = DType::kQ3_K;
  static constexpr int kElements = 256, kBytes = 110, kChunk = 256, kSub = 16;
  static constexpr bool kMins = false;
  __device__ __forceinline__ explicit BlocksQ3_K(const uint8_t* block) : block_(block) {
    uint32_t words[3];
#pragma unroll
    for (int i = 0; i < 3; ++i) words[i] = FourBytes<true>(block + 96 + 4 * i);
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      scales_[i] = (words[i % 2] >> i / 2 * 4 & 0x0F0F0F0Fu) | (words[2] >> 2 * i & 0x03030303u)
                                                                   << 4;
    }
  }
  template <int b>
  __device__ __forceinline__ void Pairs(int t, uint32_t (&to)[4]) {
    if constexpr (b == 0) ReadHalves<true>(block_, t, third_);
    if constexpr (b % 4 == 0) ReadHalves<true>(block_ + 32 + 8 * b, t, low_);
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      ToPairs<4>(
          (low_[half] >> b % 4 * 2 & 0x03030303u) | (MoveBits<b, 2>(third_[half]) & 0x04040404u),
          to + 2 * half);
    }
  }
  __device__ __forceinline__ float Unit() const { return HalfOf(block_ + 108); }
  __device__ __forceinline__ float Scale(int j) const {
    return NumberOf<32>(scales_[j / 4], j % 4);
  }

 private:
  const uint8_t* block_;
  uint32_t scales_[4], third_[2], low_[2];
};

class BlocksQ2_K {
 public:
  static constexpr DType kType = DType::kQ2_K;
  static constexpr int kElements = 256, kBytes = 84, kChunk = 256, kSub = 16;
  static constexpr bool kMins = true;
  __device__ __forceinline__ explicit BlocksQ2_K(const uint8_t* block) : block_(block) {
#pragma unroll
    for (int i = 0; i < 4; ++i) both_[i] = FourBytes(block + 4 * i);
  }
  template <int b>
  __device__ __forceinline__ void Pairs(int t, uint32_t (&to)[4]) {
    if constexpr (b % 4 == 0) ReadHalves<false>(block_ + 16 + 8 * b, t, levels_);
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      ToPairs<0>(levels_[half] >> b % 4 * 2 & 0x03030303u, to + 2 * half);
    }
  }
  __device__ __forceinline__ float Unit() const { return HalfOf(block_ + 80); }
  __device__ __forceinline__ float MinUnit() const { return HalfOf(block_ + 82); }
  __device__ __forceinline__ float Scale(int j) const {
    return NumberOf<0>(LowNibbles(both_[j / 4]), j % 4);
  }
  __device__ __forceinline__ uint32_t MinPair(int i, int t) const {
    return PairOfEight(HighNibbles(both_[2 * i]), HighNibbles(both_[2 * i + 1]), t);
  }

 private:
  const uint8_t* block_;
  uint32_t both_[4], levels_[2];
};

}  // namespace cria::kernels::cuda
