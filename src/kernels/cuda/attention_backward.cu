// Attention backward. bf16 on the matrix units: one kernel for dk and dv with keys in rows, one for
// dq with queries in rows; each computes the probabilities anew (Dao et al. 2022, algorithm 4), so
// that they and the score gradients go from product to product in registers, every sum has one
// owner and one order, and nothing is added in memory. Everything else by attention_plain.cu.
#include "kernels/cuda/attention_tiles.h"
#include "kernels/cuda/operations.h"

namespace cria::kernels::cuda {
namespace {

/// Sums of kRowsPerBlock queries of one head, kLanes threads for each.
constexpr int kLanes = 8, kRowsPerBlock = 32;
template <class T, bool kVectors>
__global__ void __launch_bounds__(kLanes* kRowsPerBlock)
    SumsKernel(AttentionBackwardArguments<T> x) {
  const AttentionShape& s = x.shape;
  const int64_t blocks = x.padded / kRowsPerBlock, head = blockIdx.x / blocks;
  const int part = static_cast<int>(threadIdx.x) % kLanes;
  const int64_t i = blockIdx.x % blocks * kRowsPerBlock + threadIdx.x / kLanes;
  float delta = 0;
  if (i < s.q_len) {
    const int64_t at = OutAt(s, head / s.heads, i, head % s.heads);
    if constexpr (kVectors) {
      for (int d = part * 8; d < s.head_dim; d += kLanes * 8) {
        const uint4 a = *reinterpret_cast<const uint4*>(x.out + at + d);
        const uint4 b = *reinterpret_cast<const uint4*>(x.dout + at + d);
        const uint32_t left[4] = {a.x, a.y, a.z, a.w}, right[4] = {b.x, b.y, b.z, b.w};
#pragma unroll
        for (int j = 0; j < 4; ++j) {
          const float2 u = WidenPair(left[j]), w = WidenPair(right[j]);
          delta = fmaf(u.x, w.x, delta);
          delta = fmaf(u.y, w.y, delta);
        }
      }
    } else {
      for (int d = part; d < s.head_dim; d += kLanes) {
        delta = fmaf(Load(x.out[at + d]), Load(x.dout[at + d]), delta);
      }
    }
  }
  for (int mask = kLanes / 2; mask > 0; mask /= 2) delta += ShuffleXor(delta, mask);
  if (part == 0) {
    const float lse = i < s.q_len ? x.lse[head * s.q_len + i] * kLog2E : INFINITY;
    x.sums[head * x.padded + i] = {lse, delta};
  }
}

/// A block of threads takes kKeys keys of one key/value head and all queries of its group that see
/// them, kQueries at a time. Warps share keys by kKeyWarps. Where sums of a warp's keys would not
/// fit its registers, kHalves warps have the same keys: each computes the probabilities of its part
/// of the queries, they exchange them, and each sums up its part of the columns.
template <int kDim>
struct KeyTile {
  static constexpr int kHalves = kDim <= 96 ? 1 : 2, kKeyWarps = 4 / kHalves;
  static constexpr int kThreads = 128;
  static constexpr int kM = kDim == 96 || kDim > 128 ? 1 : 2;
  static constexpr int kWarpKeys = 16 * kM, kKeys = kKeyWarps * kWarpKeys;
  static constexpr int kQueries = kDim <= 128 ? 64 : 32;
  static constexpr int kSlice = kDim <= 128 ? 32 : 16;  // of the queries, at one time in a warp
  static constexpr int kSlices = kQueries / kHalves / kSlice;
  static_assert(kHalves == 1 || (kSlices == 1 && kDim / kHalves % 64 == 0));
  static constexpr int kStage = 2 * kQueries * kDim;  // queries, then output gradients
  static constexpr int kTiles = 2 * kKeys * kDim + 2 * kStage;
  /// Left operands of a warp's slice, probabilities and score gradients.
  static constexpr int kExchanged = kHalves == 1 ? 0 : 2 * kM * kSlice / 16;
  static constexpr int64_t kSharedBytes =
      kTiles * 2 + 2 * kQueries * sizeof(RowSums) + kExchanged * kThreads * sizeof(uint4);
  static_assert(kDim > 128 || 2 * (kSharedBytes + 1024) <= 228 << 10);  // two blocks on sm_90
};

/// Scores and dout v^T become probabilities and score gradients: p = exp(s - lse), ds = p (dp -
/// delta). Columns are queries, `sums` of the first one.
template <int kM, int kN>
__device__ __forceinline__ void Differentiate(float scale_log2, const RowSums* sums,
                                              float (&scores)[kM][kN][4], float (&dp)[kM][kN][4]) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
#pragma unroll
  for (int n = 0; n < kN; ++n) {
    const float4 two = *reinterpret_cast<const float4*>(sums + 8 * n + lane % 4 * 2);
    const float lse[2] = {two.x, two.z}, delta[2] = {two.y, two.w};
#pragma unroll
    for (int i = 0; i < kM * 4; ++i) {
      float& p = scores[i / 4][n][i % 4];
      p = Exp2(fmaf(p, scale_log2, -lse[i % 2]));
      dp[i / 4][n][i % 4] = p * (dp[i / 4][n][i % 4] - delta[i % 2]);
    }
  }
}

/// Left operands from warp to warp, by `memory` of 32 kM.
template <int kM>
__device__ __forceinline__ void Give(const uint32_t (&a)[kM][1][4], uint4* memory) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
#pragma unroll
  for (int m = 0; m < kM; ++m) {
    memory[32 * m + lane] = {a[m][0][0], a[m][0][1], a[m][0][2], a[m][0][3]};
  }
}
template <int kM>
__device__ __forceinline__ void Take(const uint4* memory, uint32_t (&a)[kM][1][4]) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
#pragma unroll
  for (int m = 0; m < kM; ++m) {
    const uint4 given = memory[32 * m + lane];
    a[m][0][0] = given.x, a[m][0][1] = given.y, a[m][0][2] = given.z, a[m][0][3] = given.w;
  }
}

