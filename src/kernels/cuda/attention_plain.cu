// Attention of any shape and alignment in plain loops: float, which is there for proofs, and the
// bf16 that does not come in 16 bytes.
#include "kernels/cuda/attention_arguments.h"

namespace cria::kernels::cuda {
namespace {

constexpr int kColumns = 256;  // summed up in one go, 32 lanes side by side

/// One warp per query; keys in lanes, then columns in lanes.
template <class T>
__global__ void PlainForwardKernel(AttentionArguments<T> x) {
  const AttentionShape& s = x.shape;
  const int lane = static_cast<int>(threadIdx.x), dim = s.head_dim;
  const int64_t i = blockIdx.x % s.q_len, head = blockIdx.x / s.q_len;
  const int64_t sequence = head / s.heads, h = head % s.heads;
  const int64_t keys = s.kv_len - s.q_len + i + 1;
  const T* q = x.q + QueryAt(s, sequence, i, h);
  const int64_t at = KeyAt(s, sequence, 0, h / (s.heads / s.kv_heads));
  const auto score = [&](int64_t key) {
    float dot = -INFINITY;
    if (key < keys) {
      dot = 0;
      const T* row = x.k + at + key * s.kv_stride;
      for (int d = 0; d < dim; ++d) dot = fmaf(Load(q[d]), Load(row[d]), dot);
    }
    return dot * x.scale;
  };

  float top = -INFINITY, sum = 0;
  for (int64_t first = 0; first < keys; first += 32) top = fmaxf(top, score(first + lane));
  for (int mask = 16; mask > 0; mask /= 2) top = fmaxf(top, ShuffleXor(top, mask));
  for (int64_t first = 0; first < keys; first += 32) sum += Exp(score(first + lane) - top);
  for (int mask = 16; mask > 0; mask /= 2) sum += ShuffleXor(sum, mask);
  if (x.lse != nullptr && lane == 0) x.lse[head * s.q_len + i] = top + Log(sum);

  T* out = x.out + OutAt(s, sequence, i, h);
  for (int column = 0; column < dim; column += kColumns) {
    float total[kColumns / 32] = {};
    for (int64_t first = 0; first < keys; first += 32) {
      const float p = Exp(score(first + lane) - top);
      const int n = static_cast<int>(min(keys - first, int64_t{32}));
      for (int j = 0; j < n; ++j) {
        const float weight = Shuffle(p, j);
        const T* row = x.v + at + (first + j) * s.kv_stride;
#pragma unroll
        for (int c = 0; c < kColumns / 32; ++c) {
          const int d = column + lane + 32 * c;
          if (d < dim) total[c] = fmaf(weight, Load(row[d]), total[c]);
        }
      }
    }
#pragma unroll
    for (int c = 0; c < kColumns / 32; ++c) {
      const int d = column + lane + 32 * c;
      if (d < dim) out[d] = Round<T>(Divide(total[c], sum));
    }
  }
}

/// p and ds of a query and a key, each lane its own.
template <class T>
__device__ __forceinline__ float2 PlainDifferentiate(const AttentionBackwardArguments<T>& x,
                                                     const T* q, const T* k, const T* v,
                                                     const T* dout, const RowSums& sums) {
  float score = 0, dp = 0;
  for (int d = 0; d < x.shape.head_dim; ++d) {
    score = fmaf(Load(q[d]), Load(k[d]), score);
    dp = fmaf(Load(dout[d]), Load(v[d]), dp);
  }
  const float p = Exp2(fmaf(score, x.scale_log2, -sums.lse));
  return {p, p * (dp - sums.delta)};
}

/// One warp per query, keys in lanes.
template <class T>
__global__ void PlainQueryKernel(AttentionBackwardArguments<T> x) {
  const AttentionShape& s = x.shape;
  const int lane = static_cast<int>(threadIdx.x);
  const int64_t i = blockIdx.x % s.q_len, head = blockIdx.x / s.q_len;
  const int64_t sequence = head / s.heads, keys = s.kv_len - s.q_len + i + 1;
  const int h = static_cast<int>(head % s.heads);
  const RowSums sums = x.sums[head * x.padded + i];
  const int64_t query = QueryAt(s, sequence, i, h),
                key_at = KeyAt(s, sequence, 0, h / (s.heads / s.kv_heads));
  for (int column = 0; column < s.head_dim; column += kColumns) {
    float dq[kColumns / 32] = {};
    for (int64_t first = 0; first < keys; first += 32) {
      const int n = static_cast<int>(min(keys - first, int64_t{32}));
      float ds = 0;
      if (lane < n) {
        const int64_t at = key_at + (first + lane) * s.kv_stride;
        ds = PlainDifferentiate(x, x.q + query, x.k + at, x.v + at,
                                x.dout + OutAt(s, sequence, i, h), sums)
                 .y;
      }
      for (int j = 0; j < n; ++j) {
        const float weight = Shuffle(ds, j);
        const T* k = x.k + key_at + (first + j) * s.kv_stride;
#pragma unroll
        for (int c = 0; c < kColumns / 32; ++c) {
          const int d = column + lane + 32 * c;
          if (d < s.head_dim) dq[c] = fmaf(weight, Load(k[d]), dq[c]);
        }
      }
    }
#pragma unroll
    for (int c = 0; c < kColumns / 32; ++c) {
      const int d = column + lane + 32 * c;
      if (d < s.head_dim) x.dq[query + d] = Round<T>(dq[c] * x.scale);
    }
  }
}

/// One warp per key, queries in lanes.
template <class T>
__global__ void PlainKeyKernel(AttentionBackwardArguments<T> x) {
  const AttentionShape& s = x.shape;
  const int lane = static_cast<int>(threadIdx.x), group = s.heads / s.kv_heads;
  const int64_t j = blockIdx.x % s.kv_len, head = blockIdx.x / s.kv_len;
  const int64_t sequence = head / s.kv_heads;
  const int kv_head = static_cast<int>(head % s.kv_heads);
  const int64_t key = KeyAt(s, sequence, j, kv_head),
                begin = max(j - (s.kv_len - s.q_len), int64_t{0});
  for (int column = 0; column < s.head_dim; column += kColumns) {
    float dk[kColumns / 32] = {}, dv[kColumns / 32] = {};
    for (int h = kv_head * group; h < (kv_head + 1) * group; ++h) {
      const RowSums* sums = x.sums + (sequence * s.heads + h) * x.padded;
      for (int64_t first = begin; first < s.q_len; first += 32) {
        const int n = static_cast<int>(min(s.q_len - first, int64_t{32}));
        float2 mine = {0, 0};
        if (lane < n) {
          const int64_t i = first + lane;
          mine = PlainDifferentiate(x, x.q + QueryAt(s, sequence, i, h), x.k + key, x.v + key,
                                    x.dout + OutAt(s, sequence, i, h), sums[i]);
        }
        for (int r = 0; r < n; ++r) {
          const float p = Shuffle(mine.x, r), ds = Shuffle(mine.y, r);
          const T* q = x.q + QueryAt(s, sequence, first + r, h);
          const T* dout = x.dout + OutAt(s, sequence, first + r, h);
#pragma unroll
          for (int c = 0; c < kColumns / 32; ++c) {
            const int d = column + lane + 32 * c;
            if (d >= s.head_dim) continue;
            dk[c] = fmaf(ds, Load(q[d]), dk[c]);
            dv[c] = fmaf(p, Load(dout[d]), dv[c]);
          }
        }
      }
    }
#pragma unroll
    for (int c = 0; c < kColumns / 32; ++c) {
      const int d = column + lane + 32 * c;
      if (d >= s.head_dim) continue;
      x.dk[key + d] = Round<T>(dk[c] * x.scale);
      x.dv[key + d] = Round<T>(dv[c]);
    }
  }
}

}  // namespace

template <class T>
void PlainAttention(CudaDevice* device, const AttentionArguments<T>& x) {
  const int64_t queries = x.shape.batch * x.shape.heads * x.shape.q_len;
  Launch(device, {static_cast<unsigned>(queries), 32}, PlainForwardKernel<T>, x);
}

template <class T>
void PlainAttentionBackward(CudaDevice* device, const AttentionBackwardArguments<T>& x) {
  const AttentionShape& s = x.shape;
  const auto keys = static_cast<unsigned>(s.batch * s.kv_heads * s.kv_len);
  Launch(device, {keys, 32}, PlainKeyKernel<T>, x);
  const auto queries = static_cast<unsigned>(s.batch * s.heads * s.q_len);
  if (queries > 0) Launch(device, {queries, 32}, PlainQueryKernel<T>, x);
}

template void PlainAttention(CudaDevice*, const AttentionArguments<float>&);
template void PlainAttention(CudaDevice*, const AttentionArguments<BF16>&);
template void PlainAttentionBackward(CudaDevice*, const AttentionBackwardArguments<float>&);
template void PlainAttentionBackward(CudaDevice*, const AttentionBackwardArguments<BF16>&);

}  // namespace cria::kernels::cuda
