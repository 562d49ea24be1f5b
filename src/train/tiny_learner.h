// What the tests of single learners share: a tiny model and random batches for it.
#pragma once

#include "base/random.h"
#include "data/batch.h"
#include "model/config.h"

namespace cria::train {

inline ModelConfig TinyLearnerConfig() {
  ModelConfig c;
  c.dim = 32;
  c.n_layers = 2;
  c.n_heads = 4;
  c.n_kv_heads = 2;
  c.head_dim = 8;
  c.hidden_dim = 96;
  c.vocab_size = 50;
  c.max_seq_len = 24;
  return c;
}

/// One target is masked.
inline Batch RandomBatch(int64_t rows, int64_t seq_len, uint64_t step) {
  RandomStream random(3, RandomPurpose::kTest, step);
  Batch batch{rows, seq_len, {}, {}};
  for (int64_t i = 0; i < rows * seq_len; ++i) {
    batch.tokens.push_back(static_cast<int32_t>(random.NextBelow(50)));
    batch.targets.push_back(static_cast<int32_t>(random.NextBelow(50)));
  }
  batch.targets[1] = -1;
  return batch;
}

}  // namespace cria::train
