// Brings W in GGUF's blocks, as stored, to shared memory: each warp its own rows and stretch of k,
// 16 bytes a copy, in the order in which they are multiplied.
#pragma once

#include "kernels/cuda/block_rows.h"
#include "kernels/cuda/row_tiles.h"

namespace cria::kernels::cuda {

inline constexpr int kBlockWarps = 16;

template <class Q>
constexpr __host__ __device__ int ChunkBytes() {
  return Q::kChunk / Q::kElements * Q::kBytes;
}
/// Of a row's chunk in shared memory: it begins at 16 + its address % 16 there, behind the other
/// half of its 32 bytes. An odd number of 16 bytes, so that eight rows lie in different banks.
template <class Q>
constexpr __host__ __device__ int StagedRowBytes() {
  const int most_behind = Q::kBytes % 4 == 0 ? 12 : 14;
  return ((16 + most_behind + ChunkBytes<Q>() + 15) / 16 | 1) * 16;
}
template <class Q>
constexpr __host__ __device__ int StageBytes() {
  return kTileRows * StagedRowBytes<Q>();
}

struct BlockRowsTask {
  RowDeal deal;
  int k = 0;
  const uint8_t* data[kMostBlockParts] = {};
  int first[kMostBlockParts] = {};  ///< row of the first of each part; never reached: none
  const BF16* x = nullptr;
  int64_t x_stride = 0;
  void* c = nullptr;
  int64_t ldc = 0;
  int m = 0;
  int split_bits = 0;  ///< 2^split_bits warps share a tile's k
  bool is_float = false, accumulate = false, x_is_aligned = false;
};

/// Brings the chunks of one warp: split, split + splits, ... of tiles group, group + groups, ...
/// Lane (g, t) = (lane / 4, lane % 4) has rows g and g + 8 of the tile.
template <class Q>
class BlockReader {
 public:
  __device__ __forceinline__ BlockReader(const BlockRowsTask& task, const RowTiles& tiles, int warp,
                                         int lane)
      : task_(task),
        tiles_(tiles),
        row_bytes_(task.k / Q::kElements * Q::kBytes),
        tile_(warp >> task.split_bits),
        split_(warp & ((1 << task.split_bits) - 1)),
        lane_(lane) {
    SetTile();
  }

  /// Begins to bring the lane's quarter of its two rows; where they will lie in `stage`.
  __device__ __forceinline__ int2 Bring(uint8_t* stage) {
    const int2 places = {BringRow(0, stage), BringRow(1, stage)};
    CommitCopies();
    at_ += ChunkBytes<Q>() << task_.split_bits;
    if (at_ >= row_bytes_) {
      tile_ += kBlockWarps >> task_.split_bits;
      SetTile();
    }
    return places;
  }

 private:
  __device__ __forceinline__ int RowOf(int h) const { return lane_ / 4 + 8 * h; }
  __device__ __forceinline__ void SetTile() {
    at_ = split_ * ChunkBytes<Q>();
#pragma unroll
    for (int h = 0; h < 2; ++h) {
      row_[h] = RowOf(h) < tiles_.Rows(tile_) ? RowAt(tiles_.First(tile_) + RowOf(h)) : nullptr;
    }
  }
  __device__ __forceinline__ const uint8_t* RowAt(int row) const {
    const uint8_t* data = task_.data[0];
    int first = 0;
#pragma unroll
    for (int i = 1; i < kMostBlockParts; ++i) {
      if (row >= task_.first[i]) data = task_.data[i], first = task_.first[i];
    }
    return data + static_cast<int64_t>(row - first) * row_bytes_;
  }

  __device__ __forceinline__ int BringRow(int h, uint8_t* stage) const {
    const int place = RowOf(h) * StagedRowBytes<Q>() + 16, t = lane_ % 4;
    if (row_[h] == nullptr) return place;
    const int left = row_bytes_ - at_, bytes = left < ChunkBytes<Q>() ? left : ChunkBytes<Q>();
    // Whole 32 bytes, as the memory hands them out; none without a byte of the row.
    const uint8_t* from = row_[h] + at_;
    const int behind = static_cast<int>(reinterpret_cast<uintptr_t>(from) % 32);
    const int copies = (behind + bytes + 15) / 16;
    from += 16 * t - behind;
    uint8_t* const to = stage + place + 16 * t - behind / 16 * 16;
#pragma unroll
    for (int i = 0; i < StagedRowBytes<Q>() / 16; i += 4) {
      if (i + t < copies) CopyAsync16(to + 16 * i, from + 16 * i);
    }
    return place + behind % 16;
  }

  const BlockRowsTask& task_;
  const RowTiles& tiles_;
  int row_bytes_, tile_, split_, lane_;
  int at_ = 0;             ///< of the next chunk in its row
  const uint8_t* row_[2];  ///< null: there is none
};

}  // namespace cria::kernels::cuda