/// What a warp of KeyKernel sums up; tiles of keys, values and the stages lie in `memory`.
template <int kDim>
struct KeyWarp {
  using Tile = KeyTile<kDim>;
  static constexpr int kM = Tile::kM, kN = Tile::kSlice / 8, kColumns = kDim / Tile::kHalves;
  static constexpr int kValues = Tile::kKeys * kDim;
  const BF16* memory;
  uint4* exchange;
  int warp, half, row;  ///< `row` is the first key's
  int pair;             ///< of the columns
  float dk[kM][kColumns / 8][4], dv[kM][kColumns / 8][4];

  __device__ __forceinline__ KeyWarp(const BF16* tiles, uint4* between_warps)
      : memory(tiles), exchange(between_warps) {
    warp = static_cast<int>(threadIdx.x) / 32;
    half = warp / Tile::kKeyWarps, row = warp % Tile::kKeyWarps * Tile::kWarpKeys;
    pair = half * kColumns / 16;
    SetZero(dk);
    SetZero(dv);
  }

  /// Queries from row `at` of the stage on, `lead` positions ahead of the keys.
  __device__ __forceinline__ void Add(float scale_log2, int stage, int at, int lead,
                                      const RowSums* sums) {
    float p[kM][kN][4], ds[kM][kN][4];
    SetZero(p);
    SetZero(ds);
    const auto keys = TileReader<kDim>::RowsFirst(memory, row * kDim);
    const auto queries = TileReader<kDim>::ValuesFirst(memory, stage + at * kDim);
    MultiplyRows(keys, 0, queries, 0, p);
    MultiplyRows(keys, Tile::kKeys, queries, Tile::kQueries, ds);
    if (lead < Tile::kWarpKeys - 1) MaskFuture<true>(lead, p);
    Differentiate(scale_log2, sums + at, p, ds);

    const auto columns = TileReader<kDim>::RowsFirst(memory + stage, at * kDim + pair * 16);
#pragma unroll
    for (int k = 0; k < kN / 2; ++k) {
      uint32_t left[kM][1][4];
      RoundToLeft(p, 2 * k, left);
      if constexpr (Tile::kHalves == 2) Give(left, exchange + (warp * kN + k) * kM * 32);
      Multiply(left, columns, Tile::kQueries + 16 * k, dv);
      RoundToLeft(ds, 2 * k, left);
      if constexpr (Tile::kHalves == 2) Give(left, exchange + (warp * kN + kN / 2 + k) * kM * 32);
      Multiply(left, columns, 16 * k, dk);
    }
  }

