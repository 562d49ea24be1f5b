// Attention forward: bf16 on the matrix units by FlashAttention-2 (Dao 2023), everything else by
// attention_plain.cu.
#include "kernels/cuda/attention_tiles.h"
#include "kernels/cuda/operations.h"

namespace cria::kernels::cuda {
namespace {

/// A block of threads takes kRows queries of one head and all keys that they see, kKeys at a time:
/// of those one part is multiplied while the next one is copied.
template <int kDim>
struct ForwardTile {
  static constexpr int kWarps = 4, kThreads = 32 * kWarps;
  static constexpr int kM = kDim <= 128 ? 2 : 1;  // two halve what is read of shared memory
  static constexpr int kWarpRows = 16 * kM, kRows = kWarps * kWarpRows;
  static constexpr int kKeys = kDim <= 128 ? 64 : 32;
  static constexpr bool kQueriesInRegisters = kDim <= 64;
  static constexpr int kStage = 2 * kKeys * kDim;  // keys, then values
  static constexpr int64_t kSharedBytes = (kRows * kDim + 2 * kStage) * 2;
};

/// Softmax of the rows of a warp so far: about their highest scores, on exp2's scale, and this
/// lane's part of the sums of exp2(score - highest).
template <int kM>
struct OnlineSoftmax {
  /// Terms may grow to exp2(kSlack) before all is put on a new scale, which is seldom then (Zadouri
  /// et al. 2026, FlashAttention-4). Each row decides for itself, so that neighbours do not matter.
  static constexpr float kSlack = 8;
  float highest[kM][2], sum[kM][2];

  __device__ __forceinline__ OnlineSoftmax() {
#pragma unroll
    for (int i = 0; i < kM * 2; ++i) highest[i / 2][i % 2] = -INFINITY, sum[i / 2][i % 2] = 0;
  }

  /// Sees the next scores; what was summed before, in `out` too, is put on their scale.
  template <int kN, int kOut>
  __device__ __forceinline__ void Raise(float scale_log2, const float (&scores)[kM][kN][4],
                                        float (&out)[kM][kOut][4]) {
    float next[kM * 2];
    bool raised = false;
#pragma unroll
    for (int i = 0; i < kM * 2; ++i) {
      const int m = i / 2, j = i % 2 * 2;
      float top = scores[m][0][j];
#pragma unroll
      for (int n = 1; n < kN * 2; ++n) top = fmaxf(top, scores[m][n / 2][j + n % 2]);
      top = fmaxf(top, ShuffleXor(top, 1));
      top = fmaxf(top, ShuffleXor(top, 2)) * scale_log2;
      const bool higher = top > highest[m][i % 2] + kSlack;
      next[i] = higher ? top : highest[m][i % 2];
      raised = raised || higher;
    }
    if (raised) {
#pragma unroll
      for (int i = 0; i < kM * 2; ++i) {
        const int m = i / 2, j = i % 2 * 2;
        const float shrink = Exp2(highest[m][i % 2] - next[i]);
        highest[m][i % 2] = next[i];
        sum[m][i % 2] *= shrink;
#pragma unroll
        for (int n = 0; n < kOut * 2; ++n) out[m][n / 2][j + n % 2] *= shrink;
      }
    }
    __syncwarp();
  }

  /// Adds 16 columns of the scores, from 8 `first` on; they come out as a left operand.
  template <int kN>
  __device__ __forceinline__ void Add(float scale_log2, const float (&scores)[kM][kN][4], int first,
                                      uint32_t (&p)[kM][1][4]) {
#pragma unroll
    for (int i = 0; i < kM * 4; ++i) {
      const int m = i / 4, n = first + i % 4 / 2, j = i % 2;
      const float low = Exp2(fmaf(scores[m][n][2 * j], scale_log2, -highest[m][j]));
      const float high = Exp2(fmaf(scores[m][n][2 * j + 1], scale_log2, -highest[m][j]));
      sum[m][j] += low;
      sum[m][j] += high;
      p[m][0][i % 4] = RoundPair(low, high);
    }
  }

