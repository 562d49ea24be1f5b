// Attention of segments of many rows over blocks of keys and values, after FlashAttention-2 (Dao
// 2023): a block of threads takes 64 or 128 rows of one segment and head, and walks through the
// cache a block of 64 tokens at a time, the next one on its way to shared memory meanwhile. 32 rows
// for a warp where registers allow: with 16, shared memory is read faster than it can be.
#include "device_words.h"
#include "kernels/cuda/paged_call.h"
#include "kernels/cuda/reduce.h"

namespace cria::kernels::cuda {
namespace {

constexpr int kTokens = static_cast<int>(kKvBlockTokens);
constexpr int kScaled = static_cast<int>(kKvGroup);
constexpr int kWarps = 4, kThreads = 32 * kWarps;

/// Rows of 64 fp16 in shared memory, 16-byte chunks so permuted that 8 rows of a column of chunks,
/// as well as 8 chunks of a row, lie in different banks. Wider rows are several panels of such.
__device__ __forceinline__ int ChunkAt(int row, int chunk) {
  return row * 64 + ((chunk ^ row) & 7) * 8;
}
__device__ __forceinline__ int PanelChunkAt(int panel_rows, int row, int chunk) {
  return chunk / 8 * panel_rows * 64 + ChunkAt(row, chunk % 8);
}

/// Heads of kDim dimensions, or, not `kWhole`, of fewer; kTiles times 16 rows for a warp.
template <int kDim_, bool kWhole_, int kTiles_, bool kBytes_>
struct PrefillShape {
  static constexpr int kDim = kDim_, kTiles = kTiles_;
  static constexpr bool kWhole = kWhole_, kBytes = kBytes_;
  static constexpr KvHeadLayout kLayout = LayOutKvHead(kBytes ? KvType::kQ8_0 : KvType::kF16, kDim);
  static constexpr int kRows = kWarps * kTiles * 16;
  static constexpr int kStages = kBytes ? 1 : 2;
  static constexpr int kTileHalves = kDim * kTokens;  ///< keys or values
  static constexpr int kRawBytes = kBytes ? static_cast<int>(kLayout.bytes) : 0;
  static constexpr int kSharedBytes =
      (kDim * kRows + 2 * kStages * kTileHalves) * static_cast<int>(sizeof(uint16_t)) + kRawBytes;

  static __device__ __forceinline__ KvHeadLayout LayoutOf(const PagedLayer& layer) {
    return kWhole ? kLayout : layer.layout;
  }
  static __device__ __forceinline__ int DimOf(const PagedLayer& layer) {
    return kWhole ? kDim : layer.head_dim;
  }
};

/// Shared memory: queries [kDim / 64 panels][kRows][64]; per stage keys [kDim][64 tokens] and
/// values [panels][64 tokens][64]; the stored bytes of a head, where they have to be widened.
template <class Shape>
struct PrefillMemory {
  uint16_t* const queries = SharedMemory<uint16_t>();
  uint16_t* const tiles = queries + Shape::kDim * Shape::kRows;

