// The product of a chunk of W (16 rows, as stored, in shared memory) with as much of x.
#pragma once

#include "kernels/cuda/super_block_levels.h"

namespace cria::kernels::cuda {

/// The products of half of 32 weights of two rows with those of x.
__device__ __forceinline__ void MultiplyHalf(const uint32_t (&w)[2][4], int half, const uint2& x,
                                             float (&c)[4]) {
  const uint32_t a[4] = {w[0][2 * half], w[1][2 * half], w[0][2 * half + 1], w[1][2 * half + 1]};
  MultiplyAdd(c, a, x.x, x.y);
}
/// Sums of x alone, likewise.
__device__ __forceinline__ void SumHalf(const uint2& x, float (&c)[4]) {
  const uint32_t ones[4] = {0x3F803F80u, 0x3F803F80u, 0x3F803F80u, 0x3F803F80u};
  MultiplyAdd(c, ones, x.x, x.y);
}
/// to += scale c, where a lane has two sums of each of two rows.
__device__ __forceinline__ void AddScaled(const float (&c)[4], float low, float high,
                                          float (&to)[4]) {
  to[0] += low * c[0], to[1] += low * c[1];
  to[2] += high * c[2], to[3] += high * c[3];
}

/// x: the lane's first of the chunk in its row.
template <class Q>
__device__ __forceinline__ void MultiplyChunk(const uint8_t* const (&row)[2], const uint8_t* x,
                                              const uint8_t*, int t, int left, float (&sums)[4]) {
  const int blocks = (left < Q::kChunk ? left : Q::kChunk) / Q::kElements;
#pragma unroll 4
  for (int b = 0; b < blocks; ++b) {
    const uint8_t* const block[2] = {row[0] + b * Q::kBytes, row[1] + b * Q::kBytes};
    const uint2 first = *reinterpret_cast<const uint2*>(x + 64 * b);
    const uint2 second = *reinterpret_cast<const uint2*>(x + 64 * b + 32);
    uint32_t w[2][4];
    Q::Pairs(block[0], t, w[0]);
    Q::Pairs(block[1], t, w[1]);
    float c[4] = {};
    MultiplyHalf(w, 0, first, c);
    MultiplyHalf(w, 1, second, c);
    AddScaled(c, Q::Scale(block[0]), Q::Scale(block[1]), sums);
    if constexpr (Q::kAdds) {
      float ones[4] = {};
      SumHalf(first, ones);
      SumHalf(second, ones);
      AddScaled(ones, Q::Add(block[0]), Q::Add(block[1]), sums);
    }
  }
}

template <class Q, int b>
__device__ __forceinline__ void MultiplySubBlocks(Q (&row)[2], const uint8_t* x, int t,
                                                  float (&sums)[4]) {
  const uint2 both[2] = {*reinterpret_cast<const uint2*>(x + 64 * b),
                         *reinterpret_cast<const uint2*>(x + 64 * b + 32)};
  uint32_t w[2][4];
  row[0].template Pairs<b>(t, w[0]);
  row[1].template Pairs<b>(t, w[1]);
  if constexpr (Q::kSub == 32) {
    float c[4] = {};
    MultiplyHalf(w, 0, both[0], c);
    MultiplyHalf(w, 1, both[1], c);
    AddScaled(c, row[0].Scale(b), row[1].Scale(b), sums);
  } else {
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      float c[4] = {};
      MultiplyHalf(w, half, both[half], c);
      AddScaled(c, row[0].Scale(2 * b + half), row[1].Scale(2 * b + half), sums);
    }
  }
}

/// The products of the minimums with the sums of x, which begin at `sums_of_x` for the lane.
template <class Q>
__device__ __forceinline__ void MultiplyMins(const Q (&row)[2], const uint8_t* sums_of_x, int t,
                                             float (&c)[4]) {
  constexpr int kPart = 256 / Q::kSub * 2;
  const auto word = [&](int at) { return FourBytes(sums_of_x + at); };
  if constexpr (Q::kSub == 32) {
    const uint32_t low = row[0].MinPair(0, t), high = row[1].MinPair(0, t);
    const uint32_t twice[4] = {low, high, low, high}, once[4] = {low, high, 0, 0};
    MultiplyAdd(c, twice, word(0), word(kPart));
    MultiplyAdd(c, once, word(2 * kPart), 0);
  } else {
    const uint32_t all[4] = {row[0].MinPair(0, t), row[1].MinPair(0, t), row[0].MinPair(1, t),
                             row[1].MinPair(1, t)};
#pragma unroll
    for (int part = 0; part < 3; ++part) {
      MultiplyAdd(c, all, word(part * kPart), word(part * kPart + 16));
    }
  }
}

template <class Q>
requires(Q::kElements == 256) __device__ __forceinline__
    void MultiplyChunk(const uint8_t* const (&row)[2], const uint8_t* x, const uint8_t* sums_of_x,
                       int t, int, float (&sums)[4]) {
  Q blocks[2] = {Q(row[0]), Q(row[1])};
  float here[4] = {};
  MultiplySubBlocks<Q, 0>(blocks, x, t, here);
  MultiplySubBlocks<Q, 1>(blocks, x, t, here);
  MultiplySubBlocks<Q, 2>(blocks, x, t, here);
  MultiplySubBlocks<Q, 3>(blocks, x, t, here);
  MultiplySubBlocks<Q, 4>(blocks, x, t, here);
  MultiplySubBlocks<Q, 5>(blocks, x, t, here);
  MultiplySubBlocks<Q, 6>(blocks, x, t, here);
  MultiplySubBlocks<Q, 7>(blocks, x, t, here);
  AddScaled(here, blocks[0].Unit(), blocks[1].Unit(), sums);
  if constexpr (Q::kMins) {
    float mins[4] = {};
    MultiplyMins(blocks, sums_of_x, t, mins);
    AddScaled(mins, -blocks[0].MinUnit(), -blocks[1].MinUnit(), sums);
  }
}

}  // namespace cria::kernels::cuda