  /// Completes the sums and divides `out` by them.
  template <int kOut>
  __device__ __forceinline__ void Finish(float (&out)[kM][kOut][4]) {
#pragma unroll
    for (int i = 0; i < kM * 2; ++i) {
      const int m = i / 2, j = i % 2 * 2;
      float& total = sum[m][i % 2];
      total += ShuffleXor(total, 1);
      total += ShuffleXor(total, 2);
      const float inverse = Divide(1.0f, total);
#pragma unroll
      for (int n = 0; n < kOut * 2; ++n) out[m][n / 2][j + n % 2] *= inverse;
    }
  }
};

/// Queries of a warp as left operands.
template <class Tile, int kDim, bool kInRegisters>
struct Queries;
template <class Tile, int kDim>
struct Queries<Tile, kDim, true> {
  uint32_t a[Tile::kM][kDim / 16][4];

  __device__ __forceinline__ Queries(const BF16* memory, int tile) {
    const auto reader = TileReader<kDim>::RowsFirst(memory, tile);
#pragma unroll
    for (int m = 0; m < Tile::kM; ++m) {
#pragma unroll
      for (int k = 0; k < kDim / 16; ++k) LoadTiles(reader.At(16 * m, k), a[m][k]);
    }
  }
  template <int kN>
  __device__ __forceinline__ void Multiply(const TileReader<kDim>& keys,
                                           float (&scores)[Tile::kM][kN][4]) const {
    MultiplyRows<kDim>(a, keys, 0, scores);
  }
};
template <class Tile, int kDim>
struct Queries<Tile, kDim, false> {
  TileReader<kDim> reader;

