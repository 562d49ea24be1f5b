// Attention of segments of few rows over blocks of keys and values ("flash decoding"): the context
// is cut among blocks of threads, whose parts are put together in order. Each warp takes whole
// blocks of 64 tokens, from device memory straight into the operands of the matrix units: 8 queries
// are the columns, so that keys and values are read once for a group of up to 8 heads. What bounds
// it is memory: up to 8 KiB are on their way to each warp's registers, and no warp waits for
// another.
#include "device_words.h"
#include "kernels/cuda/paged_call.h"
#include "kernels/cuda/paged_tiles.h"
#include "kernels/cuda/reduce.h"
#include "kernels/cuda/vectors.h"

namespace cria::kernels::cuda {
namespace {

constexpr int kTokens = static_cast<int>(kKvBlockTokens);
constexpr int kWarps = 4, kQueries = 8;

/// How a pass is cut. A query is row r and head h of a group, number r * group + h.
struct DecodeCut {
  int splits;   ///< of the tiles of a segment; those behind its end are empty
  int queries;  ///< of a segment's group, at most
};

/// What a split leaves of its queries where there are several; not yet divided by the sums.
struct Partials {
  float* out;     // [segments, kv_heads, queries, splits, head_dim]
  float2* state;  // [segments, kv_heads, queries, splits] maximum, in units of log2, and sum
};

/// Of `tiles`, so that all warps have as many.
__device__ __forceinline__ int TilesOfSplit(int tiles, int splits) {
  return ((tiles + splits - 1) / splits + kWarps - 1) / kWarps * kWarps;
}
/// First of a query's partials.
__host__ __device__ __forceinline__ int64_t PartialsOf(const DecodeCut& cut, int kv_heads,
                                                       int segment, int head, int query) {
  return ((int64_t{segment} * kv_heads + head) * cut.queries + query) * cut.splits;
}

/// What a warp has of its 8 queries. Lane 4 g + t has of queries 2 t and 2 t + 1 the values of
/// dimensions 64 c + 8 g + 2 i and the next in out[4 c + i] (the query counts faster).
template <class Shape>
struct WarpState {
  static constexpr int kDim = Shape::kDim;
  static constexpr bool kBytes = Shape::kBytes;

  const uint2 (*query)[32];  ///< right operands of the keys' steps, by lane
  float out[kDim / 16][4] = {};
  float largest[2] = {-INFINITY, -INFINITY}, sum[2] = {};
  int visible[2] = {};  ///< keys that queries 2 t and 2 t + 1 see

  // Of the tile at hand. Tokens 8 g + 2 i and the next are scores[i].
  float scores[4][4] = {}, unscaled[4][4] = {};
  uint32_t weights[4][2] = {};  ///< right operands of the values' steps

  using Reader = CacheReader<Shape>;

  __device__ __forceinline__ void AddScores(const Reader& reader, int step) {
    const auto& rows = reader.rows[step % Reader::kDepth];
    const uint2 b = query[step][threadIdx.x % 32];
    uint32_t a[4];
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      OperandOf(rows, i, a);
      MultiplyAddHalf(kBytes ? unscaled[i] : scores[i], a, b.x, b.y);
    }
    if (kBytes && step % 2 == 1) {
      const uint4& scales = reader.scales[step / 2 % Reader::kSlots];
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        const float2 scale = WidenHalfPair(WordOf(scales, i));
#pragma unroll
        for (int j = 0; j < 4; ++j) {
          scores[i][j] += unscaled[i][j] * (j < 2 ? scale.x : scale.y);
          unscaled[i][j] = 0;
        }
      }
    }
  }

