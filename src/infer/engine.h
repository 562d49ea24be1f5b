// Continuous batching: requests come and go, each step is one forward pass over all that run.
// Promise: what a request gets (tokens and log-probabilities, bit for bit) depends on the request,
// the model, the type of the KV cache and the context only. Not on other requests, on prefixes
// found in the cache, on the size of the pool, on chunks, on speculation, on threads.
// docs/engine.md.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "infer/drafter.h"
#include "infer/request.h"
#include "infer/scheduler.h"
#include "infer/step_model.h"

namespace cria::infer {

struct EngineOptions {
  int64_t context = 0;          ///< most tokens of a request, prompt included; 0: the model's
  int64_t max_sequences = 16;   ///< requests that run at once
  int64_t prefill_chunk = 512;  ///< prompt tokens in one step
  bool reuse_prefixes = true;
  const tokenizer::Tokenizer* tokenizer = nullptr;  ///< for texts and stop strings
  Drafter* drafter = nullptr;                       ///< speculation; null: none
  int64_t max_draft = 8;                            ///< tokens guessed at once
};

struct EngineStatistics {
  int64_t running = 0, waiting = 0;
  int64_t steps = 0;
  int64_t prompt_tokens = 0;     ///< computed, those found in the cache not counted
  int64_t generated_tokens = 0;  ///< handed out
  int64_t preemptions = 0;
  int64_t drafted_tokens = 0, accepted_tokens = 0;
  int64_t blocks = 0, blocks_held = 0;
  PrefixStatistics prefixes;
};

class Engine {
 public:
  /// All pointers outlive the engine. Throws Error if options.context is above the model's.
  Engine(const Context* context, StepModel* model, const EngineOptions& options);
  ~Engine();

  /// Most tokens of a request, prompt included: options.context, or what all blocks hold if that is
  /// less.
  int64_t context_length() const { return context_length_; }

  /// Queues a request and returns its number. Throws Error if it can never run: a prompt longer
  /// than the context, ids or options out of range; `where` names its origin there. From any
  /// thread.
  int64_t Submit(Request request, const std::string& where = "request");
  /// Ends a request at the next step, with what it has written so far. From any thread; unknown
  /// numbers are ignored.
  void Cancel(int64_t request);

  /// One forward pass, and the calls of requests' functions that follow from it. False: nothing is
  /// left to do. One thread at a time.
  bool Step();

  /// As of the last step; in the thread that steps, or between steps.
  EngineStatistics statistics() const;

 private:
  struct Output;
  struct RowTask;

  void Check(const Request& request, const std::string& where) const;
  void TakeInbox();
  void MakeDrafts();
  void Forward(std::span<const Piece> pieces);
  void ReadLogits(std::span<const Piece> pieces, std::vector<Output>* outputs);
  void SampleRows(const Piece& piece, const float* logits, Output* output, SamplerScratch* scratch);
  void ScoreRow(const Piece& piece, int64_t row, const float* logits);
  void Deliver(const Piece& piece, const Output& output);
  bool HandOut(ActiveRequest* request, int32_t token, const TokenScore* score);
  void End(ActiveRequest* request, FinishReason reason);
  void Finish(std::unique_ptr<ActiveRequest> request, FinishReason reason);

  const Context* context_;
  StepModel* model_;
  EngineOptions options_;
  int64_t context_length_ = 0;
  Scheduler scheduler_;
  EngineStatistics counted_;
  std::vector<float> logits_;
  std::vector<SamplerScratch> scratch_;

  std::mutex inbox_mutex_;
  std::vector<std::unique_ptr<ActiveRequest>> inbox_;
  std::vector<int64_t> cancelled_;
  int64_t next_id_ = 1;
};

/// Runs the requests to their end and returns their completions in order; their own on_end are
/// called before. Throws Interrupted if the user asks to stop.
std::vector<Completion> RunAll(Engine* engine, std::vector<Request> requests);

}  // namespace cria::infer