  __device__ __forceinline__ Queries(const BF16* memory, int tile)
      : reader(TileReader<kDim>::RowsFirst(memory, tile)) {}
  template <int kN>
  __device__ __forceinline__ void Multiply(const TileReader<kDim>& keys,
                                           float (&scores)[Tile::kM][kN][4]) const {
    MultiplyRows<kDim>(reader, 0, keys, 0, scores);
  }
};

/// Of the queries of a warp from `first` on, which are rows of `tile` from `row` on.
template <int kDim, int kM>
__device__ __forceinline__ void StoreResults(const AttentionArguments<BF16>& x, int head, int first,
                                             const BF16* tile, int row,
                                             const OnlineSoftmax<kM>& softmax) {
  const AttentionShape& s = x.shape;
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const int rows = min(16 * kM, static_cast<int>(s.q_len) - first);
  BF16* out = x.out + OutAt(s, head / s.heads, first, head % s.heads);
  StoreRows<kDim>(tile, row, rows, s.head_dim, out, s.out_stride, lane, 32);
  if (x.lse == nullptr || lane % 4 != 0) return;
#pragma unroll
  for (int i = 0; i < kM * 2; ++i) {
    const int at = 8 * i + lane / 4;
    const float lse = fmaf(softmax.highest[i / 2][i % 2], kLn2, Log(softmax.sum[i / 2][i % 2]));
    if (at < rows) x.lse[head * s.q_len + first + at] = lse;
  }
}

template <int kDim>
__global__ void __launch_bounds__(ForwardTile<kDim>::kThreads, 2)
    ForwardKernel(AttentionArguments<BF16> x, BlockOrder order) {
  using Tile = ForwardTile<kDim>;
  constexpr int kM = Tile::kM, kKeys = Tile::kKeys;
  const AttentionShape& s = x.shape;
  int head, block;
  order.Locate(&head, &block);
  const int first = (order.ranks - 1 - block) * Tile::kRows;  // the last queries see the most
  const int sequence = head / s.heads, h = head % s.heads;
  const int q_len = static_cast<int>(s.q_len), kv_len = static_cast<int>(s.kv_len);
  const int position = kv_len - q_len + first;
  __shared__ int place[2];  // for the end: registers are short in between
  if (threadIdx.x == 0) place[0] = head, place[1] = first;
  BF16* q_tile = SharedMemory<BF16>();
  BF16* stages = q_tile + Tile::kRows * kDim;
  const int kv_column = h / (s.heads / s.kv_heads) * s.head_dim;
  const auto copy = [&](int step) {
    BF16* to = stages + step % 2 * Tile::kStage;
    const int key = step * kKeys;
    const int64_t key_row = sequence * s.kv_len + key;
    CopyRowsAsync<kKeys, kDim, Tile::kThreads>(x.k + kv_column, x.v + kv_column, key_row,
                                               s.kv_stride, kv_len - key, s.head_dim, to);
  };
  CopyRowsAsync<Tile::kRows, kDim, Tile::kThreads>(x.q + h * s.head_dim, sequence * s.q_len + first,
                                                   s.q_stride, q_len - first, s.head_dim, q_tile);
  copy(0);
  CommitCopies();
  WaitForCopies<0>();
  __syncthreads();

  const int row = static_cast<int>(threadIdx.x) / 32 * Tile::kWarpRows;  // the warp's first
  const Queries<Tile, kDim, Tile::kQueriesInRegisters> queries(q_tile, row * kDim);
  OnlineSoftmax<kM> softmax;
  float out[kM][kDim / 8][4];
  SetZero(out);
  const int steps = (min(kv_len, position + Tile::kRows) + kKeys - 1) / kKeys;
  for (int step = 0; step < steps; ++step) {
    if (step > 0) {
      WaitForCopies<0>();
      __syncthreads();
    }
    if (step + 1 < steps) copy(step + 1);
    CommitCopies();
    const int lead = position + row - step * kKeys;
    if (lead + Tile::kWarpRows <= 0) continue;  // none of these keys is seen
    const int stage = step % 2 * Tile::kStage;
    float scores[kM][kKeys / 8][4];
    SetZero(scores);
    queries.Multiply(TileReader<kDim>::ValuesFirst(stages, stage), scores);
    if (lead < kKeys - 1) MaskFuture<false>(lead, scores);
    softmax.Raise(x.scale_log2, scores, out);
    const auto values = TileReader<kDim>::RowsFirst(stages + kKeys * kDim, stage);
#pragma unroll
    for (int i = 0; i < kKeys / 16; ++i) {
      uint32_t p[kM][1][4];
      softmax.Add(x.scale_log2, scores, 2 * i, p);
      Multiply(p, values, 16 * i, out);
    }
  }

  softmax.Finish(out);
  RoundToRows<kDim>(out, 1, row, 0, q_tile);  // where only this warp has read
  __syncwarp();
  StoreResults<kDim>(x, place[0], place[1] + row, q_tile, row, softmax);
}

template <int kDim>
void RunTiles(CudaDevice* device, const AttentionArguments<BF16>& x) {
  using Tile = ForwardTile<kDim>;
  const AttentionShape& s = x.shape;
  const BlockOrder order = BlockOrder::Of(s.batch * s.heads, s.heads / s.kv_heads,
                                          BlockCount(s.q_len, Tile::kRows), s.kv_len * kDim * 4);
  Launch(device, {order.blocks(), Tile::kThreads, Tile::kSharedBytes}, ForwardKernel<kDim>, x,
         order);
}

void Run(CudaDevice* device, const AttentionArguments<float>& x) { PlainAttention(device, x); }
void Run(CudaDevice* device, const AttentionArguments<BF16>& x) {
  const AttentionShape& s = x.shape;
  if (s.head_dim > 256 ||
      !Aligned16({x.q, x.k, x.v, x.out}, {s.head_dim, s.q_stride, s.kv_stride, s.out_stride})) {
    return PlainAttention(device, x);
  }
  if (s.head_dim <= 32) return RunTiles<32>(device, x);
  if (s.head_dim <= 64) return RunTiles<64>(device, x);
  if (s.head_dim <= 96) return RunTiles<96>(device, x);
  if (s.head_dim <= 128) return RunTiles<128>(device, x);
  RunTiles<256>(device, x);
}

}  // namespace

template <class T>
void Attention(const Context& context, const AttentionShape& shape, const T* q, const T* k,
               const T* v, T* out, float* lse) {
  if (shape.batch * shape.q_len * shape.heads == 0) return;
  const float scale = 1 / std::sqrt(static_cast<float>(shape.head_dim));
  Run(&CudaDevice::Of(context),
      AttentionArguments<T>{shape, q, k, v, out, lse, scale, scale * kLog2E});
}

template void Attention(const Context&, const AttentionShape&, const float*, const float*,
                        const float*, float*, float*);
template void Attention(const Context&, const AttentionShape&, const BF16*, const BF16*,
                        const BF16*, BF16*, float*);

}  // namespace cria::kernels::cuda
