// Which tokens of which requests the next forward pass computes, and in which blocks. Bookkeeping
// only: the model is run by the engine.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "infer/active_request.h"
#include "infer/prefix_cache.h"
#include "infer/step_model.h"

namespace cria::infer {

struct SchedulerOptions {
  int64_t max_sequences = 16;   ///< running at once
  int64_t prompt_tokens = 512;  ///< in one forward pass, beside the generated ones
  int64_t step_logits = 256;    ///< rows of logits in one forward pass, more than the requests want
  bool reuse_prefixes = true;
};

/// Tokens [first, first + count) of a request, its draft counted behind its tokens.
struct Piece {
  ActiveRequest* request = nullptr;
  int64_t first = 0, count = 0;
  bool generated = false;
  Segment::Logits logits = Segment::Logits::kNone;
  int64_t rows() const {
    return logits == Segment::Logits::kNone ? 0 : logits == Segment::Logits::kLast ? 1 : count;
  }
};

/// First come, first served: whoever runs came before all who wait. Every request that writes gets
/// its token in each pass; what room is left goes to prompts, the oldest first, cut where the pass
/// is full. When blocks run out the youngest gives its own back and starts over later.
class Scheduler {
 public:
  Scheduler(StepModel* model, const SchedulerOptions& options);

  void Add(std::unique_ptr<ActiveRequest> request);
  /// Requests that run, the oldest first.
  const std::vector<std::unique_ptr<ActiveRequest>>& running() const { return running_; }
  int64_t waiting() const { return std::ssize(waiting_); }
  int64_t preemptions() const { return preemptions_; }
  const PrefixCache& cache() const { return cache_; }

  /// The pieces of the next pass, at most one of each request; empty: nothing to do.
  std::vector<Piece> Plan();
  /// The piece was computed, and `tokens` of it are kept (fewer only when drafts were wrong).
  void Computed(const Piece& piece, int64_t tokens);
  /// Takes a request out, wherever it is; null if it is not here.
  std::unique_ptr<ActiveRequest> Remove(int64_t id);

 private:
  void PlanDecoding();
  void PlanPrompts();
  bool PlanReading(ActiveRequest* request);
  bool Admit();
  bool Grow(ActiveRequest* request, int64_t tokens);
  void Preempt();
  int64_t ReusableTokens(const ActiveRequest& request) const;
  void Share(ActiveRequest* request);
  void SkipShared(ActiveRequest* request);
  bool IsBeingComputed(const ActiveRequest& request) const;
  void Publish(ActiveRequest* request);
  int32_t Parent(const ActiveRequest& request, int64_t block) const;

  StepModel* model_;
  SchedulerOptions options_;
  PrefixCache cache_;
  std::vector<std::unique_ptr<ActiveRequest>> running_;
  std::deque<std::unique_ptr<ActiveRequest>> waiting_;
  int64_t preemptions_ = 0;
  // The plan being made.
  std::vector<Piece> pieces_;
  int64_t tokens_left_ = 0, logits_left_ = 0;
};

}  // namespace cria::infer
