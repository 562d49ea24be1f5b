// Blocks of the cache as a decoding warp reads them: from device memory into registers, a few steps
// ahead, in the order in which the matrix units want them.
#pragma once

#include "kernels/cuda/paged_call.h"

namespace cria::kernels::cuda {

inline constexpr int kTileTokens = static_cast<int>(kKvBlockTokens);

/// 8 numbers that lie together.
template <bool kBytes>
using EightNumbers = std::conditional_t<kBytes, uint2, uint4>;
__device__ __forceinline__ uint32_t WordOf(const uint2& x, int i) { return i == 0 ? x.x : x.y; }
__device__ __forceinline__ uint32_t WordOf(const uint4& x, int i) {
  return i == 0 ? x.x : i == 1 ? x.y : i == 2 ? x.z : x.w;
}

/// Rows k of a left operand [16, 16] (see MultiplyAdd) from four rows of 8 numbers: its rows g and
/// g + 8 are numbers 2 i and 2 i + 1.
__device__ __forceinline__ void OperandOf(const uint4 (&rows)[4], int i, uint32_t (&a)[4]) {
#pragma unroll
  for (int j = 0; j < 2; ++j) {
    const uint32_t first = WordOf(rows[2 * j], i), second = WordOf(rows[2 * j + 1], i);
    a[2 * j] = SelectBytes(first, second, 0x5410);
    a[2 * j + 1] = SelectBytes(first, second, 0x7632);
  }
}
__device__ __forceinline__ void OperandOf(const uint2 (&rows)[4], int i, uint32_t (&a)[4]) {
#pragma unroll
  for (int j = 0; j < 2; ++j) {
    const uint32_t first = WordOf(rows[2 * j], i / 2), second = WordOf(rows[2 * j + 1], i / 2);
    const uint32_t bytes = SelectBytes(first, second, i % 2 == 0 ? 0x5140 : 0x7362);
    a[2 * j] = WidenBytes(bytes, 0);
    a[2 * j + 1] = WidenBytes(bytes, 1);
  }
}

/// The first `count` halves of two pairs; the others are zero.
__device__ __forceinline__ uint32_t FirstHalves(uint32_t pair, int count) {
  return count >= 2 ? pair : count == 1 ? pair & 0xFFFF : 0;
}

/// Heads of kDim dimensions, whose layout the compiler knows, or, not `kWhole`, of fewer.
template <int kDim_, bool kBytes_, bool kWhole_>
struct DecodeShape {
  static constexpr int kDim = kDim_;
  static constexpr bool kBytes = kBytes_, kWhole = kWhole_;
  static constexpr KvHeadLayout kLayout = LayOutKvHead(kBytes ? KvType::kQ8_0 : KvType::kF16, kDim);
};

/// A head of one block, where a lane reads it.
struct DecodeTile {
  const uint8_t *keys, *values, *key_scales, *value_scales;
  int tokens;  ///< that count; 0 where the block is not there
};

/// Reads a head in steps of 16 rows by 64 numbers, first its keys (rows are dimensions, numbers
/// tokens), then its values (rows are tokens): lane 4 g + t has numbers 8 g to 8 g + 7 of four
/// rows. Keys: rows t, t + 4, t + 8, t + 12 of 16. Values: step 4 c + j has dimensions 64 c and up
/// of tokens 8 x + 2 j and 8 x + 2 j + 1, x = t and t + 4, as the scores' lanes have them.
template <class Shape>
struct CacheReader {
  static constexpr int kDim = Shape::kDim;
  static constexpr bool kBytes = Shape::kBytes, kWhole = Shape::kWhole;
  static constexpr int kSize = kBytes ? 1 : 2;
  static constexpr int kKeySteps = kDim / 16, kSteps = 2 * kKeySteps;
  static constexpr int kDepth = 4;  ///< steps under way
  static constexpr int kSlots = kBytes ? kDepth / 2 : 1;

