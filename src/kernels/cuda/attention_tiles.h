// Of the bf16 attention kernels: rows in shared memory, their products on the matrix units, and
// which block of threads takes what (Dao 2023, FlashAttention-2). Rows are padded to kDim values:
// what lies behind head_dim is zero.
#pragma once

#include <initializer_list>

#include "device_words.h"
#include "kernels/cuda/attention_arguments.h"

namespace cria::kernels::cuda {

/// What goes 16 bytes at a time asks for this of every pointer, stride and head_dim.
inline bool Aligned16(std::initializer_list<const void*> pointers,
                      std::initializer_list<int64_t> bf16_counts) {
  for (const void* pointer : pointers) {
    if (reinterpret_cast<uintptr_t>(pointer) % 16 != 0) return false;
  }
  for (const int64_t count : bf16_counts) {
    if (count % 8 != 0) return false;
  }
  return true;
}

inline int64_t BlockCount(int64_t rows, int64_t per_block) {
  return (rows + per_block - 1) / per_block;
}

/// Blocks of threads in the order of their start. What a head reads again and again should still be
/// in the second-level cache: heads come in sections, within a section rank 0 (the most work) of
/// all heads first.
struct BlockOrder {
  int heads = 0, section = 0, ranks = 0;

  /// `bytes` that the ranks of `group` neighbouring heads read in common.
  static BlockOrder Of(int64_t heads, int64_t group, int64_t ranks, int64_t bytes) {
    constexpr int64_t kCacheBytes = 24 << 20;
    int64_t section = bytes > 0 && bytes < kCacheBytes ? kCacheBytes / bytes * group : group;
    if (section > heads) section = heads;
    return {static_cast<int>(heads), static_cast<int>(section), static_cast<int>(ranks)};
  }
  unsigned blocks() const { return static_cast<unsigned>(heads * ranks); }

  __device__ __forceinline__ void Locate(int* head, int* rank) const {
    const int block = static_cast<int>(blockIdx.x), per_section = section * ranks;
    const int first = block / per_section * section, within = block % per_section;
    const int width = min(section, heads - first);
    *head = first + within % width;
    *rank = within / width;
  }
};

/// kDim values in each row; the 16-byte chunks of a row are permuted so that one chunk of eight
/// neighbouring rows lies in all banks.
template <int kDim>
struct TileRows {
  static constexpr int kChunks = kDim / 8;
  static_assert(kChunks % 4 == 0);
  static constexpr int kPermuted = kChunks % 8 == 0 ? 8 : 4;

