// The interface over a Llama. The only file of this room that knows the model's class.
#pragma once

#include <optional>

#include "base/context.h"
#include "eval/language_model.h"
#include "infer/engine.h"
#include "model/llama.h"

namespace cria::eval {

/// Ids in one pass over windows: enough rows to fill the matrix kernels, little enough memory.
inline constexpr int64_t kWindowBatchTokens = 4096;

class LlamaLanguageModel : public LanguageModel {
 public:
  /// `model` has its weights set; both outlive this. `context_length` 0: the model's own.
  LlamaLanguageModel(const Context* context, Llama* model, int64_t context_length = 0,
                     int64_t batch_tokens = kWindowBatchTokens);
  /// Every request by itself and computed whole, for comparisons; before anything is scored.
  void set_alone() { alone_ = true; }
  /// Of the engine's cache, and how many requests run at once; before anything is scored.
  void set_kv_type(KvType type) { kv_type_ = type; }
  void set_sequences(int64_t sequences) { sequences_ = sequences; }
  /// Prompt tokens computed so far: those that requests shared count once.
  int64_t computed_tokens() const { return engine_ ? engine_->statistics().prompt_tokens : 0; }
  /// With it, texts end where one of their stop texts is written; before anything is scored.
  void set_tokenizer(const tokenizer::Tokenizer* tokenizer) { tokenizer_ = tokenizer; }

  int64_t vocab_size() const override { return model_->config().vocab_size; }
  int64_t context_length() const override { return context_length_; }
  std::vector<ContinuationScore> Loglikelihood(std::span<const Request> requests) override;
  std::vector<double> RollingLoglikelihood(std::span<const Window> windows) override;
  std::unique_ptr<WindowReader> NewReader(int64_t length) override;
  std::vector<WrittenText> GenerateAll(std::span<const GenerateRequest> requests) override;

 private:
  infer::Engine& engine();

  const Context* context_;
  Llama* model_;
  int64_t context_length_, batch_tokens_;
  const tokenizer::Tokenizer* tokenizer_ = nullptr;
  bool alone_ = false;
  std::optional<KvType> kv_type_;  // unset: the one in which the model is exact
  int64_t sequences_ = 64;         // short ones fill a pass
  // Made when first needed: windows are scored without.
  std::unique_ptr<infer::StepModel> step_model_;
  std::unique_ptr<infer::Engine> engine_;
};

/// A model between two steps of its training: continuations are scored in whole windows too, so
/// that nothing is kept beside what the training pass needs (at most `batch_tokens` at once).
class TrainingLanguageModel : public LlamaLanguageModel {
 public:
  using LlamaLanguageModel::LlamaLanguageModel;
  /// `greedy` is not known.
  std::vector<ContinuationScore> Loglikelihood(std::span<const Request> requests) override;
};

}  // namespace cria::eval
