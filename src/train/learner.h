// One model being trained: weights, gradients, moments, and the step that changes them. Knows
// nothing of files, time or where batches come from.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/context.h"
#include "data/batch.h"
#include "model/llama.h"
#include "model/parameters.h"
#include "train/options.h"

namespace cria::train {

struct StepOutcome {
  double loss = 0;           ///< mean over the targets, nats
  double gradient_norm = 0;  ///< before clipping
  int64_t targets = 0;
  bool applied = false;  ///< false: loss or gradient was not finite and nothing changed
};

class Learner {
 public:
  Learner(const ModelConfig& config, const OptimizerOptions& optimizer, Precision precision);

  /// Random weights, zero moments.
  void Initialize(const Context& context, uint64_t seed);

  /// Packs weights() for the model; call after changing them from outside.
  void WeightsChanged(const Context& context);

  /// One optimizer step over a batch that comes in pieces. The loss is summed and divided by the
  /// number of targets of the whole batch, so the pieces' sizes do not matter but for rounding.
  /// Returns without a change and applied == false if the user asked to stop between two pieces
  /// (`stopped` is set then) or if something was not finite.
  StepOutcome Step(const Context& context, double learning_rate, std::span<const Batch> pieces,
                   bool* stopped = nullptr);

  /// Gradients of the mean loss, for tests and Step: gradients() afterwards. Returns the loss sum.
  double ComputeGradients(const Context& context, std::span<const Batch> pieces, bool* stopped);

  /// Forgets moments and the count of updates.
  void ResetMoments(const Context& context);

  Llama& model() { return *model_; }
  const ModelConfig& config() const { return model_->config(); }
  ParameterBlock& weights() { return weights_; }
  ParameterBlock& gradients() { return gradients_; }
  ParameterBlock& first_moments() { return first_; }
  ParameterBlock& second_moments() { return second_; }
  /// Steps applied so far: what Adam's bias correction counts.
  int64_t updates() const { return updates_; }
  void set_updates(int64_t updates) { updates_ = updates; }

 private:
  void Update(const Context& context, double learning_rate, double gradient_scale);

  OptimizerOptions optimizer_;
  std::unique_ptr<Llama> model_;
  ParameterBlock weights_, gradients_, first_, second_;
  int64_t updates_ = 0;
};

int64_t CountTargets(std::span<const Batch> pieces);

}  // namespace cria::train
