// One sequence with a pool of its own: for scoring, simple loops and tests. Many sequences share a
// pool in infer.
#pragma once

#include <vector>

#include "model/kv_pool.h"
#include "model/llama.h"

namespace cria {

class Sequence {
 public:
  /// Room for `capacity` tokens, at most the model's context. Without a type: the one in which the
  /// model computes them (Llama::ExactKvType), so that the cached pass equals the full one.
  /// `model` outlives this.
  Sequence(Llama* model, int64_t capacity) : Sequence(model, capacity, model->ExactKvType()) {}
  Sequence(Llama* model, int64_t capacity, KvType type);

  const Llama& model() const { return *model_; }
  int64_t length() const { return length_; }
  int64_t capacity() const { return capacity_; }
  /// Forgets everything from position `length` on.
  void Truncate(int64_t length);

  /// Feeds `tokens` (>= 1) at the end; `generated` if the model made them. `logits` receives fp32
  /// rows of vocab_size: one per token if `all_positions`, else only the last one's. Long runs go
  /// through the model in pieces, which changes no bit.
  void Feed(const Context& context, std::span<const int32_t> tokens, bool generated,
            bool all_positions, float* logits);

 private:
  Llama* model_;
  int64_t capacity_, length_ = 0;
  KvPool pool_;
  std::vector<int32_t> blocks_;
};

}  // namespace cria
