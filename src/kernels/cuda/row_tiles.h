// The rows of W dealt to the blocks of a grid and there to tiles of sixteen, as many as the matrix
// units take at once: what the products of few rows have in common. W's rows are the left operand
// (16 x k), the rows of x the right one (k x 8), so that an element's sum does not depend on how
// many rows of x there are.
#pragma once

#include "device_words.h"

namespace cria::kernels::cuda {

inline constexpr int kTileRows = 16;

/// n rows dealt to the blocks of a grid: as even as can be, but no block has less than half a tile
/// unless all have. Divided on the processor, since a kernel would wait for it.
struct RowDeal {
  unsigned blocks = 0;
  int each = 0, more = 0;  ///< the first `more` blocks have one more

  RowDeal(int64_t n, int64_t places) {
    const int64_t most = (n + kTileRows / 2 - 1) / (kTileRows / 2);
    blocks = static_cast<unsigned>(most < places ? most : places);
    each = static_cast<int>(n / blocks);
    more = static_cast<int>(n % blocks);
  }
};

/// A block's rows, cut into `count` tiles whose heights differ by one row at most: all take about
/// as long to read.
struct RowTiles {
  int begin, height, higher, count;  ///< the first `higher` tiles have height + 1 rows

  /// The rows of this block; a multiple of `together` tiles.
  __device__ __forceinline__ RowTiles(const RowDeal& deal, int together) {
    const int block = static_cast<int>(blockIdx.x), step = kTileRows * together;
    const int rows = deal.each + (block < deal.more ? 1 : 0);
    begin = block * deal.each + (block < deal.more ? block : deal.more);
    count = (rows + step - 1) / step * together;
    height = rows / count;
    higher = rows - height * count;
  }
  __device__ __forceinline__ int First(int tile) const {
    return begin + tile * height + (tile < higher ? tile : higher);
  }
  __device__ __forceinline__ int Rows(int tile) const {
    return tile >= count ? 0 : height + (tile < higher ? 1 : 0);
  }
};

/// The sums of a tile that one warp has (MultiplyAdd's c), in shared memory: [8 rows of x, 16 rows
/// of W], strided so that neither writing nor reading waits for a bank.
inline constexpr int kSumsStride = 20, kSumsOfWarp = 8 * kSumsStride;

__device__ __forceinline__ void PutSums(const float (&c)[4], int lane, float* sums) {
  float* to = sums + lane % 4 * 2 * kSumsStride + lane / 4;
  to[0] = c[0], to[kSumsStride] = c[1];
  to[8] = c[2], to[kSumsStride + 8] = c[3];
}

/// Of row `i` of W with row `r` of x, over the `warps` that share the tile, in their order.
__device__ __forceinline__ float SumOverWarps(const float* sums, int warps, int r, int i) {
  float sum = 0;
#pragma unroll 8
  for (int w = 0; w < warps; ++w) sum += sums[w * kSumsOfWarp + r * kSumsStride + i];
  return sum;
}

template <class C>
__device__ __forceinline__ void PutElement(float sum, bool accumulate, C* to) {
  *to = Round<C>(accumulate ? Load(*to) + sum : sum);
}

}  // namespace cria::kernels::cuda