  const int dims, g, t;
  EightNumbers<kBytes> rows[kDepth][4] = {};
  uint4 scales[kSlots] = {};  ///< of two steps

  __device__ __forceinline__ int width() const { return kWhole ? kDim : (dims + 15) / 16 * 16; }
  /// Where this lane reads `head`.
  __device__ __forceinline__ DecodeTile At(const uint8_t* head, int tokens) const {
    const KvHeadLayout layout =
        kWhole ? Shape::kLayout : LayOutKvHead(kBytes ? KvType::kQ8_0 : KvType::kF16, dims);
    return {head + (t * kTileTokens + 8 * g) * kSize,
            head + layout.values + (8 * t * width() + 8 * g) * kSize,
            head + layout.key_scales + 16 * g,
            head + layout.value_scales + (g / 4 * kTileTokens + 8 * t) * 2, tokens};
  }

  __device__ __forceinline__ void Load(const DecodeTile& tile, int step) {
    EightNumbers<kBytes>(&to)[4] = rows[step % kDepth];
    if (step < kKeySteps) {
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        const int row = 16 * step + 4 * i;
        const bool there = tile.tokens > 0 && (kWhole || row + t < dims);
        Read(tile.keys + row * kTileTokens * kSize, there, &to[i]);
      }
      return;
    }
    const int s = step - kKeySteps, column = s / 4 * 64;
    const int left = tile.tokens - 8 * t;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const int token = 2 * (s % 4) + i % 2 + i / 2 * 32;
      const bool there = token < left && (kWhole || column + 8 * g < width());
      Read(tile.values + (token * width() + column) * kSize, there, &to[i]);
    }
  }
  /// Of steps `step` and `step` + 1, `step` even. Keys: of the lane's 8 tokens. Values: of two
  /// tokens a word, x = t for both steps, then x = t + 4.
  __device__ __forceinline__ void LoadScales(const DecodeTile& tile, int step) {
    if constexpr (kBytes) {
      uint4& to = scales[step / 2 % kSlots];
      if (step < kKeySteps) {
        to = LoadStreamed(tile.key_scales + step / 2 * kTileTokens * 2,
                          tile.tokens > 0 && (kWhole || step * 16 < dims));
        return;
      }
      const int s = step - kKeySteps, column = s / 4 * 64, token = 2 * (s % 4);
      const int left = tile.tokens - 8 * t - token;
      const bool there = kWhole || column + 8 * g < width();
      const uint8_t* const from = tile.value_scales + (column / kKvGroup * kTileTokens + token) * 2;
      const uint2 low = LoadStreamed8(from, there && left > 0);
      const uint2 high = LoadStreamed8(from + 64, there && left > 32);
      to.x = FirstHalves(low.x, left), to.y = FirstHalves(low.y, left - 2);
      to.z = FirstHalves(high.x, left - 32), to.w = FirstHalves(high.y, left - 34);
    }
  }
  __device__ __forceinline__ void Begin(const DecodeTile& tile) {
#pragma unroll
    for (int step = 0; step < kDepth; ++step) Load(tile, step);
#pragma unroll
    for (int step = 0; step < kDepth; step += 2) LoadScales(tile, step);
  }
  /// Once `step` of `now` is used up.
  __device__ __forceinline__ void Continue(const DecodeTile& now, const DecodeTile& next,
                                           int step) {
    const int ahead = step + kDepth;
    Load(ahead < kSteps ? now : next, ahead % kSteps);
    if (step % 2 == 1) LoadScales(ahead - 1 < kSteps ? now : next, (ahead - 1) % kSteps);
  }

  static __device__ __forceinline__ void Read(const uint8_t* from, bool there, uint4* to) {
    *to = LoadStreamed(from, there);
  }
  static __device__ __forceinline__ void Read(const uint8_t* from, bool there, uint2* to) {
    *to = LoadStreamed8(from, there);
  }
};

}  // namespace cria::kernels::cuda