  static __device__ __forceinline__ int Mask(int row) {
    return kPermuted == 8 ? row & 7 : row >> 1 & 3;
  }
  static __device__ __forceinline__ int At(int row, int chunk) {
    return row * kDim + (chunk ^ Mask(row)) * 8;
  }
};

/// Begins to copy kRows rows from `first_row` on, zeros where fewer than those are left.
template <int kRows, int kDim, int kThreads>
__device__ __forceinline__ void CopyRowsAsync(const BF16* from, int64_t first_row, int64_t stride,
                                              int left, int dim, BF16* to) {
  constexpr int kChunks = TileRows<kDim>::kChunks, kTurns = kRows * kChunks / kThreads;
  static_assert(kRows * kChunks % kThreads == 0);
  const int thread = static_cast<int>(threadIdx.x);
  if constexpr (kThreads % (8 * kChunks) == 0) {  // a thread's chunks lie in one column
    constexpr int kStep = kThreads / kChunks;
    const int row = thread / kChunks, chunk = thread % kChunks;
    left = chunk * 8 < dim ? left - row : 0;
    from += (first_row + row) * stride + chunk * 8;
    to += TileRows<kDim>::At(row, chunk);
#pragma unroll
    for (int i = 0; i < kTurns; ++i) {
      CopyAsync16(to + i * kStep * kDim, from, i * kStep < left);
      from += kStep * stride;
    }
  } else {
#pragma unroll
    for (int i = 0; i < kTurns; ++i) {
      const int row = (thread + i * kThreads) / kChunks, chunk = (thread + i * kThreads) % kChunks;
      CopyAsync16(to + TileRows<kDim>::At(row, chunk),
                  from + (first_row + row) * stride + chunk * 8, row < left && chunk * 8 < dim);
    }
  }
}

/// The same of two arrays that lie alike, one tile behind the other.
template <int kRows, int kDim, int kThreads>
__device__ __forceinline__ void CopyRowsAsync(const BF16* first, const BF16* second,
                                              int64_t first_row, int64_t stride, int left, int dim,
                                              BF16* to) {
  CopyRowsAsync<kRows, kDim, kThreads>(first, first_row, stride, left, dim, to);
  CopyRowsAsync<kRows, kDim, kThreads>(second, first_row, stride, left, dim, to + kRows * kDim);
}

/// Writes `rows` rows to memory, by `threads` threads of which this is one.
template <int kDim>
__device__ __forceinline__ void StoreRows(const BF16* from, int first_row, int rows, int dim,
                                          BF16* to, int64_t stride, int thread, int threads) {
  constexpr int kChunks = TileRows<kDim>::kChunks;
  for (int i = thread; i < rows * kChunks; i += threads) {
    const int row = i / kChunks, chunk = i % kChunks;
    if (chunk * 8 < dim) {
      *reinterpret_cast<uint4*>(to + row * stride + chunk * 8) =
          *reinterpret_cast<const uint4*>(from + TileRows<kDim>::At(first_row + row, chunk));
    }
  }
}

/// Where a lane reads for LoadTiles(): 16 rows, 16 values of each (two chunks, a pair).
template <int kDim>
struct TileReader {
  const BF16* memory;
  int at;  ///< of pair 0 of the first rows

