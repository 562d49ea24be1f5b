// The super-blocks of 256 weights (Q*_K) as operands of the matrix units, as block_levels.h does
// it. A weight of a sub-block of 32, or of 16 if kHalves, is Unit() Scale() times the level, less
// MinUnit() Min() if kMins; scales and minimums are whole. Scales holds those of the sub-blocks
// that the lane's sums are of: in 256 weights 4 (t % 2) + 2 i + step unless the type says otherwise.
#pragma once

#include "kernels/cuda/block_levels.h"

namespace cria::kernels::cuda {

/// Byte i, by way of the low bits of 2^23.
__device__ __forceinline__ float ByteToFloat(uint32_t word, int i) {
  return FloatOfBits(PickBytes(word, 0x4B000000u, 0x7650u + static_cast<uint32_t>(i))) -
         0x1p23f;
}
__device__ __forceinline__ int ByteOf(uint32_t word, int i) {
  return static_cast<int>(word >> 8 * i & 0xFFu);
}

struct SuperBlock {
  static constexpr int kElements = 256;
  static constexpr bool kTurned = true;
  static constexpr __host__ __device__ int Place(int sub) { return sub % 2 * 4 + sub / 2; }
};

/// 12 packed bytes of Q4_K and Q5_K behind two halves: the 6-bit scales and minimums.
class PackedScales {
 public:
  __device__ __forceinline__ PackedScales(const uint8_t* block, int t) {
    const uint32_t units = FourBytes(block);
    const float2 both = WidenHalfPair(units);
    unit_ = both.x, min_unit_ = both.y;
    const uint32_t a = FourBytes(block + 4), b = FourBytes(block + 8), c = FourBytes(block + 12);
    scales_ = t % 2 == 0 ? a & 0x3F3F3F3Fu : (c & 0x0F0F0F0Fu) | (a >> 2 & 0x30303030u);
    mins_ = t % 2 == 0 ? b & 0x3F3F3F3Fu : (c >> 4 & 0x0F0F0F0Fu) | (b >> 2 & 0x30303030u);
  }
  __device__ __forceinline__ float Unit() const { return unit_; }
  __device__ __forceinline__ float MinUnit() const { return min_unit_; }
  __device__ __forceinline__ float Scale(int step, int i) const {
    return ByteToFloat(scales_, 2 * i + step);
  }
  __device__ __forceinline__ float Min(int step, int i) const {
    return ByteToFloat(mins_, 2 * i + step);
  }

 private:
  float unit_, min_unit_;
  uint32_t scales_, mins_;
};

struct BlocksQ4_K : SuperBlock {
  static constexpr DType kType = DType::kQ4_K;
  static constexpr int kBytes = 144, kShift = 0;
  static constexpr bool kMins = true, kHalves = false;
  using Scales = PackedScales;
  uint32_t nibbles[8];
  template <bool kWords>
  __device__ __forceinline__ void Read(const uint8_t* block, int t) {
    ReadTurned<kWords, 8>(block + 16 + 32 * t, t, nibbles);
  }
  template <int step>
  __device__ __forceinline__ void Levels(int, uint32_t (&to)[8]) const {
#pragma unroll
    for (int j = 0; j < 8; ++j) to[j] = nibbles[j] >> 4 * step & 0x0F0F0F0Fu;
  }
};

struct BlocksQ5_K : SuperBlock {
  static constexpr DType kType = DType::kQ5_K;
  static constexpr int kBytes = 176, kShift = 0;
  static constexpr bool kMins = true, kHalves = false;
  using Scales = PackedScales;
  uint32_t nibbles[8], fifth[8];
  template <bool kWords>
  __device__ __forceinline__ void Read(const uint8_t* block, int t) {
    ReadTurned<kWords, 8>(block + 48 + 32 * t, t, nibbles);
    ReadTurned<kWords, 8>(block + 16, t, fifth);
#pragma unroll
    for (uint32_t& word : fifth) word >>= 2 * t;
  }
  template <int step>
  __device__ __forceinline__ void Levels(int, uint32_t (&to)[8]) const {
#pragma unroll
    for (int j = 0; j < 8; ++j) {
      to[j] = (nibbles[j] >> 4 * step & 0x0F0F0F0Fu) | (MoveBits<step, 4>(fifth[j]) & 0x10101010u);
    }
  }
};

/// Lane t has sub-blocks 4 (t / 2) + t % 2 and the next but one; its sums those of
/// 4 (t % 2) + i + 2 step.
struct BlocksQ6_K : SuperBlock {
  static constexpr DType kType = DType::kQ6_K;
  static constexpr int kBytes = 210, kShift = 2;
  static constexpr bool kMins = false, kHalves = true;
  static constexpr __host__ __device__ int Place(int sub) {
    return sub / 2 % 2 * 4 + sub / 4 * 2 + sub % 2;
  }
  class Scales {
   public:
    __device__ __forceinline__ Scales(const uint8_t* block, int t) : unit_(HalfOf(block + 208)) {
      scales_[0] = FourBytes<false>(block + 192 + t % 2 * 8);
      scales_[1] = FourBytes<false>(block + 196 + t % 2 * 8);
    }
    __device__ __forceinline__ float Unit() const { return unit_; }
    __device__ __forceinline__ int Scale(int step, int i, int half) const {
      return static_cast<int8_t>(ByteOf(scales_[step], 2 * i + half));
    }

