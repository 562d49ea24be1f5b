// Values of a row taken several at a time, for kernels that only stream memory: 16 bytes of each
// operand where it is aligned, single values elsewhere.
#pragma once

#include <algorithm>

#include "device_words.h"

namespace cria::kernels::cuda {

/// Values of T in 16 bytes.
template <class T>
inline constexpr int kWide = 16 / static_cast<int>(sizeof(T));

/// Whether all pointers are 16-byte aligned.
template <class... P>
bool Aligned(const P*... pointers) {
  return ((reinterpret_cast<uintptr_t>(pointers) % 16 == 0) && ...);
}

/// N values as floats. `from` is aligned to all of them where N is 4 or 8 (at most to 16 bytes); N
/// of 1 or 2 asks for nothing.
template <int N>
__device__ __forceinline__ void LoadValues(const float* from, float (&to)[N]) {
  if constexpr (N % 4 == 0) {
#pragma unroll
    for (int i = 0; i < N; i += 4) {
      const float4 four = *reinterpret_cast<const float4*>(from + i);
      to[i] = four.x, to[i + 1] = four.y, to[i + 2] = four.z, to[i + 3] = four.w;
    }
  } else {
#pragma unroll
    for (int i = 0; i < N; ++i) to[i] = from[i];
  }
}
__device__ __forceinline__ void WidenTo(uint32_t pair, float* to) {
  const float2 both = WidenPair(pair);
  to[0] = both.x, to[1] = both.y;
}
template <int N>
__device__ __forceinline__ void LoadValues(const BF16* from, float (&to)[N]) {
  if constexpr (N == 8) {
    const uint4 eight = *reinterpret_cast<const uint4*>(from);
    WidenTo(eight.x, to), WidenTo(eight.y, to + 2);
    WidenTo(eight.z, to + 4), WidenTo(eight.w, to + 6);
  } else if constexpr (N == 4) {
    const uint2 four = *reinterpret_cast<const uint2*>(from);
    WidenTo(four.x, to), WidenTo(four.y, to + 2);
  } else {
#pragma unroll
    for (int i = 0; i < N; ++i) to[i] = Load(from[i]);
  }
}

/// The reverse; rounds to nearest even.
template <int N>
__device__ __forceinline__ void StoreValues(const float (&from)[N], float* to) {
  if constexpr (N % 4 == 0) {
#pragma unroll
    for (int i = 0; i < N; i += 4) {
      float4 four;
      four.x = from[i], four.y = from[i + 1], four.z = from[i + 2], four.w = from[i + 3];
      *reinterpret_cast<float4*>(to + i) = four;
    }
  } else {
#pragma unroll
    for (int i = 0; i < N; ++i) to[i] = from[i];
  }
}
template <int N>
__device__ __forceinline__ void StoreValues(const float (&from)[N], BF16* to) {
  if constexpr (N == 8) {
    uint4 eight;
    eight.x = RoundPair(from[0], from[1]), eight.y = RoundPair(from[2], from[3]);
    eight.z = RoundPair(from[4], from[5]), eight.w = RoundPair(from[6], from[7]);
    *reinterpret_cast<uint4*>(to) = eight;
  } else if constexpr (N == 4) {
    uint2 four;
    four.x = RoundPair(from[0], from[1]), four.y = RoundPair(from[2], from[3]);
    *reinterpret_cast<uint2*>(to) = four;
  } else {
#pragma unroll
    for (int i = 0; i < N; ++i) to[i] = Round<BF16>(from[i]);
  }
}

inline int64_t Ceiling(int64_t n, int64_t size) { return (n + size - 1) / size; }

/// Rows of `units` dealt to blocks, several a row where it is long: thread t of a block has units
/// first + t, first + t + threads, ..., kUnits of them; those behind the row's end are not there.
struct RowShape {
  int units = 0, parts = 1, threads = 32;

  RowShape(int64_t row_units, int per_thread) : units(static_cast<int>(row_units)) {
    constexpr int64_t kMostThreads = 256;
    parts = static_cast<int>(std::max<int64_t>(1, Ceiling(units, kMostThreads * per_thread)));
    threads = static_cast<int>(Ceiling(Ceiling(units, int64_t{parts} * per_thread), 32) * 32);
    threads = std::max(threads, 32);
  }
  LaunchShape Grid(int64_t rows) const {
    return {dim3(static_cast<unsigned>(rows * parts)), dim3(static_cast<unsigned>(threads))};
  }
};
struct RowPart {
  int64_t row;
  int first;  ///< unit of this thread
};
__device__ __forceinline__ RowPart PartOfRow(int parts, int per_thread) {
  const unsigned row = blockIdx.x / static_cast<unsigned>(parts);
  const int part = static_cast<int>(blockIdx.x - row * static_cast<unsigned>(parts));
  return {static_cast<int64_t>(row),
          part * static_cast<int>(blockDim.x) * per_thread + static_cast<int>(threadIdx.x)};
}

/// First of `step` elements of this thread, of a long vector dealt to blocks in order.
__device__ __forceinline__ int64_t FirstElement(int step) {
  return (static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x) * step;
}
inline LaunchShape VectorShape(int64_t n, int step) {
  constexpr int64_t kThreads = 256;
  return {dim3(static_cast<unsigned>(Ceiling(n, kThreads * step))), dim3(kThreads)};
}

}  // namespace cria::kernels::cuda
