// Products of a few rows with a plain W [n, k], as fast as W is read: each byte of W is loaded
// once, 16 bytes at a time, straight into the operands of the matrix units. The order of k within a
// chunk is the same for W and x and otherwise free, so eight neighbours of a row serve as they
// come. bf16 in whole groups of eight; all else in plain loops.
#include "kernels/cuda/operations.h"
#include "kernels/cuda/row_tiles.h"
#include "kernels/cuda/vectors.h"

namespace cria::kernels::cuda {
namespace {

constexpr int kWarps = 8;  // share a tile's k, a chunk each in turn
constexpr int kSteps = 4, kStep = 32, kChunk = kSteps * kStep;
// Two blocks of eight warps, each with one or two chunks of 4 KB under way: 64 to 128 KB on every
// multiprocessor, where 3 TB/s at a latency of a microsecond ask for 25 KB.
constexpr int kBlocksAtOnce = 2;

/// What lane (g, t) = (lane / 4, lane % 4) has of a chunk of W: of each step of 32, values
/// 8 t .. 8 t + 7 of rows g and g + 8 of the tile; of x the same of row g.
struct Chunk {
  uint4 rows[2][kSteps] = {};
};

/// Brings the chunks of W for one warp in the order in which they are multiplied, tile after tile.
/// No load depends on the lane, so all are under way before the first is waited for: rows that are
/// not there repeat the last (nobody looks at their sums), and groups behind the end of k the
/// row's first (whose factors of x are zeros).
class ChunkReader {
 public:
  __device__ __forceinline__ ChunkReader(const RowTiles& tiles, int k, const BF16* w,
                                         int64_t w_stride, int warp, int lane)
      : tiles_(tiles), k_(k), w_(w), w_stride_(w_stride), warp_(warp), lane_(lane) {
    SetTile();
  }

  __device__ __forceinline__ void Read(Chunk* to) {
    if (rows_ > 0) ReadRow(0, to);
    if (rows_ > 8) ReadRow(1, to);
    at_ += kWarps * kChunk;
    if (at_ < k_) return;
    ++tile_;
    SetTile();
  }

 private:
  __device__ __forceinline__ void ReadRow(int h, Chunk* to) const {
    if (at_ + kChunk <= k_) {
      const BF16* const from = row_[h] + at_ + lane_ % 4 * 8;
#pragma unroll
      for (int s = 0; s < kSteps; ++s) to->rows[h][s] = LoadOnce(from + kStep * s);
    } else {
#pragma unroll
      for (int s = 0; s < kSteps; ++s) {
        const int value = at_ + lane_ % 4 * 8 + kStep * s;
        to->rows[h][s] = LoadOnce(row_[h] + (value < k_ ? value : 0));
      }
    }
  }
  __device__ __forceinline__ void SetTile() {
    at_ = warp_ * kChunk;
    rows_ = at_ < k_ ? tiles_.Rows(tile_) : 0;
    const BF16* const tile = w_ + tiles_.First(tile_) * w_stride_;
#pragma unroll
    for (int h = 0; h < 2; ++h) {
      const int row = lane_ / 4 + 8 * h;
      row_[h] = tile + (row < rows_ ? row : rows_ - 1) * w_stride_;
    }
  }

