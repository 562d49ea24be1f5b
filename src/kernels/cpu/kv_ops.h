// Operations on one key/value head of one block, a table per number type of the cache. Internal to
// paged attention; the order of the blocks is paged_attention.cc's business.
#pragma once

#include <cstdint>

#include "kernels/kv_block.h"
#include "tensor/dtype.h"

namespace cria::kernels {

/// Tokens [first, first + n) from rows of k and v, [n][layout.width], zeros behind head_dim.
struct KvStore {
  const float *k, *v;
  int64_t first, n;
  uint8_t* head;
  void* scratch;  ///< [layout.width + layout.groups] values of 4 bytes, n times
};

/// scores [rows][64] = q k^T of the first n tokens (columns behind are left or garbage).
struct KvScores {
  int64_t rows, n;
  const float* q;  ///< [rows][layout.width]
  const uint8_t* head;
  const uint8_t* next;  ///< the head's next block, whose keys are asked for; may be null
  float* scores;
};

/// out [rows][layout.width] += p [rows][64] v of the first n tokens, in their order.
struct KvSums {
  int64_t rows, n;
  const float* p;
  const uint8_t* head;
  const uint8_t* next;  ///< likewise, for its values
  float* out;
};

/// Right operands of block products (attention_ops.h).
template <class E>
struct KvOperands {
  /// [head_dim][64], pairs of dimensions interleaved for BF16; all 64 tokens.
  void (*keys)(const uint8_t* head, int64_t head_dim, E* to);
  /// [padded][width], pairs of tokens interleaved for BF16; tokens from n on are zero.
  void (*values)(const uint8_t* head, int64_t head_dim, int64_t n, int64_t padded, E* to);
};

struct KvOps {
  void (*store)(const KvStore&, int64_t head_dim);
  void (*scores)(const KvScores&, int64_t head_dim);
  void (*sums)(const KvSums&, int64_t head_dim);
  KvOperands<float> f32;
  KvOperands<BF16> bf16;

  template <class E>
  const KvOperands<E>& operands() const {
    if constexpr (sizeof(E) == 2) {
      return bf16;
    } else {
      return f32;
    }
  }
};

const KvOps& KvOpsOf(KvType type);

}  // namespace cria::kernels