  __device__ __forceinline__ uint16_t* Keys(int stage) const {
    return tiles + 2 * stage * Shape::kTileHalves;
  }
  __device__ __forceinline__ uint16_t* Values(int stage) const {
    return Keys(stage) + Shape::kTileHalves;
  }
  __device__ __forceinline__ uint8_t* Raw() const {
    return reinterpret_cast<uint8_t*>(tiles + 2 * Shape::kStages * Shape::kTileHalves);
  }
};

/// Eight values of a query as fp16, zeros from dimension `dim` on.
__device__ __forceinline__ uint4 QueryChunk(const BF16* q, int d, int dim, bool aligned) {
  float x[8];
  if (aligned && d + 8 <= dim) {
    const uint4 stored = *reinterpret_cast<const uint4*>(q + d);
    const uint32_t words[4] = {stored.x, stored.y, stored.z, stored.w};
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const float2 pair = WidenPair(words[i]);
      x[2 * i] = pair.x, x[2 * i + 1] = pair.y;
    }
  } else {
#pragma unroll
    for (int i = 0; i < 8; ++i) x[i] = d + i < dim ? Load(q[d + i]) : 0.0f;
  }
  return {QueryPair(x[0], x[1]), QueryPair(x[2], x[3]), QueryPair(x[4], x[5]),
          QueryPair(x[6], x[7])};
}

/// The rows of a block of threads.
struct PrefillRows {
  int segment, head;
  int first, count;  ///< rows of the segment
  int position;      ///< of row `first`
  bool aligned;      ///< q and out are read and written 16 bytes at a time
};

template <class Shape>
__device__ __forceinline__ void LoadQueries(const PagedCall<BF16>& call, const PrefillRows& rows,
                                            uint16_t* to) {
  constexpr int kChunks = Shape::kDim / 8;
  const int dim = Shape::DimOf(call.layer);
  const BF16* const q = call.q +
                        (call.layer.first_row[rows.segment] + int64_t{rows.first}) * call.q_stride +
                        int64_t{rows.head} * dim;
#pragma unroll 4
  for (int i = static_cast<int>(threadIdx.x); i < Shape::kRows * kChunks; i += kThreads) {
    const int row = i / kChunks, chunk = i % kChunks;
    const int known = row < rows.count ? dim : 0;
    *reinterpret_cast<uint4*>(to + PanelChunkAt(Shape::kRows, row, chunk)) =
        QueryChunk(q + row * call.q_stride, chunk * 8, known, rows.aligned);
  }
}

/// Begins to copy a head's fp16 keys and values; values of the first `tokens` tokens, the others
/// are zero.
template <class Shape>
__device__ __forceinline__ void CopyHalves(const PagedLayer& layer, const uint8_t* head, int tokens,
                                           uint16_t* keys, uint16_t* values) {
  const int thread = static_cast<int>(threadIdx.x);
  const KvHeadLayout layout = Shape::LayoutOf(layer);
  {
    const int row = thread / 8, chunk = thread % 8;
    uint16_t* const to = keys + ChunkAt(row, chunk);
    const uint8_t* const from = head + (row * kTokens + chunk * 8) * 2;
    constexpr int kStep = kThreads / 8;  // rows, of which ChunkAt() permutes 8 alike
#pragma unroll
    for (int i = 0; i < Shape::kDim; i += kStep) {
      CopyAsync16(to + i * 64, from + i * kTokens * 2, Shape::kWhole || row + i < layer.head_dim);
    }
  }
  constexpr int kChunks = Shape::kDim / 8, kStep = kThreads / kChunks;
  const int row = thread / kChunks, chunk = thread % kChunks;
  const int width = static_cast<int>(layout.width);
  const uint8_t* const from = head + layout.values + (row * width + chunk * 8) * 2;
#pragma unroll
  for (int i = 0; i < kTokens; i += kStep) {
    CopyAsync16(values + PanelChunkAt(kTokens, row + i, chunk), from + i * width * 2,
                row + i < tokens && (Shape::kWhole || chunk * 8 < width));
  }
}

/// Begins to copy all bytes of a head.
__device__ __forceinline__ void CopyBytes(const uint8_t* head, int bytes, uint8_t* to) {
  for (int i = static_cast<int>(threadIdx.x) * 16; i < bytes; i += kThreads * 16) {
    CopyAsync16(to + i, head + i);
  }
}

/// 8 stored bytes times their scales, one for each pair of them.
__device__ __forceinline__ uint4 WidenScaled(const uint2& bytes, const uint4& scales) {
  return {MultiplyAddHalfPair(WidenBytes(bytes.x, 0), scales.x, 0),
          MultiplyAddHalfPair(WidenBytes(bytes.x, 1), scales.y, 0),
          MultiplyAddHalfPair(WidenBytes(bytes.y, 0), scales.z, 0),
          MultiplyAddHalfPair(WidenBytes(bytes.y, 1), scales.w, 0)};
}

/// The same tiles as CopyHalves leaves, from a head's stored bytes.
template <class Shape>
__device__ __forceinline__ void WidenTiles(const PagedLayer& layer, const uint8_t* raw, int tokens,
                                           uint16_t* keys, uint16_t* values) {
  const int thread = static_cast<int>(threadIdx.x);
  const KvHeadLayout layout = Shape::LayoutOf(layer);
  const uint4 zero{0, 0, 0, 0};
#pragma unroll 2
  for (int i = thread; i < Shape::kDim * 8; i += kThreads) {
    const int row = i / 8, chunk = i % 8;
    uint4 x = zero;
    if (row < Shape::DimOf(layer)) {
      x = WidenScaled(*reinterpret_cast<const uint2*>(raw + row * kTokens + chunk * 8),
                      *reinterpret_cast<const uint4*>(raw + layout.key_scales +
                                                      (row / kScaled * kTokens + chunk * 8) * 2));
    }
    *reinterpret_cast<uint4*>(keys + ChunkAt(row, chunk)) = x;
  }
  constexpr int kChunks = Shape::kDim / 8;
  const int width = static_cast<int>(layout.width);
#pragma unroll 2
  for (int i = thread; i < kTokens * kChunks; i += kThreads) {
    const int row = i / kChunks, chunk = i % kChunks;
    uint4 x = zero;
    if (row < tokens && chunk * 8 < width) {
      const uint32_t scale = reinterpret_cast<const uint16_t*>(
          raw + layout.value_scales)[chunk * 8 / kScaled * kTokens + row];
      const uint32_t pair = scale | scale << 16;
      x = WidenScaled(
          *reinterpret_cast<const uint2*>(raw + layout.values + row * width + chunk * 8),
          {pair, pair, pair, pair});
    }
    *reinterpret_cast<uint4*>(values + PanelChunkAt(kTokens, row, chunk)) = x;
  }
}

/// A warp's rows: sums of the values, maxima (in units of log2) and sums of the weights. Lane
/// 4 g + t has of each 16 rows g and g + 8.
template <class Shape>
struct PrefillState {
  static constexpr int kDim = Shape::kDim, kTiles = Shape::kTiles;
  float out[kTiles][kDim / 8][4] = {};
  float largest[kTiles][2], sum[kTiles][2] = {};
  float scores[kTiles][kTokens / 8][4];
  const int lane = static_cast<int>(threadIdx.x) % 32;
  int at[4];  ///< where this lane points LoadTiles() at 16 rows' chunks 2 i and 2 i + 1

