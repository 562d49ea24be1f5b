// Tiny kernels, one for each kind of device word, so that one test holds the words of a GPU and
// those of the emulation to the same meaning. Nothing but words_test.cc calls them. Pointers are of
// the device's memory.
#pragma once

#include <cstdint>

#include "kernels/cuda/device.h"

namespace cria::kernels::cuda {

/// c [16, 8] += a [16, 16] b [16, 8], row-major; bf16 bits, or fp16 if `half`.
void ProbeMultiply(CudaDevice* device, bool half, const uint16_t* a, const uint16_t* b, float* c);

/// What each lane receives of four 8 x 8 matrices [4, 8, 8]: to [32 lanes, 4].
void ProbeTiles(CudaDevice* device, bool transposed, const uint16_t* matrices, uint32_t* to);

/// Of x [32]: to [4, 32]: ShuffleXor by 5, ShuffleDown by 3, Shuffle of lane 7, Shuffle of the lane
/// 3 * lane (beyond 31: around).
void ProbeShuffles(CudaDevice* device, const float* x, float* to);

/// Copies [blocks, 3, 64, 16 bytes] through shared memory in three groups, each waited for by
/// itself and read by another thread; chunks of the last group with odd numbers become zeros.
void ProbeCopies(CudaDevice* device, int blocks, const uint8_t* from, uint8_t* to);

/// to[i] = Dot4(a[i], b[i], sum[i]).
void ProbeDots(CudaDevice* device, int64_t n, const int32_t* a, const int32_t* b,
               const int32_t* sum, int32_t* to);

/// Of pairs x [n, 2]: rounded one by one and as pairs, [n, 2] each, and widened back.
struct RoundingProbe {
  uint16_t *bf16 = nullptr, *half = nullptr;
  uint32_t *bf16_pair = nullptr, *half_pair = nullptr;  ///< [n]
  float *from_bf16 = nullptr, *from_half = nullptr, *from_bf16_pair = nullptr,
        *from_half_pair = nullptr;
};
void ProbeRounding(CudaDevice* device, int64_t n, const float* x, const RoundingProbe& to);

/// to [6, n]: Exp(-x), Exp2(-x), Log, Sqrt and InverseSqrt of x, Divide(1, x).
void ProbeFunctions(CudaDevice* device, int64_t n, const float* x, float* to);

/// to [blocks of grid, threads of block], numbers with x fastest: each thread adds its number in
/// its block to 1000 times that of the thread as far from the block's end, by way of shared memory.
void ProbeGrid(CudaDevice* device, int32_t* to);
inline constexpr int kProbeGrid[3] = {3, 2, 2}, kProbeBlock[3] = {8, 4, 3};

}  // namespace cria::kernels::cuda
