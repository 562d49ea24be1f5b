// What the engine needs of a model: forward passes over segments of many sequences, and blocks of
// memory for their keys and values. Tests put a toy behind it.
#pragma once

#include <memory>
#include <span>

#include "base/context.h"
#include "model/llama.h"

namespace cria {
// TEMPORARY until the pool is merged.
inline constexpr int64_t kKvBlockTokens = 64;
struct Segment {
  std::span<const int32_t> tokens;
  int64_t first_position = 0;
  std::span<const int32_t> blocks;
  bool generated = false;
  enum class Logits { kNone, kLast, kAll } logits = Logits::kLast;
};
}  // namespace cria

namespace cria::infer {

class StepModel {
 public:
  virtual ~StepModel() = default;
  virtual int64_t vocab_size() const = 0;
  virtual int64_t max_seq_len() const = 0;
  /// Blocks of kKvBlockTokens tokens.
  virtual int64_t blocks() const = 0;
  /// Runs `segments`, each of another sequence, and writes the logits they want, fp32 rows
  /// [wanted, vocab], in their order. A row's bits depend on the tokens of its own sequence and on
  /// which of them are marked as generated, on nothing else.
  virtual void Forward(const Context& context, std::span<const Segment> segments,
                       float* logits) = 0;
  /// Copies keys and values of a block's first `tokens` tokens.
  virtual void CopyBlock(int32_t from, int32_t to, int64_t tokens) = 0;
};

}  // namespace cria::infer