  __device__ __forceinline__ PrefillState() {
#pragma unroll
    for (int i = 0; i < 4; ++i) at[i] = ChunkAt(lane % 16, 2 * i + lane / 16);
#pragma unroll
    for (int i = 0; i < 2 * kTiles; ++i) largest[i / 2][i % 2] = -INFINITY;
  }

  /// Of queries from `row` on.
  __device__ __forceinline__ void SetScores(const uint16_t* queries, int row,
                                            const uint16_t* keys) {
#pragma unroll
    for (int i = 0; i < kTiles * kTokens / 2; ++i) {
      scores[i / (kTokens / 2)][i / 4 % (kTokens / 8)][i % 4] = 0;
    }
#pragma unroll
    for (int k = 0; k < kDim / 16; ++k) {
      uint32_t left[kTiles][4];
#pragma unroll
      for (int m = 0; m < kTiles; ++m) {
        LoadTiles(queries + k / 4 * Shape::kRows * 64 + (row + 16 * m) * 64 + at[k % 4], left[m]);
      }
#pragma unroll
      for (int n = 0; n < kTokens / 8; n += 2) {
        uint32_t right[4];
        LoadTilesTransposed(keys + 16 * k * 64 + at[n / 2], right);
#pragma unroll
        for (int m = 0; m < kTiles; ++m) {
          MultiplyAddHalf(scores[m][n], left[m], right[0], right[1]);
          MultiplyAddHalf(scores[m][n + 1], left[m], right[2], right[3]);
        }
      }
    }
  }

  /// Hides tokens behind the rows' own: row r of the warp sees token `seen` + r and those before.
  __device__ __forceinline__ void Mask(int seen) {
    const int at = seen + lane / 4 - lane % 4 * 2;
#pragma unroll
    for (int i = 0; i < kTiles * kTokens / 2; ++i) {
      const int m = i / (kTokens / 2), n = i / 4 % (kTokens / 8), j = i % 4;
      if (8 * n + j % 2 > at + 16 * m + j / 2 * 8) scores[m][n][j] = -INFINITY;
    }
  }