  const RowTiles& tiles_;
  int k_, at_ = 0, rows_ = 0;
  const BF16* w_;
  int64_t w_stride_;
  int warp_, lane_, tile_ = 0;
  const BF16* row_[2];
};

/// x: the lane's row from the chunk's first value on, `left` to its end.
__device__ __forceinline__ void ReadX(const BF16* x, int left, int lane, uint4 (&to)[kSteps]) {
  const int t = lane % 4;
#pragma unroll
  for (int s = 0; s < kSteps; ++s) {
    const int value = 8 * t + kStep * s;
    to[s] = value < left ? *reinterpret_cast<const uint4*>(x + value) : uint4{};
  }
}

__device__ __forceinline__ void Multiply(const Chunk& w, const uint4 (&x)[kSteps],
                                         float (&sums)[2][4]) {
#pragma unroll
  for (int s = 0; s < kSteps; ++s) {
    const uint4 &low = w.rows[0][s], &high = w.rows[1][s];
    const uint32_t first[4] = {low.x, high.x, low.y, high.y};
    const uint32_t second[4] = {low.z, high.z, low.w, high.w};
    MultiplyAdd(sums[0], first, x[s].x, x[s].y);
    MultiplyAdd(sums[1], second, x[s].z, x[s].w);
  }
}

template <class C>
__global__ void __launch_bounds__(32 * kWarps, kBlocksAtOnce)
    MultiplyTiles(int m, RowDeal deal, int k, const BF16* x, int64_t x_stride,
                  const BF16* __restrict__ w, int64_t w_stride, C* c, int64_t ldc,
                  bool accumulate) {
  __shared__ float parts[2][kWarps * kSumsOfWarp];
  const int lane = static_cast<int>(threadIdx.x % 32), warp = static_cast<int>(threadIdx.x / 32);
  const RowTiles tiles(deal, 1);
  // Columns behind the m-th repeat it; nobody looks at their sums.
  x += (lane / 4 < m ? lane / 4 : m - 1) * x_stride;
  ChunkReader reader(tiles, k, w, w_stride, warp, lane);
  Chunk next;
  reader.Read(&next);  // of W, which the kernel before this one did not make
  WaitForEarlier();
  LetNextBegin();
  for (int tile = 0; tile < tiles.count; ++tile) {
    float sums[2][4] = {};
#pragma unroll 2
    for (int at = warp * kChunk; at < k; at += kWarps * kChunk) {
      const Chunk now = next;
      reader.Read(&next);
      uint4 values[kSteps];
      ReadX(x + at, k - at, lane, values);
      Multiply(now, values, sums);
    }
    // Two in turn: who still reads the last tile's sums has passed the barrier before.
    float* const mine = parts[tile % 2];
#pragma unroll
    for (int i = 0; i < 4; ++i) sums[0][i] += sums[1][i];
    PutSums(sums[0], lane, mine + warp * kSumsOfWarp);
    __syncthreads();
    const int r = static_cast<int>(threadIdx.x) / kTileRows;
    const int i = static_cast<int>(threadIdx.x) % kTileRows;
    if (r < m && i < tiles.Rows(tile)) {
      PutElement(SumOverWarps(mine, kWarps, r, i), accumulate, c + r * ldc + tiles.First(tile) + i);
    }
  }
}

/// A warp for each row of W.
template <class T, class C>
__global__ void MultiplyPlainly(int m, int64_t n, int64_t k, const T* __restrict__ x,
                                int64_t x_stride, const T* __restrict__ w, int64_t w_stride, C* c,
                                int64_t ldc, bool accumulate) {
  const int lane = static_cast<int>(threadIdx.x % 32);
  const int64_t row = static_cast<int64_t>(blockIdx.x) * kWarps + threadIdx.x / 32;
  if (row >= n) return;
  float sums[kFewRows] = {};
  for (int64_t i = lane; i < k; i += 32) {
    const float weight = Load(w[row * w_stride + i]);
#pragma unroll
    for (int r = 0; r < kFewRows; ++r) {
      if (r < m) sums[r] += weight * Load(x[r * x_stride + i]);
    }
  }
#pragma unroll
  for (int r = 0; r < kFewRows; ++r) {
#pragma unroll
    for (int mask = 16; mask > 0; mask /= 2) sums[r] += ShuffleXor(sums[r], mask);
    if (lane == 0 && r < m) PutElement(sums[r], accumulate, c + r * ldc + row);
  }
}

bool InWholeGroups(int64_t k, const BF16* a, int64_t lda, const BF16* w, int64_t w_stride) {
  return k % 8 == 0 && lda % 8 == 0 && w_stride % 8 == 0 && Aligned(a, w);
}

}  // namespace

template <class T, class C>
void FewRowsMatmul(const Context& context, int64_t m, int64_t n, int64_t k, const T* a, int64_t lda,
                   const T* w, int64_t w_stride, C* c, int64_t ldc, bool accumulate) {
  if (m == 0 || n == 0) return;
  CudaDevice& device = CudaDevice::Of(context);
  if constexpr (sizeof(T) == 2) {
    if (InWholeGroups(k, a, lda, w, w_stride)) {
      const RowDeal deal(n, int64_t{kBlocksAtOnce} * device.multiprocessors());
      const LaunchShape shape = Overlapping({dim3(deal.blocks), dim3(32 * kWarps)});
      return Launch(&device, shape, MultiplyTiles<C>, m, deal, k, a, lda, w, w_stride, c, ldc,
                    accumulate);
    }
  }
  const LaunchShape shape = {dim3(static_cast<unsigned>(Ceiling(n, kWarps))), dim3(32 * kWarps)};
  Launch(&device, shape, MultiplyPlainly<T, C>, m, n, k, a, lda, w, w_stride, c, ldc, accumulate);
}

#define CRIA_INSTANTIATE(T, C)                                                              \
  template void FewRowsMatmul(const Context&, int64_t, int64_t, int64_t, const T*, int64_t, \
                              const T*, int64_t, C*, int64_t, bool);
CRIA_INSTANTIATE(float, float)
CRIA_INSTANTIATE(BF16, float)
CRIA_INSTANTIATE(BF16, BF16)
#undef CRIA_INSTANTIATE

}  // namespace cria::kernels::cuda