  /// What the warp with the same keys has given, of queries from row `at` on.
  __device__ __forceinline__ void AddGiven(int stage, int at) {
    const uint4* given = exchange + (warp ^ Tile::kKeyWarps) * kN * kM * 32;
    const auto columns = TileReader<kDim>::RowsFirst(memory + stage, at * kDim + pair * 16);
#pragma unroll
    for (int k = 0; k < kN / 2; ++k) {
      uint32_t left[kM][1][4];
      Take(given + k * kM * 32, left);
      Multiply(left, columns, Tile::kQueries + 16 * k, dv);
      Take(given + (kN / 2 + k) * kM * 32, left);
      Multiply(left, columns, 16 * k, dk);
    }
  }

  /// To the tiles of keys and values, which nobody reads any more.
  __device__ __forceinline__ void Round(float scale, BF16* tiles) const {
    RoundToRows<kDim>(dk, scale, row, pair * 2, tiles);
    RoundToRows<kDim>(dv, 1, row, pair * 2, tiles + kValues);
  }
};

template <int kDim>
__global__ void __launch_bounds__(KeyTile<kDim>::kThreads, kDim <= 128 ? 2 : 1)
    KeyKernel(AttentionBackwardArguments<BF16> x, BlockOrder order) {
  using Tile = KeyTile<kDim>;
  constexpr int kQueries = Tile::kQueries, kThreads = Tile::kThreads;
  const AttentionShape& s = x.shape;
  int head, block;
  order.Locate(&head, &block);
  const int first = block * Tile::kKeys;  // the first keys are seen the most
  const int sequence = head / s.kv_heads, kv_head = head % s.kv_heads;
  const int q_len = static_cast<int>(s.q_len), kv_len = static_cast<int>(s.kv_len);
  const int offset = kv_len - q_len;  // position of query 0
  const int first_query = max(first - offset, 0) / kQueries * kQueries;
  int h = kv_head * (s.heads / s.kv_heads), query = first_query;
  const int end = q_len > 0 ? h + s.heads / s.kv_heads : h;

  BF16* memory = SharedMemory<BF16>();
  constexpr int kStages = 2 * Tile::kKeys * kDim;
  RowSums* sums = reinterpret_cast<RowSums*>(memory + Tile::kTiles);
  const auto copy = [&](int step, int of_head, int from) {
    BF16* to = memory + kStages + step % 2 * Tile::kStage;
    const int column = of_head * s.head_dim, thread = static_cast<int>(threadIdx.x);
    const int64_t row = sequence * s.q_len + from;
    CopyRowsAsync<kQueries, kDim, kThreads>(x.q + column, row, s.q_stride, q_len - from, s.head_dim,
                                            to);
    CopyRowsAsync<kQueries, kDim, kThreads>(x.dout + column, row, s.out_stride, q_len - from,
                                            s.head_dim, to + kQueries * kDim);
    if (thread < kQueries / 2) {
      const int64_t at = (int64_t{sequence} * s.heads + of_head) * x.padded + from + 2 * thread;
      CopyAsync16(sums + step % 2 * kQueries + 2 * thread, x.sums + at);
    }
  };
  const int kv_column = kv_head * s.head_dim;
  CopyRowsAsync<Tile::kKeys, kDim, kThreads>(x.k + kv_column, x.v + kv_column,
                                             sequence * s.kv_len + first, s.kv_stride,
                                             kv_len - first, s.head_dim, memory);
  if (h < end) copy(0, h, query);
  CommitCopies();

  KeyWarp<kDim> warp(memory, reinterpret_cast<uint4*>(sums + 2 * kQueries));
  for (int step = 0; h < end; ++step) {
    WaitForCopies<0>();
    __syncthreads();
    const bool last = query + kQueries >= q_len;  // of this head
    const int next_h = last ? h + 1 : h, next_query = last ? first_query : query + kQueries;
    if (next_h < end) copy(step + 1, next_h, next_query);
    CommitCopies();
    const int stage = kStages + step % 2 * Tile::kStage;
#pragma unroll 1
    for (int slice = 0; slice < Tile::kSlices; ++slice) {
      const int at = warp.half * (kQueries / Tile::kHalves) + slice * Tile::kSlice;
      const int lead = offset + query + at - (first + warp.row);
      if (Tile::kHalves == 1 && lead + Tile::kSlice <= 0) continue;  // these see none of the keys
      warp.Add(x.scale_log2, stage, at, lead, sums + step % 2 * kQueries);
      if constexpr (Tile::kHalves == 2) {
        __syncthreads();
        warp.AddGiven(stage, kQueries / 2 - at);
      }
    }
    h = next_h, query = next_query;
  }

  WaitForCopies<0>();
  __syncthreads();
  warp.Round(x.scale, memory);
  __syncthreads();
  const int rows = min(Tile::kKeys, kv_len - first);
  const int64_t at = KeyAt(s, sequence, first, kv_head);
  StoreRows<kDim>(memory, 0, rows, s.head_dim, x.dk + at, s.kv_stride, threadIdx.x, kThreads);
  StoreRows<kDim>(memory, Tile::kKeys, rows, s.head_dim, x.dv + at, s.kv_stride, threadIdx.x,
                  kThreads);
}

