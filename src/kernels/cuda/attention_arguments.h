// What the kernels of attention are given, and those of them that take any shape.
#pragma once

#include "device_words.h"
#include "kernels/attention.h"

namespace cria::kernels::cuda {

inline constexpr float kLog2E = 1.44269504088896341f, kLn2 = 0.693147180559945309f;

// Offsets of a head's values in row i of a sequence; in KeyAt() the head is a key/value head.
__device__ __forceinline__ int64_t QueryAt(const AttentionShape& s, int64_t sequence, int64_t i,
                                           int64_t head) {
  return (sequence * s.q_len + i) * s.q_stride + head * s.head_dim;
}
__device__ __forceinline__ int64_t OutAt(const AttentionShape& s, int64_t sequence, int64_t i,
                                         int64_t head) {
  return (sequence * s.q_len + i) * s.out_stride + head * s.head_dim;
}
__device__ __forceinline__ int64_t KeyAt(const AttentionShape& s, int64_t sequence, int64_t i,
                                         int64_t kv_head) {
  return (sequence * s.kv_len + i) * s.kv_stride + kv_head * s.head_dim;
}

template <class T>
struct AttentionArguments {
  AttentionShape shape;
  const T *q, *k, *v;
  T* out;
  float* lse;
  float scale, scale_log2;  ///< of a score, for exp and for exp2
};

/// What the backward kernels need of a query: its log(sum(exp(scores))) on exp2's scale, and the
/// sum of dout * out over head_dim. Rows of each head are padded to kPadding; infinity there makes
/// all probabilities 0.
struct alignas(8) RowSums {
  static constexpr int kPadding = 128;
  float lse, delta;
};

template <class T>
struct AttentionBackwardArguments {
  AttentionShape shape;
  const T *q, *k, *v, *out, *dout;
  const float* lse;
  T *dq, *dk, *dv;
  RowSums* sums;   ///< [batch, heads, padded]
  int64_t padded;  ///< queries
  float scale, scale_log2;
};

/// In plain loops, one warp per query; float sums throughout.
template <class T>
void PlainAttention(CudaDevice* device, const AttentionArguments<T>& x);
/// The same, one warp per query and one per key; `sums` are there.
template <class T>
void PlainAttentionBackward(CudaDevice* device, const AttentionBackwardArguments<T>& x);

}  // namespace cria::kernels::cuda
