// What the engine needs of a model: forward passes over segments of many sequences, and blocks of
// memory for their keys and values. Tests put a toy behind it.
#pragma once

#include <memory>
#include <span>

#include "base/context.h"
#include "model/llama.h"

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

/// A LLaMA with a pool for `blocks` blocks. `model` outlives this.
class LlamaStepModel : public StepModel {
 public:
  LlamaStepModel(Llama* model, KvType type, int64_t blocks)
      : model_(model), pool_(model->config(), type, blocks, model->accelerator()) {}

  int64_t vocab_size() const override { return model_->config().vocab_size; }
  int64_t max_seq_len() const override { return model_->config().max_seq_len; }
  int64_t blocks() const override { return pool_.blocks(); }
  void Forward(const Context& context, std::span<const Segment> segments, float* logits) override {
    model_->Forward(context, segments, &pool_, logits);
  }
  void CopyBlock(int32_t from, int32_t to, int64_t tokens) override {
    pool_.CopyBlock(from, to, tokens);
  }

 private:
  Llama* model_;
  KvPool pool_;
};

/// Blocks for `sequences` requests of `tokens` tokens each, as far as they fit a quarter of the
/// machine's memory, or three quarters of what an accelerator has left; at least those of one
/// request. The machine's memory is only taken as blocks are used.
int64_t SuitableBlocks(const Llama& model, KvType type, int64_t sequences, int64_t tokens);

/// Prompt tokens of one step that keep what runs the model busy.
inline int64_t PrefillChunk(const Llama& model) {
  return model.accelerator() != nullptr ? 2048 : 512;
}

}  // namespace cria::infer
