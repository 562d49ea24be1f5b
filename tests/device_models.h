// What tests of training on a GPU share: a small model and batches for it.
#pragma once

#include "data/batch.h"
#include "model/config.h"

namespace cria {

inline Batch SomeBatch(int64_t rows, int64_t seq_len, int seed) {
  Batch batch{rows, seq_len, {}, {}};
  for (int64_t i = 0; i < rows * seq_len; ++i) {
    batch.tokens.push_back(static_cast<int32_t>((i * 29 + seed * 7) % 61));
    batch.targets.push_back(static_cast<int32_t>((i * 29 + 29 + seed * 7) % 61));
  }
  return batch;
}

inline ModelConfig SmallConfig(bool tied) {
  ModelConfig c;
  c.dim = 64;
  c.n_layers = 2;
  c.n_heads = 4;
  c.n_kv_heads = 2;
  c.head_dim = 16;
  c.hidden_dim = 96;
  c.vocab_size = 61;
  c.max_seq_len = 40;
  c.tied_embeddings = tied;
  return c;
}

}  // namespace cria