/// A block of threads takes kRows queries of one head and all keys that they see.
template <int kDim>
struct QueryTile {
  static constexpr int kThreads = 128;
  static constexpr int kM = kDim <= 128 ? 2 : 1;
  static constexpr int kWarpRows = 16 * kM, kRows = 4 * kWarpRows;
  static constexpr int kKeys = kDim <= 96 ? 64 : 32;
  static constexpr int kSlice = kDim <= 64 ? 64 : 32;
  static constexpr int kStage = 2 * kKeys * kDim;  // keys, then values
  static constexpr int64_t kSharedBytes = (2 * kRows * kDim + 2 * kStage) * 2;
};

/// What a warp of QueryKernel sums up; queries, their output gradients and the stages lie in
/// `memory`.
template <int kDim>
struct QueryWarp {
  using Tile = QueryTile<kDim>;
  static constexpr int kM = Tile::kM, kN = Tile::kSlice / 8;
  const BF16* memory;
  const RowSums* sums;  ///< of the first query
  int row;              ///< of it
  float dq[kM][kDim / 8][4];

  __device__ __forceinline__ QueryWarp(const BF16* tiles, const RowSums* all_sums)
      : memory(tiles), row(static_cast<int>(threadIdx.x) / 32 * Tile::kWarpRows) {
    sums = all_sums + row;
    SetZero(dq);
  }

  /// Keys at memory + `stage`, the queries `lead` positions ahead of them.
  __device__ __forceinline__ void Add(float scale_log2, int stage, int lead) {
    float p[kM][kN][4], ds[kM][kN][4];
    SetZero(p);
    SetZero(ds);
    const auto queries = TileReader<kDim>::RowsFirst(memory, row * kDim);
    const auto keys = TileReader<kDim>::ValuesFirst(memory, stage);
    MultiplyRows(queries, 0, keys, 0, p);
    MultiplyRows(queries, Tile::kRows, keys, Tile::kKeys, ds);
    if (lead < Tile::kSlice - 1) MaskFuture<false>(lead, p);
    const auto columns = TileReader<kDim>::RowsFirst(memory, stage);
    RowSums mine[kM * 2];
#pragma unroll
    for (int i = 0; i < kM * 2; ++i) mine[i] = sums[8 * i + threadIdx.x % 32 / 4];
#pragma unroll
    for (int k = 0; k < kN / 2; ++k) {
      uint32_t left[kM][1][4];
#pragma unroll
      for (int i = 0; i < kM * 4; ++i) {
        const int m = i / 4, n = 2 * k + i % 4 / 2, j = i % 2 * 2;
        const RowSums& of = mine[m * 2 + i % 2];
        left[m][0][i % 4] = RoundPair(
            Exp2(fmaf(p[m][n][j], scale_log2, -of.lse)) * (ds[m][n][j] - of.delta),
            Exp2(fmaf(p[m][n][j + 1], scale_log2, -of.lse)) * (ds[m][n][j + 1] - of.delta));
      }
      Multiply(left, columns, 16 * k, dq);
    }
  }
};