  /// From scores to weights; the sums so far shrink with the maximum's growth.
  __device__ __forceinline__ void Weigh(float scale, int first_token, int g, int t) {
    uint32_t pairs[4][2];
#pragma unroll
    for (int q = 0; q < 2; ++q) {
      const int count = visible[q] - first_token - 8 * g;
      float now = largest[q];
#pragma unroll
      for (int i = 0; i < 8; ++i) {
        float& score = scores[i / 2][i % 2 * 2 + q];
        score = i < count ? score * scale : -INFINITY;
        now = Larger(now, score);
      }
#pragma unroll
      for (int mask = 4; mask < 32; mask *= 2) now = Larger(now, ShuffleXor(now, mask));
      const float base = now == -INFINITY ? 0.0f : now;
      const float factor = Exp2(largest[q] - base);
      largest[q] = now;
      sum[q] *= factor;
#pragma unroll
      for (int i = 0; i < kDim / 16; ++i) out[i][q] *= factor, out[i][2 + q] *= factor;
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        const float first = Exp2(scores[i][q] - base), second = Exp2(scores[i][2 + q] - base);
        sum[q] += first + second;
        pairs[i][q] = RoundHalfPair(first, second);
        scores[i][q] = scores[i][2 + q] = 0;
      }
    }
    // Queries leave the columns for the rows.
#pragma unroll
    for (int i = 0; i < 8; ++i) {
      const int from = (t + i % 2 * 4) * 4 + g / 2;
      const uint32_t even = Shuffle(pairs[i / 2][0], from), odd = Shuffle(pairs[i / 2][1], from);
      weights[i / 2][i % 2] = g % 2 == 0 ? even : odd;
    }
  }

  __device__ __forceinline__ void AddValues(const Reader& reader, int step) {
    const auto& rows = reader.rows[step % Reader::kDepth];
    const int s = step - Reader::kKeySteps, j = s % 4;
    uint32_t a[4];
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      OperandOf(rows, i, a);
      if constexpr (kBytes) {
        const uint4& scales = reader.scales[step / 2 % Reader::kSlots];
#pragma unroll
        for (int half = 0; half < 4; ++half) {
          const uint32_t scale = WordOf(scales, half / 2 * 2 + step % 2);
          a[half] = MultiplyAddHalfPair(a[half], scale, 0);
        }
      }
      MultiplyAddHalf(out[s / 4 * 4 + i], a, weights[j][0], weights[j][1]);
    }
  }
};

/// The warps' states of a block, put together and left as a part, or as rows of `out`.
template <int kDim>
struct SharedStates {
  float out[kWarps][kQueries][kDim + 2];  // at most two lanes in a bank
  float2 state[kWarps][kQueries];

  template <class Shape>
  __device__ __forceinline__ void Set(const WarpState<Shape>& from, int warp, int g, int t) {
#pragma unroll
    for (int q = 0; q < 2; ++q) {
      float sum = from.sum[q];
#pragma unroll
      for (int mask = 4; mask < 32; mask *= 2) sum += ShuffleXor(sum, mask);
      if (g == 0) state[warp][2 * t + q] = {from.largest[q], sum};
#pragma unroll
      for (int i = 0; i < kDim / 16; ++i) {
        const int d = i / 4 * 64 + 8 * g + i % 4 * 2;
        *reinterpret_cast<float2*>(&out[warp][2 * t + q][d]) = {from.out[i][q], from.out[i][2 + q]};
      }
    }
  }
};

/// Parts i of a query with maxima and sums state[i * stride]: how much each counts.
struct Whole {
  float largest = -INFINITY, base = 0, sum = 0;

  __device__ __forceinline__ Whole(const float2* state, int parts, int stride) {
    for (int i = 0; i < parts; ++i) largest = Larger(largest, state[i * stride].x);
    base = largest == -INFINITY ? 0.0f : largest;
    for (int i = 0; i < parts; ++i) sum += Factor(state[i * stride]) * state[i * stride].y;
  }
  __device__ __forceinline__ float Factor(const float2& state) const {
    return Exp2(state.x - base);
  }
};

/// Where query `i` of a segment's group goes.
__device__ __forceinline__ BF16* OutRow(const PagedCall<BF16>& call, int segment, int kv_head,
                                        int i) {
  const int group = call.group();
  return call.out + (call.layer.first_row[segment] + int64_t{i / group}) * call.out_stride +
         (int64_t{kv_head} * group + i % group) * call.layer.head_dim;
}

/// The 8 queries from `first` on, or the last of them, as operands: columns are queries, rows t and
/// t + 4 dimensions of the keys' steps.
template <class Shape>
__device__ __forceinline__ void SetQueries(const PagedCall<BF16>& call, int segment, int kv_head,
                                           int first, int queries, uint2 (*to)[32]) {
  const int lane = static_cast<int>(threadIdx.x) % 32, g = lane / 4, t = lane % 4;
  const int group = call.group(), dim = call.layer.head_dim, i = first + min(g, queries - 1);
  const BF16* const q = call.q +
                        (call.layer.first_row[segment] + int64_t{i / group}) * call.q_stride +
                        (int64_t{kv_head} * group + i % group) * dim;
  const auto at = [&](int d) { return Shape::kWhole || d < dim ? Load(q[d]) : 0.0f; };
#pragma unroll
  for (int first_step = 0; first_step < Shape::kDim / 16; first_step += kWarps) {
    const int step = first_step + static_cast<int>(threadIdx.x) / 32, d = 16 * step + t;
    to[step][lane] = {QueryPair(at(d), at(d + 4)), QueryPair(at(d + 8), at(d + 12))};
  }
}