  /// Left operand, or transposed the right one: k = rows, columns = values. From a tile at
  /// memory + `tile`, a multiple of 64.
  static __device__ __forceinline__ TileReader RowsFirst(const BF16* memory, int tile) {
    const int lane = static_cast<int>(threadIdx.x) % 32;
    return {memory, tile + TileRows<kDim>::At(lane % 16, lane / 16)};
  }
  /// Right operand: columns = rows, k = values.
  static __device__ __forceinline__ TileReader ValuesFirst(const BF16* memory, int tile) {
    const int lane = static_cast<int>(threadIdx.x) % 32;
    return {memory, tile + TileRows<kDim>::At(lane % 8 + lane / 16 * 8, lane / 8 % 2)};
  }
  /// `first_row` is a multiple of 8.
  __device__ __forceinline__ const BF16* At(int first_row, int pair) const {
    constexpr int kMask = (TileRows<kDim>::kPermuted - 1) * 8;
    return memory + ((16 * pair & kMask) ^ at) + ((16 * pair & ~kMask) + first_row * kDim);
  }
};

// Fragments of a warp: sums [16 kM, 8 kN] as sum[kM][kN][4], left operands [16 kM, 16 kK] as
// a[kM][kK][4]; see MultiplyAdd. With kM = 2 a right operand is read from shared memory once for
// two multiplications: 128 bytes for each, a cycle, where the matrix units take about one and a
// half.

template <int kM, int kN>
__device__ __forceinline__ void SetZero(float (&sum)[kM][kN][4]) {
#pragma unroll
  for (int i = 0; i < kM * kN * 4; ++i) sum[i / 4 / kN][i / 4 % kN][i % 4] = 0;
}

/// sum += A B^T with rows of kDim values from `a_row` and `b_row` on.
template <int kDim, int kM, int kN>
__device__ __forceinline__ void MultiplyRows(const TileReader<kDim>& a, int a_row,
                                             const TileReader<kDim>& b, int b_row,
                                             float (&sum)[kM][kN][4]) {
#pragma unroll
  for (int k = 0; k < kDim / 16; ++k) {
    uint32_t left[kM][4];
#pragma unroll
    for (int m = 0; m < kM; ++m) LoadTiles(a.At(a_row + 16 * m, k), left[m]);
#pragma unroll
    for (int n = 0; n < kN; n += 2) {
      uint32_t right[4];
      LoadTiles(b.At(b_row + 8 * n, k), right);
#pragma unroll
      for (int m = 0; m < kM; ++m) {
        MultiplyAdd(sum[m][n], left[m], right[0], right[1]);
        MultiplyAdd(sum[m][n + 1], left[m], right[2], right[3]);
      }
    }
  }
}

/// The same with A in registers.
template <int kDim, int kM, int kN>
__device__ __forceinline__ void MultiplyRows(const uint32_t (&a)[kM][kDim / 16][4],
                                             const TileReader<kDim>& b, int b_row,
                                             float (&sum)[kM][kN][4]) {
#pragma unroll
  for (int k = 0; k < kDim / 16; ++k) {
#pragma unroll
    for (int n = 0; n < kN; n += 2) {
      uint32_t right[4];
      LoadTiles(b.At(b_row + 8 * n, k), right);
#pragma unroll
      for (int m = 0; m < kM; ++m) {
        MultiplyAdd(sum[m][n], a[m][k], right[0], right[1]);
        MultiplyAdd(sum[m][n + 1], a[m][k], right[2], right[3]);
      }
    }
  }
}

/// sum += A B, B of the 16 rows from `b_row` on.
template <int kDim, int kM, int kN>
__device__ __forceinline__ void Multiply(const uint32_t (&a)[kM][1][4], const TileReader<kDim>& b,
                                         int b_row, float (&sum)[kM][kN][4]) {
#pragma unroll
  for (int n = 0; n < kN; n += 2) {
    uint32_t right[4];
    LoadTilesTransposed(b.At(b_row, n / 2), right);
#pragma unroll
    for (int m = 0; m < kM; ++m) {
      MultiplyAdd(sum[m][n], a[m][0], right[0], right[1]);
      MultiplyAdd(sum[m][n + 1], a[m][0], right[2], right[3]);
    }
  }
}

/// 16 columns of sums, from 8 `first` on, as a left operand: a lane holds the same places of both.
template <int kM, int kN>
__device__ __forceinline__ void RoundToLeft(const float (&sum)[kM][kN][4], int first,
                                            uint32_t (&a)[kM][1][4]) {
#pragma unroll
  for (int i = 0; i < kM * 4; ++i) {
    const float(&from)[4] = sum[i / 4][first + i % 4 / 2];
    a[i / 4][0][i % 4] = RoundPair(from[i % 2 * 2], from[i % 2 * 2 + 1]);
  }
}

/// Sums times `factor` to rows of a tile, from `first_row` and 16-byte chunk `first_chunk` on.
template <int kDim, int kM, int kN>
__device__ __forceinline__ void RoundToRows(const float (&sum)[kM][kN][4], float factor,
                                            int first_row, int first_chunk, BF16* tile) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
#pragma unroll
  for (int i = 0; i < kM * kN * 2; ++i) {
    const int m = i / 2 / kN, n = i / 2 % kN, half = i % 2;
    const int row = first_row + 16 * m + 8 * half + lane / 4;
    *reinterpret_cast<uint32_t*>(tile + TileRows<kDim>::At(row, first_chunk + n) + lane % 4 * 2) =
        RoundPair(sum[m][n][2 * half] * factor, sum[m][n][2 * half + 1] * factor);
  }
}

/// Scores become -infinity where the key lies behind the query: at row 0 and column 0 the query is
/// `lead` positions ahead of the key.
template <bool kKeysAreRows, int kM, int kN>
__device__ __forceinline__ void MaskFuture(int lead, float (&scores)[kM][kN][4]) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const int row = lane / 4, column = lane % 4 * 2;
  const int at = kKeysAreRows ? lead + column - row : lead + row - column;
#pragma unroll
  for (int i = 0; i < kM * kN * 4; ++i) {
    const int m = i / 4 / kN, n = i / 4 % kN, j = i % 4;
    const int further = 16 * m + j / 2 * 8 - (8 * n + j % 2);  // rows less columns
    if (at + (kKeysAreRows ? -further : further) < 0) scores[m][n][j] = -INFINITY;
  }
}

}  // namespace cria::kernels::cuda