template <int kDim>
__global__ void __launch_bounds__(QueryTile<kDim>::kThreads, kDim <= 128 ? 2 : 1)
    QueryKernel(AttentionBackwardArguments<BF16> x, BlockOrder order) {
  using Tile = QueryTile<kDim>;
  constexpr int kKeys = Tile::kKeys, kThreads = Tile::kThreads;
  const AttentionShape& s = x.shape;
  int head, block;
  order.Locate(&head, &block);
  const int first = (order.ranks - 1 - block) * Tile::kRows;  // the last queries see the most
  const int sequence = head / s.heads, h = head % s.heads;
  const int q_len = static_cast<int>(s.q_len), kv_len = static_cast<int>(s.kv_len);
  const int position = kv_len - q_len + first;
  // Kept for later: registers are short.
  __shared__ int place[2];
  __shared__ RowSums sums[Tile::kRows];
  if (threadIdx.x == 0) place[0] = head, place[1] = first;
  if (threadIdx.x < Tile::kRows) {
    sums[threadIdx.x] = x.sums[head * x.padded + first + threadIdx.x];
  }
  BF16* memory = SharedMemory<BF16>();
  constexpr int kDouts = Tile::kRows * kDim, kStages = 2 * kDouts;
  const int64_t key_at = KeyAt(s, sequence, 0, h / (s.heads / s.kv_heads));
  const auto copy = [&](int step) {
    const int key = step * kKeys;
    CopyRowsAsync<kKeys, kDim, kThreads>(x.k + key_at, x.v + key_at, key, s.kv_stride, kv_len - key,
                                         s.head_dim, memory + kStages + step % 2 * Tile::kStage);
  };
  const int column = h * s.head_dim;
  const int64_t query_row = sequence * s.q_len + first;
  CopyRowsAsync<Tile::kRows, kDim, kThreads>(x.q + column, query_row, s.q_stride, q_len - first,
                                             s.head_dim, memory);
  CopyRowsAsync<Tile::kRows, kDim, kThreads>(x.dout + column, query_row, s.out_stride,
                                             q_len - first, s.head_dim, memory + kDouts);
  copy(0);
  CommitCopies();

  QueryWarp<kDim> warp(memory, sums);
  const int steps = (min(kv_len, position + Tile::kRows) + kKeys - 1) / kKeys;
  for (int step = 0; step < steps; ++step) {
    WaitForCopies<0>();
    __syncthreads();
    if (step + 1 < steps) copy(step + 1);
    CommitCopies();
#pragma unroll 1
    for (int slice = 0; slice < kKeys; slice += Tile::kSlice) {
      const int lead = position + warp.row - (step * kKeys + slice);
      if (lead + Tile::kWarpRows <= 0) continue;  // none of these keys is seen
      warp.Add(x.scale_log2, kStages + step % 2 * Tile::kStage + slice * kDim, lead);
    }
  }

  RoundToRows<kDim>(warp.dq, x.scale, warp.row, 0, memory);  // where only this warp has read
  __syncwarp();
  const int begin = place[1] + warp.row, rows = static_cast<int>(s.q_len) - begin;
  StoreRows<kDim>(memory, warp.row, min(Tile::kWarpRows, rows), s.head_dim,
                  x.dq + QueryAt(s, place[0] / s.heads, begin, place[0] % s.heads), s.q_stride,
                  threadIdx.x % 32, 32);
}