// Block (split and tile of queries, head of keys and values, segment).
template <class Shape>
__global__ void __launch_bounds__(kWarps * 32, Shape::kDim <= 128 ? 3 : 2)
    DecodeKernel(PagedCall<BF16> call, DecodeCut cut, Partials partials) {
  WaitForEarlier();
  LetNextBegin();
  constexpr int kDim = Shape::kDim;
  __shared__ uint2 query[kDim / 16][32];
  __shared__ SharedStates<kDim> shared;
  const PagedLayer& layer = call.layer;
  const int split = static_cast<int>(blockIdx.x) % cut.splits;
  const int query_tile = static_cast<int>(blockIdx.x) / cut.splits;
  const int head = static_cast<int>(blockIdx.y), segment = static_cast<int>(blockIdx.z);
  const int rows = layer.row_count[segment], position = layer.first_position[segment];
  const int group = call.group(), first_query = query_tile * kQueries;
  const int queries = min(kQueries, rows * group - first_query);
  if (rows > call.decode_rows || queries <= 0) return;
  const int keys = position + (first_query + queries - 1) / group + 1;
  const int tiles = TilesOf(keys), share = TilesOfSplit(tiles, cut.splits);
  const int end_tile = min(tiles, (split + 1) * share);
  if (split * share >= end_tile) return;
  const int thread = static_cast<int>(threadIdx.x), warp = thread / 32, lane = thread % 32;
  const int g = lane / 4, t = lane % 4;

  CacheReader<Shape> reader{layer.head_dim, g, t};
  // A tile's place in memory is looked up one tile ahead.
  const auto block_of = [&](int tile) { return tile < end_tile ? layer.Block(segment, tile) : 0; };
  const auto tile_at = [&](int tile, int32_t block) {
    return reader.At(layer.Head(block, head), tile < end_tile ? keys - tile * kTokens : 0);
  };
  int tile = split * share + warp;
  DecodeTile now = tile_at(tile, block_of(tile));
  reader.Begin(now);
  SetQueries<Shape>(call, segment, head, first_query, queries, query);
  WarpState<Shape> state{query};
#pragma unroll
  for (int i = 0; i < 2; ++i) {
    state.visible[i] = position + (first_query + min(2 * t + i, queries - 1)) / group + 1;
  }
  __syncthreads();
  for (; tile < end_tile; tile += kWarps) {
    const int32_t block = block_of(tile + kWarps);
    DecodeTile next = now;
#pragma unroll
    for (int step = 0; step < reader.kSteps; ++step) {
      if (step == reader.kSteps - reader.kDepth) next = tile_at(tile + kWarps, block);
      if (step == reader.kKeySteps) state.Weigh(call.scale, tile * kTokens, g, t);
      if (step < reader.kKeySteps) {
        state.AddScores(reader, step);
      } else {
        state.AddValues(reader, step);
      }
      reader.Continue(now, next, step);
    }
    now = next;
  }

  shared.Set(state, warp, g, t);
  __syncthreads();
  for (int i = 0; i < queries; ++i) {
    const Whole whole(&shared.state[0][i], kWarps, kQueries);
    const int64_t partial = PartialsOf(cut, layer.kv_heads, segment, head, first_query + i) + split;
    float* const part = partials.out + partial * layer.head_dim;
    BF16* const out = OutRow(call, segment, head, first_query + i);
    for (int d = thread; d < layer.head_dim; d += kWarps * 32) {
      float x = 0;
#pragma unroll
      for (int w = 0; w < kWarps; ++w) x += whole.Factor(shared.state[w][i]) * shared.out[w][i][d];
      if (cut.splits == 1) {
        out[d] = Round<BF16>(Divide(x, whole.sum));
      } else {
        part[d] = x;
      }
    }
    if (cut.splits > 1 && thread == 0) {
      partials.state[partial] = {whole.largest, whole.sum};
    }
  }
}

