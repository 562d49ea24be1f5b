// Guesses by a smaller model with the same vocabulary (Leviathan et al., 2023, arXiv:2211.17192).
// Not their acceptance rule: the engine keeps a guess only where it equals what it would have
// sampled.
#pragma once

#include <memory>
#include <unordered_map>

#include "infer/drafter.h"
#include "infer/prefix_cache.h"
#include "infer/step_model.h"

namespace cria::infer {

class DraftModel : public Drafter {
 public:
  /// `model` stays the caller's. At most `chunk` tokens go into one of its passes per request.
  explicit DraftModel(StepModel* model, int64_t chunk = 512);

  /// The draft model samples by the request's own rule and random numbers, which is what makes its
  /// guesses the likeliest to be kept. Requests that its context or memory does not hold get none.
  void Draft(const Context& context, std::span<const DraftTask> tasks) override;
  void Forget(int64_t request) override;

 private:
  struct State {
    std::vector<int32_t> tokens;  // computed, with keys and values in `blocks`
    std::vector<int32_t> blocks;
  };
  struct Turn {
    const DraftTask* task;
    State* state;
    std::vector<int32_t> wanted;  // the request's tokens and the guesses so far
  };

  bool Prepare(const DraftTask& task, State* state);
  void Round(const Context& context, std::span<Turn> turns);

  StepModel* model_;
  int64_t chunk_;
  PrefixCache blocks_;
  std::unordered_map<int64_t, State> states_;
  std::vector<float> logits_;
  std::vector<SamplerScratch> scratch_;
};

}  // namespace cria::infer
