// What the kernels of paged attention share: where a pass finds its segments, keys and values, and
// who takes which segments.
#pragma once

#include "device_words.h"
#include "kernels/cuda/device_pages.h"
#include "kernels/kv_block.h"
#include "kernels/paged_attention.h"

namespace cria::kernels::cuda {

/// Segments of up to so many rows are decoded in passes that have no longer ones; beside longer
/// ones, which go through the prompts' kernel, those of one row. A decode reads the keys and values
/// of a segment once for every 8 of its queries (a query is one head of one row): at this bound
/// twice as often as there are heads in a group.
inline constexpr int kDecodeRows = 16;
/// Both take keys and values of kF16 and kQ8_0 with heads up to so many dimensions.
inline constexpr int kMostPagedDim = 256;

struct PagedLayer {
  int segments;
  const int32_t *first_row, *row_count, *first_position, *tables;
  int64_t table_stride;
  uint8_t* data;
  int64_t block_stride;
  KvHeadLayout layout;
  int head_dim, kv_heads;

  PagedLayer(const KvLayer& layer, const DevicePages& pages)
      : segments(static_cast<int>(pages.segments())),
        first_row(pages.first_row()),
        row_count(pages.row_count()),
        first_position(pages.first_position()),
        tables(pages.tables()),
        table_stride(pages.table_stride()),
        data(layer.data),
        block_stride(layer.block_stride),
        layout(layer.layout()),
        head_dim(layer.head_dim),
        kv_heads(layer.kv_heads) {}

  /// Of a segment's tokens 64 tile and up.
  __device__ __forceinline__ int32_t Block(int segment, int tile) const {
    return tables[segment * table_stride + tile];
  }
  __device__ __forceinline__ uint8_t* Head(int32_t block, int head) const {
    return data + block * block_stride + head * layout.bytes;
  }
};

template <class T>
struct PagedCall {
  PagedLayer layer;
  int heads;
  int decode_rows;  ///< segments of up to so many are decoded
  int64_t q_stride, out_stride;
  const T* q;
  T* out;
  float scale;  ///< to a score in units of log2

  __device__ __forceinline__ int group() const { return heads / layer.kv_heads; }
};

/// Blocks of 64 tokens that hold the first `keys`.
__device__ __forceinline__ int TilesOf(int keys) {
  constexpr int kTokens = static_cast<int>(kKvBlockTokens);
  return (keys + kTokens - 1) / kTokens;
}

/// Piece `index` of the work of all segments, of which segment i has count(i) pieces: whose it is,
/// and which of those; segment `segments` if there are not so many. All lanes of a warp call.
struct SegmentPiece {
  int segment, index;
};
template <class F>
__device__ __forceinline__ SegmentPiece FindPiece(int segments, int index, F&& count) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
  for (int first = 0; first < segments; first += 32) {
    const int own = first + lane < segments ? count(first + lane) : 0;
    int end = own;  // of this segment's pieces
#pragma unroll
    for (int distance = 1; distance < 32; distance *= 2) {
      const int before = Shuffle(end, lane - distance);
      if (lane >= distance) end += before;
    }
    const int all = Shuffle(end, 31);
    if (index < all) {
      int holder = index < end ? lane : 32;
#pragma unroll
      for (int mask = 16; mask > 0; mask /= 2) holder = min(holder, ShuffleXor(holder, mask));
      return {first + holder, index - Shuffle(end - own, holder)};
    }
    index -= all;
  }
  return {segments, 0};
}

/// Queries in fp16: bf16 is held exactly down to 2^-17, and is cut at +-65504.
__device__ __forceinline__ uint32_t QueryPair(float low, float high) {
  constexpr float kLargest = 65504.0f;
  return RoundHalfPair(fminf(fmaxf(low, -kLargest), kLargest),
                       fminf(fmaxf(high, -kLargest), kLargest));
}

/// Stored bytes 2 `half` and the next of `bytes` as a pair of fp16, exactly: with the byte as its
/// last digits and the sign turned, 0x64.. is 1024 + 128 more.
__device__ __forceinline__ uint32_t WidenBytes(uint32_t bytes, int half) {
  constexpr uint32_t kOne = 0x3C003C00, kMinus1152 = 0xE480E480;
  const uint32_t pair = SelectBytes(bytes ^ 0x80808080, 0x64646464, half == 0 ? 0x4140u : 0x4342u);
  return MultiplyAddHalfPair(pair, kOne, kMinus1152);
}

/// Segments of up to call.decode_rows rows (paged_decode.cu).
void DecodePages(CudaDevice* device, const PagedCall<BF16>& call, KvType type,
                 const DevicePages& pages);
/// Those of more (paged_prefill.cu).
void PrefillPages(CudaDevice* device, const PagedCall<BF16>& call, KvType type,
                  const DevicePages& pages);

}  // namespace cria::kernels::cuda