// Block (query, head of keys and values, segment).
__global__ void __launch_bounds__(128)
    CombineKernel(PagedCall<BF16> call, DecodeCut cut, Partials partials) {
  WaitForEarlier();
  LetNextBegin();
  const PagedLayer& layer = call.layer;
  const int query = static_cast<int>(blockIdx.x), head = static_cast<int>(blockIdx.y);
  const int segment = static_cast<int>(blockIdx.z), group = call.group();
  const int rows = layer.row_count[segment];
  if (rows > call.decode_rows || query >= rows * group) return;
  // As the blocks of threads that have this query cut its tiles.
  const int last = min((query / kQueries + 1) * kQueries, rows * group) - 1;
  const int tiles = TilesOf(layer.first_position[segment] + last / group + 1);
  const int share = TilesOfSplit(tiles, cut.splits), parts = (tiles + share - 1) / share;
  const int64_t first = PartialsOf(cut, layer.kv_heads, segment, head, query);
  const float2* const state = partials.state + first;
  const float* const from = partials.out + first * layer.head_dim;
  const Whole whole(state, parts, 1);
  BF16* const out = OutRow(call, segment, head, query);
  for (int d = static_cast<int>(threadIdx.x); d < layer.head_dim; d += 128) {
    float x = 0;
#pragma unroll 4
    for (int i = 0; i < parts; ++i) {
      x += whole.Factor(state[i]) * from[i * layer.head_dim + d];
    }
    out[d] = Round<BF16>(Divide(x, whole.sum));
  }
}

/// As many blocks as keep the device busy, with at least a tile for each warp; and none so long
/// that the others are done before it where segments differ. Must follow from the pages' key, so
/// not from how long segments are at the moment.
DecodeCut CutOf(const CudaDevice& device, const PagedCall<BF16>& call, const DevicePages& pages) {
  constexpr int64_t kBlocksPerProcessor = 3, kMostTiles = 16;
  const int64_t rows = std::min<int64_t>(call.decode_rows, pages.most_rows());
  const int64_t queries = rows * (call.heads / call.layer.kv_heads);
  const int64_t units = pages.segments() * call.layer.kv_heads * Ceiling(queries, kQueries);
  const int64_t tiles = pages.most_tokens() / kTokens;
  const int64_t splits = std::min(Ceiling(kBlocksPerProcessor * device.multiprocessors(), units),
                                  Ceiling(tiles, kWarps));
  return {static_cast<int>(std::max(splits, Ceiling(tiles, kMostTiles))),
          static_cast<int>(queries)};
}

template <class Shape>
void LaunchDecode(CudaDevice* device, dim3 grid, const PagedCall<BF16>& call, const DecodeCut& cut,
                  const Partials& partials) {
  Launch(device, Overlapping({grid, dim3(kWarps * 32)}), DecodeKernel<Shape>, call, cut, partials);
}
template <bool kBytes>
void LaunchDecode(CudaDevice* device, dim3 grid, const PagedCall<BF16>& call, const DecodeCut& cut,
                  const Partials& partials) {
  const int dim = call.layer.head_dim;
  if (dim == 64) {
    LaunchDecode<DecodeShape<64, kBytes, true>>(device, grid, call, cut, partials);
  } else if (dim == 128) {
    LaunchDecode<DecodeShape<128, kBytes, true>>(device, grid, call, cut, partials);
  } else if (dim < 128) {
    LaunchDecode<DecodeShape<128, kBytes, false>>(device, grid, call, cut, partials);
  } else {
    LaunchDecode<DecodeShape<kMostPagedDim, kBytes, false>>(device, grid, call, cut, partials);
  }
}

}  // namespace

void DecodePages(CudaDevice* device, const PagedCall<BF16>& call, KvType type,
                 const DevicePages& pages) {
  const DecodeCut cut = CutOf(*device, call, pages);
  const int segments = static_cast<int>(pages.segments());
  Partials partials{};
  if (cut.splits > 1) {
    const int64_t parts = PartialsOf(cut, call.layer.kv_heads, segments, 0, 0);
    partials.out = device->Scratch<float>(CudaDevice::kFirst, parts * call.layer.head_dim);
    partials.state = device->Scratch<float2>(CudaDevice::kSecond, parts);
  }
  const int64_t blocks = cut.splits * Ceiling(cut.queries, kQueries);
  const dim3 grid(static_cast<unsigned>(blocks), static_cast<unsigned>(call.layer.kv_heads),
                  static_cast<unsigned>(segments));
  if (type == KvType::kQ8_0) {
    LaunchDecode<true>(device, grid, call, cut, partials);
  } else {
    LaunchDecode<false>(device, grid, call, cut, partials);
  }
  if (cut.splits == 1) return;
  const dim3 queries(static_cast<unsigned>(cut.queries), grid.y, grid.z);
  Launch(device, Overlapping({queries, dim3(128)}), CombineKernel, call, cut, partials);
}

}  // namespace cria::kernels::cuda