  /// From scores to weights; the sums so far shrink with the maximum's growth. Each row sees a
  /// token of the first tile.
  __device__ __forceinline__ void Weigh(float scale) {
#pragma unroll
    for (int i = 0; i < 2 * kTiles; ++i) {
      const int m = i / 2, half = i % 2 * 2;
      float now = -INFINITY;
#pragma unroll
      for (int n = 0; n < kTokens / 8; ++n) {
        now = Larger(now, Larger(scores[m][n][half], scores[m][n][half + 1]));
      }
      now = Larger(now, ShuffleXor(now, 1));
      now = Larger(largest[m][i % 2], Larger(now, ShuffleXor(now, 2)) * scale);
      const float factor = Exp2(largest[m][i % 2] - now);
      largest[m][i % 2] = now;
      float more = 0;
#pragma unroll
      for (int n = 0; n < kTokens / 8; ++n) {
#pragma unroll
        for (int j = half; j < half + 2; ++j) {
          scores[m][n][j] = Exp2(scores[m][n][j] * scale - now);
          more += scores[m][n][j];
        }
      }
      sum[m][i % 2] = sum[m][i % 2] * factor + more;
#pragma unroll
      for (int n = 0; n < kDim / 8; ++n) out[m][n][half] *= factor, out[m][n][half + 1] *= factor;
    }
  }

  __device__ __forceinline__ void AddValues(const uint16_t* values) {
#pragma unroll
    for (int k = 0; k < kTokens / 16; ++k) {
      uint32_t left[kTiles][4];
#pragma unroll
      for (int i = 0; i < 4 * kTiles; ++i) {
        const float(&c)[4] = scores[i / 4][2 * k + i % 4 / 2];
        left[i / 4][i % 4] = RoundHalfPair(c[i % 2 * 2], c[i % 2 * 2 + 1]);
      }
#pragma unroll
      for (int n = 0; n < kDim / 8; n += 2) {
        uint32_t right[4];
        LoadTilesTransposed(values + n / 8 * kTokens * 64 + 16 * k * 64 + at[n / 2 % 4], right);
#pragma unroll
        for (int m = 0; m < kTiles; ++m) {
          MultiplyAddHalf(out[m][n], left[m], right[0], right[1]);
          MultiplyAddHalf(out[m][n + 1], left[m], right[2], right[3]);
        }
      }
    }
  }

