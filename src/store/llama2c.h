// Checkpoints of karpathy/llama2.c: export versions 0 and 1 (fp32), with Meta's tensor names.
#pragma once

#include "store/tensor_set.h"

namespace cria::store {

/// True if the file begins like one and its size fits its header exactly.
bool IsLlama2c(const fs::path& path);

/// metadata(): dim, hidden_dim, n_layers, n_heads, n_kv_heads, vocab_size, max_seq_len, norm_eps.
/// A shared output matrix is not listed.
TensorSet OpenLlama2c(const fs::path& path);

}  // namespace cria::store
