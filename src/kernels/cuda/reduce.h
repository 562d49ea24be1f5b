// Sums and maxima over the threads of a warp and of a block, in one fixed order.
#pragma once

#include "device_words.h"

namespace cria::kernels::cuda {

inline constexpr int kWarp = 32;
inline constexpr int kMostWarps = 32;  // of a block

template <class V>
__device__ __forceinline__ V WarpSum(V x) {
#pragma unroll
  for (int mask = kWarp / 2; mask > 0; mask /= 2) x += ShuffleXor(x, mask);
  return x;
}
__device__ __forceinline__ float Larger(float a, float b) { return a > b ? a : b; }
__device__ __forceinline__ float WarpMax(float x) {
#pragma unroll
  for (int mask = kWarp / 2; mask > 0; mask /= 2) x = Larger(x, ShuffleXor(x, mask));
  return x;
}

/// In every thread of a block of whole warps. `parts` [kMostWarps] is shared memory that is free
/// again behind the block's next __syncthreads().
template <class V>
__device__ __forceinline__ V BlockSum(V x, V* parts) {
  const unsigned warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp;
  x = WarpSum(x);
  if (lane == 0) parts[warp] = x;
  __syncthreads();
  return WarpSum(lane < blockDim.x / kWarp ? parts[lane] : V(0));
}
__device__ __forceinline__ float BlockMax(float x, float* parts) {
  const unsigned warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp;
  x = WarpMax(x);
  if (lane == 0) parts[warp] = x;
  __syncthreads();
  return WarpMax(lane < blockDim.x / kWarp ? parts[lane] : x);
}

}  // namespace cria::kernels::cuda
