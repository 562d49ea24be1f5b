// Blocks come as stored into shared memory, 16 bytes a copy, each warp its own rows and stretch of
// k. There they become whole numbers of bf16 for the matrix units, which multiply them with x in
// bf16: all products are exact, nothing of x is rounded away. Scales apply to the fp32 sums.
#include <algorithm>
#include <limits>

#include "kernels/cuda/block_chunk.h"
#include "kernels/cuda/block_reader.h"
#include "kernels/cuda/block_rows.h"
#include "kernels/cuda/row_tiles.h"
#include "kernels/cuda/vectors.h"

namespace cria::kernels::cuda {
namespace {

// One block of all of a multiprocessor's shared memory: x, then sums, then of each warp two chunks
// of 16 rows, 2 to 4 KB each. 30 KB or more are under way at any time, which is 3 TB/s at a latency
// of a microsecond.
constexpr int kWarps = kBlockWarps, kThreads = 32 * kWarps;
constexpr int64_t kSumsBytes = 2 * kWarps * kSumsOfWarp * 4;

template <class Q>
constexpr bool HasMins() {
  if constexpr (Q::kElements == 256) {
    return Q::kMins;
  } else {
    return false;
  }
}
/// Behind a row of x: for each chunk the sums of x over its sub-blocks, each as three bf16 that add
/// up to it: [3, sub-blocks].
template <class Q>
constexpr int SumsOfChunkBytes() {
  if constexpr (HasMins<Q>()) {
    return 3 * (256 / Q::kSub) * 2;
  } else {
    return 0;
  }
}
/// A row of x in shared memory, an odd number of 32 bytes, so that four rows lie in different
/// banks.
template <class Q>
constexpr __host__ __device__ int SharedRowBytes(int64_t k) {
  const int64_t bytes = 2 * k + k / Q::kChunk * SumsOfChunkBytes<Q>();
  return static_cast<int>((bytes + 31) / 32 | 1) * 32;
}

/// Sums of x over the sub-blocks of this warp's chunks, to their places behind the rows. A lane has
/// those of two rows in every sub-block, and stores them for one of each eight.
template <class Q>
__device__ __forceinline__ void SumX(const BlockRowsTask& task, const uint8_t* column, int warp,
                                     int lane, uint8_t* x) {
  constexpr int kPerStep = 32 / Q::kSub, kSubs = 256 / Q::kSub;
  const int g = lane / 4, t = lane % 4;
  for (int chunk = warp; chunk < task.k / 256; chunk += kWarps) {
    float mine[kPerStep][2] = {};
#pragma unroll
    for (int b = 0; b < 8; ++b) {
      float c[4] = {};
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        SumHalf(*reinterpret_cast<const uint2*>(column + 512 * chunk + 64 * b + 32 * half), c);
        if (kPerStep == 1 && half == 0) continue;
        if (g == b) mine[half % kPerStep][0] = c[0], mine[half % kPerStep][1] = c[1];
        c[0] = c[1] = c[2] = c[3] = 0;
      }
    }
#pragma unroll
    for (int i = 0; i < 2 * kPerStep; ++i) {
      const int r = 2 * t + i % 2, j = g * kPerStep + i / 2;
      if (r >= task.m) continue;
      BF16* const to = reinterpret_cast<BF16*>(x + r * SharedRowBytes<Q>(task.k) + 2 * task.k +
                                               chunk * SumsOfChunkBytes<Q>()) +
                       j;
      float rest = mine[i / 2][i % 2];
#pragma unroll
      for (int part = 0; part < 3; ++part) {
        to[part * kSubs] = Round<BF16>(rest);
        rest -= Load(to[part * kSubs]);
      }
    }
  }
}

/// x [m, k] to shared memory, by all threads.
template <class Q>
__device__ __forceinline__ void BringX(const BlockRowsTask& task, uint8_t* to) {
  const int row_bytes = SharedRowBytes<Q>(task.k);
  for (int r = 0; r < task.m; ++r, to += row_bytes) {
    const BF16* from = task.x + r * task.x_stride;
    if (task.x_is_aligned) {
      for (int64_t i = threadIdx.x; i < task.k / 8; i += kThreads) {
        CopyAsync16(to + 16 * i, from + 8 * i);
      }
    } else {
      for (int64_t i = threadIdx.x; i < task.k; i += kThreads) {
        reinterpret_cast<BF16*>(to)[i] = from[i];
      }
    }
  }
}

/// The sums of the tiles from `first` on that the warps have in `parts`, to C.
__device__ __forceinline__ void StoreTiles(const BlockRowsTask& task, const RowTiles& tiles,
                                           int first, const float* parts) {
  const int at_once = kWarps >> task.split_bits, splits = 1 << task.split_bits;
  for (int j = static_cast<int>(threadIdx.x); j < at_once * 8 * kTileRows; j += kThreads) {
    const int group = j / (8 * kTileRows), r = j / kTileRows % 8, i = j % kTileRows;
    const int tile = first + group;
    if (r >= task.m || i >= tiles.Rows(tile)) continue;
    const float sum = SumOverWarps(parts + group * splits * kSumsOfWarp, splits, r, i);
    const int64_t at = r * task.ldc + tiles.First(tile) + i;
    if (task.is_float) {
      PutElement(sum, task.accumulate, static_cast<float*>(task.c) + at);
    } else {
      PutElement(sum, task.accumulate, static_cast<BF16*>(task.c) + at);
    }
  }
}

template <class Q>
__global__ void __launch_bounds__(kThreads, 1) MultiplyBlockRows(BlockRowsTask task) {
  const int lane = static_cast<int>(threadIdx.x % 32), warp = static_cast<int>(threadIdx.x / 32);
  const int t = lane % 4, g = lane / 4;
  const int at_once = kWarps >> task.split_bits, splits = 1 << task.split_bits;
  uint8_t* const x = SharedMemory();
  float* const parts = reinterpret_cast<float*>(x + task.m * SharedRowBytes<Q>(task.k));
  uint8_t* stage = reinterpret_cast<uint8_t*>(parts) + kSumsBytes + warp * 2 * StageBytes<Q>();
  uint8_t* next_stage = stage + StageBytes<Q>();
  BringX<Q>(task, x);
  CommitCopies();
  const RowTiles tiles(task.deal, at_once);
  BlockReader<Q> reader(task, tiles, warp, lane);
  int2 places = reader.Bring(stage), next_places = reader.Bring(next_stage);
  WaitForCopies<2>();
  __syncthreads();

  // Columns behind the m-th repeat it; nobody looks at their sums.
  const uint8_t* const row = x + (g < task.m ? g : task.m - 1) * SharedRowBytes<Q>(task.k);
  const uint8_t* const column = row + 8 * t;
  if constexpr (HasMins<Q>()) {
    SumX<Q>(task, column, warp, lane, x);
    __syncthreads();
  }
  for (int first = 0; first < tiles.count; first += at_once) {
    float sums[4] = {};
    for (int k = (warp & (splits - 1)) * Q::kChunk; k < task.k; k += Q::kChunk << task.split_bits) {
      WaitForCopies<1>();
      __syncwarp();
      const uint8_t* const rows[2] = {stage + places.x, stage + places.y};
      MultiplyChunk<Q>(rows, column + 2 * k,
                       row + 2 * task.k + k / Q::kChunk * SumsOfChunkBytes<Q>() + 4 * t, t,
                       task.k - k, sums);
      __syncwarp();
      places = next_places;
      next_places = reader.Bring(stage);
      uint8_t* const free = stage;
      stage = next_stage, next_stage = free;
    }
    // Two in turn: who still reads the last tiles' sums has passed the barrier before.
    float* const mine = parts + first / at_once % 2 * kWarps * kSumsOfWarp;
    PutSums(sums, lane, mine + warp * kSumsOfWarp);
    __syncthreads();
    StoreTiles(task, tiles, first, mine);
  }
}

/// Rows of x that fit beside the rest.
template <class Q>
int64_t RowsAtOnce(const CudaDevice& device, int64_t k) {
  const int64_t rest = kSumsBytes + kWarps * 2 * StageBytes<Q>();
  return std::min(kMostBlockRows, (device.shared_bytes() - rest) / SharedRowBytes<Q>(k));
}

// As many warps as there are chunks share a tile; where those are few, there are more tiles at
// once.
template <class Q>
int SplitBits(int64_t k) {
  int bits = 0;
  while (2 << bits <= std::min<int64_t>(Ceiling(k, Q::kChunk), kWarps)) ++bits;
  return bits;
}

template <class Q, class C>
void MultiplyAll(CudaDevice* device, int64_t m, const BF16* x, int64_t x_stride,
                 std::span<const BlockMatrix> parts, C* c, int64_t ldc, bool accumulate) {
  int64_t n = 0;
  int first = 0;
  for (const BlockMatrix& part : parts) n += part.n;
  BlockRowsTask task = {.deal = RowDeal(n, device->multiprocessors()),
                        .k = static_cast<int>(parts.front().k)};
  for (size_t i = 0; i < kMostBlockParts; ++i) {
    task.data[i] = i < parts.size() ? parts[i].data : nullptr;
    task.first[i] = i < parts.size() ? first : std::numeric_limits<int>::max();
    first += i < parts.size() ? static_cast<int>(parts[i].n) : 0;
  }
  task.x_stride = x_stride;
  task.ldc = ldc;
  task.split_bits = SplitBits<Q>(task.k);
  task.is_float = sizeof(C) == 4;
  task.accumulate = accumulate;
  task.x_is_aligned = Aligned(x) && x_stride % 8 == 0;
  const int64_t passes = Ceiling(m, RowsAtOnce<Q>(*device, task.k));
  for (int64_t pass = 0; pass < passes; ++pass) {
    const int64_t row = m * pass / passes;
    task.m = static_cast<int32_t>(m * (pass + 1) / passes - row);
    task.x = x + row * x_stride;
    task.c = c + row * ldc;
    const LaunchShape shape = {
        dim3(task.deal.blocks), dim3(kThreads),
        task.m * SharedRowBytes<Q>(task.k) + kSumsBytes + kWarps * 2 * StageBytes<Q>()};
    Launch(device, shape, MultiplyBlockRows<Q>, task);
  }
}

/// f(Q()) with the blocks of `type`; false if there are none.
template <class F>
bool WithBlocks(DType type, F&& f) {
  const auto is = [&]<class Q>(const Q*) {
    if (Q::kType != type) return false;
    f(static_cast<const Q*>(nullptr));
    return true;
  };
  const auto any = [&]<class... Q>(const Q*... q) { return (is(q) || ...); };
  return any(static_cast<const BlocksQ4_0*>(nullptr), static_cast<const BlocksQ4_1*>(nullptr),
             static_cast<const BlocksQ5_0*>(nullptr), static_cast<const BlocksQ5_1*>(nullptr),
             static_cast<const BlocksQ8_0*>(nullptr), static_cast<const BlocksQ2_K*>(nullptr),
             static_cast<const BlocksQ3_K*>(nullptr), static_cast<const BlocksQ4_K*>(nullptr),
             static_cast<const BlocksQ5_K*>(nullptr), static_cast<const BlocksQ6_K*>(nullptr));
}

}  // namespace

bool HasBlockRows(const CudaDevice& device, const BlockMatrix& part) {
  bool has = false;
  WithBlocks(part.type, [&]<class Q>(const Q*) {
    has = reinterpret_cast<uintptr_t>(part.data) % (Q::kBytes % 4 == 0 ? 4 : 2) == 0 &&
          RowsAtOnce<Q>(device, part.k) > 0;
  });
  return has;
}

template <class C>
void BlockRows(CudaDevice* device, int64_t m, const BF16* x, int64_t x_stride,
               std::span<const BlockMatrix> parts, C* c, int64_t ldc, bool accumulate) {
  WithBlocks(parts.front().type, [&]<class Q>(const Q*) {
    MultiplyAll<Q>(device, m, x, x_stride, parts, c, ldc, accumulate);
  });
}

template void BlockRows(CudaDevice*, int64_t, const BF16*, int64_t, std::span<const BlockMatrix>,
                        float*, int64_t, bool);
template void BlockRows(CudaDevice*, int64_t, const BF16*, int64_t, std::span<const BlockMatrix>,
                        BF16*, int64_t, bool);

}  // namespace cria::kernels::cuda