  /// Rows from `row` of the block's on, by way of shared memory, which they alone used.
  __device__ __forceinline__ void Store(const PagedCall<BF16>& call, const PrefillRows& rows,
                                        int row, uint16_t* rounded) const {
#pragma unroll
    for (int i = 0; i < 2 * kTiles; ++i) {
      const int m = i / 2, half = i % 2;
      float whole = sum[m][half] + ShuffleXor(sum[m][half], 1);
      whole += ShuffleXor(whole, 2);
      const float inverse = Divide(1.0f, whole);
#pragma unroll
      for (int n = 0; n < kDim / 8; ++n) {
        const int at = PanelChunkAt(Shape::kRows, row + 16 * m + 8 * half + lane / 4, n);
        *reinterpret_cast<uint32_t*>(rounded + at + lane % 4 * 2) =
            RoundPair(out[m][n][2 * half] * inverse, out[m][n][2 * half + 1] * inverse);
      }
    }
    __syncwarp();
    constexpr int kChunks = kDim / 8;
    const int dim = Shape::DimOf(call.layer);
    BF16* const to = call.out +
                     (call.layer.first_row[rows.segment] + int64_t{rows.first}) * call.out_stride +
                     int64_t{rows.head} * dim;
#pragma unroll 4
    for (int i = lane; i < kTiles * 16 * kChunks; i += 32) {
      const int r = row + i / kChunks, chunk = i % kChunks;
      if (r >= rows.count) break;
      const uint16_t* const from = rounded + PanelChunkAt(Shape::kRows, r, chunk);
      BF16* const out_row = to + r * call.out_stride + 8 * chunk;
      if (rows.aligned && (Shape::kWhole || 8 * chunk + 8 <= dim)) {
        *reinterpret_cast<uint4*>(out_row) = *reinterpret_cast<const uint4*>(from);
      } else {
        for (int d = 0; d < min(8, dim - 8 * chunk); ++d) out_row[d].bits = from[d];
      }
    }
  }
};

// Block (block of rows of all segments, head); a segment's with most keys comes first.
template <class Shape>
__global__ void __launch_bounds__(kThreads, Shape::kDim <= 128 ? 2 : 1)
    PrefillKernel(PagedCall<BF16> call, bool aligned) {
  const PagedLayer& layer = call.layer;
  const auto blocks_of = [&](int i) {
    const int count = layer.row_count[i];
    return count > call.decode_rows ? (count + Shape::kRows - 1) / Shape::kRows : 0;
  };
  const auto [segment, index] = FindPiece(layer.segments, static_cast<int>(blockIdx.x), blocks_of);
  if (segment == layer.segments) return;
  const int all = layer.row_count[segment];
  const int first = (blocks_of(segment) - 1 - index) * Shape::kRows;
  const PrefillRows rows{segment,
                         static_cast<int>(blockIdx.y),
                         first,
                         min(Shape::kRows, all - first),
                         layer.first_position[segment] + first,
                         aligned};
  const PrefillMemory<Shape> memory;
  const int kv_head = rows.head / call.group();
  const int keys = rows.position + rows.count, tiles = TilesOf(keys);
  const auto copy = [&](int tile) {
    const uint8_t* const head = layer.Head(layer.Block(segment, tile), kv_head);
    if constexpr (Shape::kBytes) {
      CopyBytes(head, static_cast<int>(layer.layout.bytes), memory.Raw());
    } else {
      CopyHalves<Shape>(layer, head, keys - tile * kTokens, memory.Keys(tile % 2),
                        memory.Values(tile % 2));
    }
    CommitCopies();
  };
  copy(0);
  LoadQueries<Shape>(call, rows, memory.queries);
  const int warp_row = static_cast<int>(threadIdx.x) / 32 * Shape::kTiles * 16;
  const int warp_rows = min(Shape::kTiles * 16, rows.count - warp_row);
  PrefillState<Shape> state;
  for (int tile = 0; tile < tiles; ++tile) {
    WaitForCopies<0>();
    __syncthreads();
    const int stage = Shape::kBytes ? 0 : tile % 2;
    if constexpr (Shape::kBytes) {
      WidenTiles<Shape>(layer, memory.Raw(), keys - tile * kTokens, memory.Keys(0),
                        memory.Values(0));
      __syncthreads();
    }
    if (tile + 1 < tiles) copy(tile + 1);
    // Of this tile, the token at the warp's first row and at its last.
    const int seen = rows.position + warp_row - tile * kTokens;
    if (warp_rows <= 0 || seen + warp_rows <= 0) continue;
    state.SetScores(memory.queries, warp_row, memory.Keys(stage));
    if (seen < kTokens - 1) state.Mask(seen);
    state.Weigh(call.scale);
    state.AddValues(memory.Values(stage));
  }
  state.Store(call, rows, warp_row, memory.queries);
}

template <class Shape>
void LaunchPrefill(CudaDevice* device, const PagedCall<BF16>& call, const DevicePages& pages) {
  // At most: each segment may end with a block that is not full.
  const int64_t blocks = pages.rows() / Shape::kRows + pages.segments();
  const dim3 grid(static_cast<unsigned>(blocks), static_cast<unsigned>(call.heads));
  const bool aligned = reinterpret_cast<uintptr_t>(call.q) % 16 == 0 && call.q_stride % 8 == 0 &&
                       reinterpret_cast<uintptr_t>(call.out) % 16 == 0 &&
                       call.out_stride % 8 == 0 && call.layer.head_dim % 8 == 0;
  Launch(device, {grid, dim3(kThreads), Shape::kSharedBytes}, PrefillKernel<Shape>, call, aligned);
}
template <bool kBytes>
void LaunchPrefill(CudaDevice* device, const PagedCall<BF16>& call, const DevicePages& pages) {
  const int dim = call.layer.head_dim;
  const bool many = pages.most_rows() > 64;
  if (dim == 64) {
    return many ? LaunchPrefill<PrefillShape<64, true, 2, kBytes>>(device, call, pages)
                : LaunchPrefill<PrefillShape<64, true, 1, kBytes>>(device, call, pages);
  }
  if (dim == 128) {
    return many ? LaunchPrefill<PrefillShape<128, true, 2, kBytes>>(device, call, pages)
                : LaunchPrefill<PrefillShape<128, true, 1, kBytes>>(device, call, pages);
  }
  if (dim < 128) return LaunchPrefill<PrefillShape<128, false, 1, kBytes>>(device, call, pages);
  LaunchPrefill<PrefillShape<kMostPagedDim, false, 1, kBytes>>(device, call, pages);
}

}  // namespace

void PrefillPages(CudaDevice* device, const PagedCall<BF16>& call, KvType type,
                  const DevicePages& pages) {
  if (type == KvType::kQ8_0) {
    LaunchPrefill<true>(device, call, pages);
  } else {
    LaunchPrefill<false>(device, call, pages);
  }
}

}  // namespace cria::kernels::cuda
