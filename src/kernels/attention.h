// Causal attention with grouped key/value heads, in blocks: the score matrix is never stored,
// masked blocks are skipped (Rabe & Staats 2021 forward, Dao et al. 2022 backward, as in LLaMA
// section 2.4).
#pragma once

#include <cstdint>

#include "base/context.h"
#include "tensor/dtype.h"

namespace cria::kernels {

/// Rows of q, out: [batch * q_len, heads * head_dim]; of k, v: [batch * kv_len, kv_heads *
/// head_dim]; strides are between rows, in elements, so that q, k, v may be slices of one fused
/// product. Query i of a sequence stands at position kv_len - q_len + i and sees keys up to itself.
struct AttentionShape {
  int64_t batch = 1, q_len = 0, kv_len = 0;
  int heads = 0, kv_heads = 0, head_dim = 0;  ///< heads is a multiple of kv_heads
  int64_t q_stride = 0, kv_stride = 0, out_stride = 0;
};

/// out = softmax(q k^T / sqrt(head_dim) + causal) v. Softmax in fp32. `lse` [batch, heads, q_len]
/// receives log(sum(exp(scores))) for the backward pass; may be null. A row's result does not
/// depend on q_len: one cached query gives the bits of the full pass.
template <class T>
void Attention(const Context& context, const AttentionShape& shape, const T* q, const T* k,
               const T* v, T* out, float* lse);

/// Gradients. dq has q's layout and stride, dk and dv have k's; all three are overwritten.
/// dout has out's layout.
template <class T>
void AttentionBackward(const Context& context, const AttentionShape& shape, const T* q, const T* k,
                       const T* v, const T* out, const float* lse, const T* dout, T* dq, T* dk,
                       T* dv);

}  // namespace cria::kernels
