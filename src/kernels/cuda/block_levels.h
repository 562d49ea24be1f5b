// GGUF's blocks (tensor/quant_block.h) as operands of the matrix units: the whole numbers that the
// weights are multiples of, as signed bytes. W comes 256 weights of a row at a time, as eight
// sub-blocks of 32; lane t = lane % 4 unpacks two, one in each of two steps: 2 t + step, unless a
// type says otherwise. Blocks lie in shared memory, at even addresses, and at multiples of 4 if
// their size is one.
#pragma once

#include "kernels/cuda/block_bytes.h"

namespace cria::kernels::cuda {

/// kWords: `at` is a multiple of 4; else even.
template <bool kWords>
__device__ __forceinline__ uint32_t FourBytes(const uint8_t* at) {
  if constexpr (kWords) {
    return *reinterpret_cast<const uint32_t*>(at);
  } else {
    return PickBytes(TwoBytes(at), TwoBytes(at + 2), 0x5410);
  }
}
template <bool kWords, int N>
__device__ __forceinline__ void ReadWords(const uint8_t* at, uint32_t (&to)[N]) {
#pragma unroll
  for (int i = 0; i < N; ++i) to[i] = FourBytes<kWords>(at + 4 * i);
}
/// Each four words turned by t, so that lanes whose bytes begin a multiple of 16 apart read
/// different banks: to[j] is word (j + t) % 4. x is turned likewise (PlaceOfWord).
template <bool kWords, int N>
__device__ __forceinline__ void ReadTurned(const uint8_t* at, int t, uint32_t* to) {
#pragma unroll
  for (int j = 0; j < N; ++j) {
    to[j] = FourBytes<kWords>(at + j / 4 * 16 + (j + t) % 4 * 4);
  }
}
/// The word that begins at the middle of `low`.
__device__ __forceinline__ uint32_t MiddleWord(uint32_t low, uint32_t high) {
  return PickBytes(low, high, 0x5432);
}

/// Where word `word` (four values) of a sub-block of lane t lies among the eight of x.
template <class Q>
__device__ __forceinline__ int PlaceOfWord(int word, int t) {
  return Q::kTurned ? (word & 4) | ((word - t) & 3) : word;
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
// Levels less half their range, times 2^kShift: the level in the upper bits, its uppermost turned.
inline constexpr uint32_t kSigns = 0x80808080u;

/// Four bits as bit 7 of four bytes: their copies at distances of 7 do not meet.
__device__ __forceinline__ uint32_t SpreadBits(uint32_t four) { return four * 0x10204080u & kSigns; }

/// 16-bit floats at the head of four of the eight blocks in 256 weights: those that the lane's sums
/// are of, 4 (t % 2) + 2 i + step; zeros behind the `blocks` that are there.
template <class Q>
class BlockScales {
 public:
  __device__ __forceinline__ BlockScales(const uint8_t* row, int t, int blocks) {
    const int first = t % 2 * 4;
    row += first * Q::kBytes;
#pragma unroll
    for (int j = 0; j < 4; ++j) {
      const bool is_there = first + j < blocks;
      scales_[j] = is_there ? HalfOf(row + j * Q::kBytes) : 0.0f;
      if constexpr (Q::kMins) mins_[j] = is_there ? HalfOf(row + j * Q::kBytes + 2) : 0.0f;
    }
  }
  __device__ __forceinline__ float Scale(int step, int i) const { return scales_[2 * i + step]; }
  __device__ __forceinline__ float Min(int step, int i) const { return mins_[2 * i + step]; }

 private:
  float scales_[4], mins_[Q::kMins ? 4 : 1];
};

// Types of one block to 32 weights. A lane reads its two blocks (constructor), then Levels<step>
// gives eight words of levels, each times 2^kShift; a weight is Scale times the level, plus Min if
// kMins. kTurned: ReadTurned.
struct BlockOf32 {
  static constexpr int kElements = 32;
  static constexpr bool kHalves = false;
  /// Lane and step of a sub-block, as 4 step + lane.
  static constexpr __host__ __device__ int Place(int sub) { return sub % 2 * 4 + sub / 2; }
};

struct BlocksQ4_0 : BlockOf32 {
  static constexpr DType kType = DType::kQ4_0;
  static constexpr int kBytes = 18, kShift = 4;
  static constexpr bool kMins = false, kTurned = false;
  using Scales = BlockScales<BlocksQ4_0>;
  uint32_t words[9];
  template <bool kWords>
  __device__ __forceinline__ void Read(const uint8_t* row, int t) {
    ReadWords<kWords>(row + 36 * t, words);
  }
  template <int step>
  __device__ __forceinline__ void Levels(int, uint32_t (&to)[8]) const {
#pragma unroll
    for (int j = 0; j < 4; ++j) {
      const uint32_t q = step == 0 ? MiddleWord(words[j], words[j + 1]) : words[5 + j];
      to[j] = (q << 4 & 0xF0F0F0F0u) ^ kSigns;
      to[4 + j] = (q & 0xF0F0F0F0u) ^ kSigns;
    }
  }
};

struct BlocksQ4_1 : BlockOf32 {
  static constexpr DType kType = DType::kQ4_1;
  static constexpr int kBytes = 20, kShift = 0;
  static constexpr bool kMins = true, kTurned = true;
  using Scales = BlockScales<BlocksQ4_1>;
  uint32_t words[2][4];
  template <bool kWords>
  __device__ __forceinline__ void Read(const uint8_t* row, int t) {
#pragma unroll
    for (int step = 0; step < 2; ++step) {
      ReadTurned<kWords, 4>(row + 40 * t + 20 * step + 4, t, words[step]);
    }
  }
  template <int step>
  __device__ __forceinline__ void Levels(int, uint32_t (&to)[8]) const {
#pragma unroll
    for (int j = 0; j < 4; ++j) {
      to[j] = words[step][j] & 0x0F0F0F0Fu;
      to[4 + j] = words[step][j] >> 4 & 0x0F0F0F0Fu;
    }
  }
};

struct BlocksQ5_0 : BlockOf32 {
  static constexpr DType kType = DType::kQ5_0;
  static constexpr int kBytes = 22, kShift = 3;
  static constexpr bool kMins = false, kTurned = false;
  using Scales = BlockScales<BlocksQ5_0>;
  uint32_t words[11];
  template <bool kWords>
  __device__ __forceinline__ void Read(const uint8_t* row, int t) {
    ReadWords<kWords>(row + 44 * t, words);
  }
  template <int step>
  __device__ __forceinline__ void Levels(int, uint32_t (&to)[8]) const {
    const uint32_t fifth = step == 0 ? MiddleWord(words[0], words[1]) : words[6];
#pragma unroll
    for (int j = 0; j < 4; ++j) {
      const uint32_t q = step == 0 ? MiddleWord(words[1 + j], words[2 + j]) : words[7 + j];
      to[j] = (q << 3 & 0x78787878u) | (SpreadBits(fifth >> 4 * j & 15) ^ kSigns);
      to[4 + j] = (q >> 1 & 0x78787878u) | (SpreadBits(fifth >> (16 + 4 * j) & 15) ^ kSigns);
    }
  }
};

struct BlocksQ5_1 : BlockOf32 {
  static constexpr DType kType = DType::kQ5_1;
  static constexpr int kBytes = 24, kShift = 0;
  static constexpr bool kMins = true, kTurned = true;
  using Scales = BlockScales<BlocksQ5_1>;
  uint32_t words[2][4], fifth[2];
  template <bool kWords>
  __device__ __forceinline__ void Read(const uint8_t* row, int t) {
#pragma unroll
    for (int step = 0; step < 2; ++step) {
      const uint8_t* const block = row + 48 * t + 24 * step;
      fifth[step] = FourBytes<kWords>(block + 4);
      ReadTurned<kWords, 4>(block + 8, t, words[step]);
    }
  }
  template <int step>
  __device__ __forceinline__ void Levels(int t, uint32_t (&to)[8]) const {
#pragma unroll
    for (int j = 0; j < 4; ++j) {
      const uint32_t bits = fifth[step] >> (j + t) % 4 * 4, q = words[step][j];
      to[j] = (q & 0x0F0F0F0Fu) | SpreadBits(bits & 15) >> 3;
      to[4 + j] = (q >> 4 & 0x0F0F0F0Fu) | SpreadBits(bits >> 16 & 15) >> 3;
    }
  }
};

struct BlocksQ8_0 : BlockOf32 {
  static constexpr DType kType = DType::kQ8_0;
  static constexpr int kBytes = 34, kShift = 0;
  static constexpr bool kMins = false, kTurned = false;
  using Scales = BlockScales<BlocksQ8_0>;
  uint32_t words[17];
  template <bool kWords>
  __device__ __forceinline__ void Read(const uint8_t* row, int t) {
    ReadWords<kWords>(row + 68 * t, words);
  }
  template <int step>
  __device__ __forceinline__ void Levels(int, uint32_t (&to)[8]) const {
#pragma unroll
    for (int j = 0; j < 8; ++j) {
      to[j] = step == 0 ? MiddleWord(words[j], words[j + 1]) : words[9 + j];
    }
  }
};

}  // namespace cria::kernels::cuda