template <bool kVectors, class T>
void RunSums(CudaDevice* device, const AttentionBackwardArguments<T>& x) {
  const int64_t blocks = x.shape.batch * x.shape.heads * x.padded / kRowsPerBlock;
  if (blocks == 0) return;
  Launch(device, {static_cast<unsigned>(blocks), kLanes * kRowsPerBlock}, SumsKernel<T, kVectors>,
         x);
}

template <int kDim>
void RunTiles(CudaDevice* device, const AttentionBackwardArguments<BF16>& x) {
  const AttentionShape& s = x.shape;
  const int64_t group = s.heads / s.kv_heads, row_bytes = kDim * 4;  // of two arrays
  using Keys = KeyTile<kDim>;
  const BlockOrder keys = BlockOrder::Of(s.batch * s.kv_heads, 1, BlockCount(s.kv_len, Keys::kKeys),
                                         s.q_len * group * row_bytes);
  Launch(device, {keys.blocks(), Keys::kThreads, Keys::kSharedBytes}, KeyKernel<kDim>, x, keys);
  using Queries = QueryTile<kDim>;
  const BlockOrder queries = BlockOrder::Of(
      s.batch * s.heads, group, BlockCount(s.q_len, Queries::kRows), s.kv_len * row_bytes);
  if (queries.blocks() == 0) return;
  Launch(device, {queries.blocks(), Queries::kThreads, Queries::kSharedBytes}, QueryKernel<kDim>, x,
         queries);
}

void Run(CudaDevice* device, const AttentionBackwardArguments<float>& x) {
  RunSums<false>(device, x);
  PlainAttentionBackward(device, x);
}
void Run(CudaDevice* device, const AttentionBackwardArguments<BF16>& x) {
  const AttentionShape& s = x.shape;
  if (s.head_dim > 256 || !Aligned16({x.q, x.k, x.v, x.out, x.dout, x.dq, x.dk, x.dv},
                                     {s.head_dim, s.q_stride, s.kv_stride, s.out_stride})) {
    RunSums<false>(device, x);
    return PlainAttentionBackward(device, x);
  }
  RunSums<true>(device, x);
  if (s.head_dim <= 32) return RunTiles<32>(device, x);
  if (s.head_dim <= 64) return RunTiles<64>(device, x);
  if (s.head_dim <= 96) return RunTiles<96>(device, x);
  if (s.head_dim <= 128) return RunTiles<128>(device, x);
  RunTiles<256>(device, x);
}

}  // namespace

template <class T>
void AttentionBackward(const Context& context, const AttentionShape& shape, const T* q, const T* k,
                       const T* v, const T* out, const float* lse, const T* dout, T* dq, T* dk,
                       T* dv) {
  if (shape.batch * shape.kv_len * shape.kv_heads == 0) return;
  CudaDevice& device = CudaDevice::Of(context);
  const int64_t padded = BlockCount(shape.q_len, RowSums::kPadding) * RowSums::kPadding;
  const float scale = 1 / std::sqrt(static_cast<float>(shape.head_dim));
  RowSums* sums = device.Scratch<RowSums>(CudaDevice::kFirst, shape.batch * shape.heads * padded);
  const AttentionBackwardArguments<T> x = {.shape = shape,
                                           .q = q,
                                           .k = k,
                                           .v = v,
                                           .out = out,
                                           .dout = dout,
                                           .lse = lse,
                                           .dq = dq,
                                           .dk = dk,
                                           .dv = dv,
                                           .sums = sums,
                                           .padded = padded,
                                           .scale = scale,
                                           .scale_log2 = scale * kLog2E};
  Run(&device, x);
}

template void AttentionBackward(const Context&, const AttentionShape&, const float*, const float*,
                                const float*, const float*, const float*, const float*, float*,
                                float*, float*);
template void AttentionBackward(const Context&, const AttentionShape&, const BF16*, const BF16*,
                                const BF16*, const BF16*, const float*, const BF16*, BF16*, BF16*,
                                BF16*);

}  // namespace cria::kernels::cuda
