// A kernel for each kind of device word.
#include "device_words.h"
#include "kernels/cuda/words_probe.h"

namespace cria::kernels::cuda {
namespace {

__device__ __forceinline__ uint32_t Pair(uint16_t low, uint16_t high) {
  return low | static_cast<uint32_t>(high) << 16;
}

template <bool kHalf>
__global__ void MultiplyKernel(const uint16_t* __restrict__ a, const uint16_t* __restrict__ b,
                               float* __restrict__ c) {
  const int g = threadIdx.x / 4, t = threadIdx.x % 4;
  uint32_t left[4];
  float sums[4];
  for (int i = 0; i < 4; ++i) {
    const uint16_t* from = a + (g + i % 2 * 8) * 16 + 2 * t + i / 2 * 8;
    left[i] = Pair(from[0], from[1]);
    sums[i] = c[(g + i / 2 * 8) * 8 + 2 * t + i % 2];
  }
  const uint16_t* right = b + 2 * t * 8 + g;
  const uint32_t b0 = Pair(right[0], right[8]), b1 = Pair(right[64], right[72]);
  if (kHalf) {
    MultiplyAddHalf(sums, left, b0, b1);
  } else {
    MultiplyAdd(sums, left, b0, b1);
  }
  for (int i = 0; i < 4; ++i) c[(g + i / 2 * 8) * 8 + 2 * t + i % 2] = sums[i];
}

__global__ void TilesKernel(bool transposed, const uint16_t* __restrict__ matrices,
                            uint32_t* __restrict__ to) {
  uint16_t* shared = SharedMemory<uint16_t>();
  for (int i = threadIdx.x; i < 256; i += 32) shared[i] = matrices[i];
  __syncwarp();
  uint32_t tiles[4];
  if (transposed) {
    LoadTilesTransposed(shared + threadIdx.x * 8, tiles);
  } else {
    LoadTiles(shared + threadIdx.x * 8, tiles);
  }
  for (int i = 0; i < 4; ++i) to[threadIdx.x * 4 + i] = tiles[i];
}

__global__ void ShuffleKernel(const float* __restrict__ x, float* __restrict__ to) {
  const int lane = static_cast<int>(threadIdx.x);
  to[lane] = ShuffleXor(x[lane], 5);
  to[32 + lane] = ShuffleDown(x[lane], 3);
  to[64 + lane] = Shuffle(x[lane], 7);
  to[96 + lane] = Shuffle(x[lane], 3 * lane);
}

__global__ void CopyKernel(const uint8_t* __restrict__ from, uint8_t* __restrict__ to) {
  uint8_t* shared = SharedMemory<>();
  const int thread = static_cast<int>(threadIdx.x), other = 63 - thread;
  const int64_t block = static_cast<int64_t>(blockIdx.x) * 3 * 1024;
  for (int group = 0; group < 3; ++group) {
    const int at = group * 1024 + thread * 16;
    CopyAsync16(shared + at, from + block + at, group < 2 || thread % 2 == 0);
    CommitCopies();
  }
  for (int group = 0; group < 3; ++group) {
    if (group == 0) WaitForCopies<2>();
    if (group == 1) WaitForCopies<1>();
    if (group == 2) WaitForCopies<0>();
    __syncthreads();
    const int at = group * 1024 + other * 16;
    *reinterpret_cast<uint4*>(to + block + at) = *reinterpret_cast<const uint4*>(shared + at);
  }
}

__global__ void DotKernel(int64_t n, const int32_t* __restrict__ a, const int32_t* __restrict__ b,
                          const int32_t* __restrict__ sum, int32_t* __restrict__ to) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < n) to[i] = Dot4(a[i], b[i], sum[i]);
}

__global__ void RoundingKernel(int64_t n, const float* __restrict__ x, RoundingProbe to) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= n) return;
  for (int64_t j = 2 * i; j < 2 * i + 2; ++j) {
    const BF16 rounded = Round<BF16>(x[j]);
    to.bf16[j] = rounded.bits;
    to.from_bf16[j] = Load(rounded);
    to.half[j] = FloatToHalf(x[j]);
    to.from_half[j] = HalfToFloat(to.half[j]);
  }
  to.bf16_pair[i] = RoundPair(x[2 * i], x[2 * i + 1]);
  to.half_pair[i] = RoundHalfPair(x[2 * i], x[2 * i + 1]);
  const float2 bf16 = WidenPair(to.bf16_pair[i]), half = WidenHalfPair(to.half_pair[i]);
  to.from_bf16_pair[2 * i] = bf16.x;
  to.from_bf16_pair[2 * i + 1] = bf16.y;
  to.from_half_pair[2 * i] = half.x;
  to.from_half_pair[2 * i + 1] = half.y;
}

__global__ void FunctionsKernel(int64_t n, const float* __restrict__ x, float* __restrict__ to) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= n) return;
  to[i] = Exp(-x[i]);
  to[n + i] = Exp2(-x[i]);
  to[2 * n + i] = Log(x[i]);
  to[3 * n + i] = Sqrt(x[i]);
  to[4 * n + i] = InverseSqrt(x[i]);
  to[5 * n + i] = Divide(1.0f, x[i]);
}

__global__ void GridKernel(int32_t* __restrict__ to) {
  __shared__ int32_t numbers[96];
  const int threads = static_cast<int>(blockDim.x * blockDim.y * blockDim.z);
  const int number =
      static_cast<int>(threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z));
  const int block =
      static_cast<int>(blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z));
  numbers[number] = number;
  __syncthreads();
  to[block * threads + number] = number + 1000 * numbers[threads - 1 - number];
}

LaunchShape Threads(int64_t n) { return {dim3(static_cast<unsigned>((n + 127) / 128)), dim3(128)}; }

}  // namespace

void ProbeMultiply(CudaDevice* device, bool half, const uint16_t* a, const uint16_t* b, float* c) {
  Launch(device, {dim3(1), dim3(32)}, half ? MultiplyKernel<true> : MultiplyKernel<false>, a, b, c);
}

void ProbeTiles(CudaDevice* device, bool transposed, const uint16_t* matrices, uint32_t* to) {
  Launch(device, {dim3(1), dim3(32), 512}, TilesKernel, transposed, matrices, to);
}

void ProbeShuffles(CudaDevice* device, const float* x, float* to) {
  Launch(device, {dim3(1), dim3(32)}, ShuffleKernel, x, to);
}

void ProbeCopies(CudaDevice* device, int blocks, const uint8_t* from, uint8_t* to) {
  Launch(device, {dim3(static_cast<unsigned>(blocks)), dim3(64), 3 * 1024}, CopyKernel, from, to);
}

void ProbeDots(CudaDevice* device, int64_t n, const int32_t* a, const int32_t* b,
               const int32_t* sum, int32_t* to) {
  Launch(device, Threads(n), DotKernel, n, a, b, sum, to);
}

void ProbeRounding(CudaDevice* device, int64_t n, const float* x, const RoundingProbe& to) {
  Launch(device, Threads(n), RoundingKernel, n, x, to);
}

void ProbeFunctions(CudaDevice* device, int64_t n, const float* x, float* to) {
  Launch(device, Threads(n), FunctionsKernel, n, x, to);
}

void ProbeGrid(CudaDevice* device, int32_t* to) {
  Launch(device,
         {dim3(kProbeGrid[0], kProbeGrid[1], kProbeGrid[2]),
          dim3(kProbeBlock[0], kProbeBlock[1], kProbeBlock[2])},
         GridKernel, to);
}

}  // namespace cria::kernels::cuda