   private:
    float unit_;
    uint32_t scales_[2];
  };
  uint32_t nibbles[8], high[8];
  template <bool kWords>
  __device__ __forceinline__ void Read(const uint8_t* block, int t) {
    ReadTurned<kWords, 8>(block + 32 * t, t, nibbles);
    ReadTurned<kWords, 8>(block + 128 + t / 2 * 32, t, high);
#pragma unroll
    for (uint32_t& word : high) word >>= t % 2 * 2;
  }
  template <int step>
  __device__ __forceinline__ void Levels(int, uint32_t (&to)[8]) const {
#pragma unroll
    for (int j = 0; j < 8; ++j) {
      to[j] = ((MoveBits<4 * step, 2>(nibbles[j]) & 0x3C3C3C3Cu) |
               (MoveBits<4 * step, 6>(high[j]) & 0xC0C0C0C0u)) ^
              kSigns;
    }
  }
};

struct BlocksQ3_K : SuperBlock {
  static constexpr DType kType = DType::kQ3_K;
  static constexpr int kBytes = 110, kShift = 5;
  static constexpr bool kMins = false, kHalves = true;
  class Scales {
   public:
    __device__ __forceinline__ Scales(const uint8_t* block, int t) : unit_(HalfOf(block + 108)) {
      const uint32_t high = FourBytes<false>(block + 104) >> t % 2 * 4;
#pragma unroll
      for (int i = 0; i < 2; ++i) {
        scales_[i] = (FourBytes<false>(block + 96 + 4 * i) >> t % 2 * 4 & 0x0F0F0F0Fu) |
                     (high >> 2 * i & 0x03030303u) << 4;
      }
    }
    __device__ __forceinline__ float Unit() const { return unit_; }
    __device__ __forceinline__ int Scale(int step, int i, int half) const {
      return ByteOf(scales_[i], 2 * step + half) - 32;
    }

   private:
    float unit_;
    uint32_t scales_[2];
  };
  uint32_t low[8], third[8];
  template <bool kWords>
  __device__ __forceinline__ void Read(const uint8_t* block, int t) {
    ReadTurned<kWords, 8>(block + 32 + t / 2 * 32, t, low);
    ReadTurned<kWords, 8>(block, t, third);
#pragma unroll
    for (int j = 0; j < 8; ++j) low[j] >>= t % 2 * 4, third[j] >>= 2 * t;
  }
  template <int step>
  __device__ __forceinline__ void Levels(int, uint32_t (&to)[8]) const {
#pragma unroll
    for (int j = 0; j < 8; ++j) {
      to[j] = ((MoveBits<2 * step, 5>(low[j]) & 0x60606060u) |
               (MoveBits<step, 7>(third[j]) & kSigns)) ^
              kSigns;
    }
  }
};

struct BlocksQ2_K : SuperBlock {
  static constexpr DType kType = DType::kQ2_K;
  static constexpr int kBytes = 84, kShift = 0;
  static constexpr bool kMins = true, kHalves = true;
  class Scales {
   public:
    __device__ __forceinline__ Scales(const uint8_t* block, int t) {
      const float2 both = WidenHalfPair(FourBytes(block + 80));
      unit_ = both.x, min_unit_ = both.y;
#pragma unroll
      for (int i = 0; i < 2; ++i) both_[i] = FourBytes(block + t % 2 * 8 + 4 * i);
    }
    __device__ __forceinline__ float Unit() const { return unit_; }
    __device__ __forceinline__ float MinUnit() const { return min_unit_; }
    __device__ __forceinline__ int Scale(int step, int i, int half) const {
      return ByteOf(both_[i], 2 * step + half) & 15;
    }
    __device__ __forceinline__ float Min(int step, int i, int half) const {
      return ByteToFloat(both_[i] >> 4 & 0x0F0F0F0Fu, 2 * step + half);
    }

   private:
    float unit_, min_unit_;
    uint32_t both_[2];
  };
  uint32_t low[8];
  template <bool kWords>
  __device__ __forceinline__ void Read(const uint8_t* block, int t) {
    ReadTurned<kWords, 8>(block + 16 + t / 2 * 32, t, low);
#pragma unroll
    for (uint32_t& word : low) word >>= t % 2 * 4;
  }
  template <int step>
  __device__ __forceinline__ void Levels(int, uint32_t (&to)[8]) const {
#pragma unroll
    for (int j = 0; j < 8; ++j) to[j] = low[j] >> 2 * step & 0x03030303u;
  }
};

}  // namespace cria::kernels::cuda
