// Gradients summed over pieces, clipped by their global norm, one fused pass of AdamW.
#include "train/learner.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/interrupt.h"
#include "kernels/adamw.h"

namespace cria::train {
namespace {

// Parameters that lie side by side and are decayed alike go through the optimizer in one call.
struct DecayRun {
  int64_t offset, elements;
  bool decays;
};

std::vector<DecayRun> DecayRuns(const std::vector<ParameterSpec>& specs, bool decay_norms) {
  std::vector<DecayRun> runs;
  for (const ParameterSpec& spec : specs) {
    const bool decays = spec.decays || decay_norms;
    if (!runs.empty() && runs.back().decays == decays) {
      runs.back().elements += spec.elements();
    } else {
      runs.push_back({spec.offset, spec.elements(), decays});
    }
  }
  return runs;
}

}  // namespace

int64_t CountTargets(std::span<const Batch> pieces) {
  int64_t targets = 0;
  for (const Batch& piece : pieces) {
    targets += std::count_if(piece.targets.begin(), piece.targets.end(),
                             [](int32_t target) { return target >= 0; });
  }
  return targets;
}

Learner::Learner(const ModelConfig& config, const OptimizerOptions& optimizer, Precision precision)
    : optimizer_(optimizer),
      model_(MakeLlama(config, {.precision = precision, .for_training = true})),
      weights_(config),
      gradients_(config),
      first_(config),
      second_(config) {}

void Learner::Initialize(const Context& context, uint64_t seed) {
  InitializeParameters(context, config(), seed, &weights_);
  ResetMoments(context);
  WeightsChanged(context);
}

void Learner::WeightsChanged(const Context& context) { model_->SetWeights(context, weights_); }

void Learner::ResetMoments(const Context& context) {
  first_.SetZero(context);
  second_.SetZero(context);
  updates_ = 0;
}

double Learner::ComputeGradients(const Context& context, std::span<const Batch> pieces,
                                 bool* stopped) {
  const int64_t targets = CountTargets(pieces);
  CRIA_CHECK(targets > 0, "a batch without targets");
  const float scale = static_cast<float>(1.0 / static_cast<double>(targets));
  gradients_.SetZero(context);
  double loss = 0;
  for (const Batch& piece : pieces) {
    if (stopped != nullptr && InterruptRequested()) {
      *stopped = true;
      break;
    }
    loss += model_->LossAndGradients(context, piece, scale, &gradients_);
  }
  return loss;
}

StepOutcome Learner::Step(const Context& context, double learning_rate,
                          std::span<const Batch> pieces, bool* stopped) {
  StepOutcome outcome;
  outcome.targets = CountTargets(pieces);
  outcome.loss = ComputeGradients(context, pieces, stopped) / static_cast<double>(outcome.targets);
  if (stopped != nullptr && *stopped) return outcome;
  outcome.gradient_norm =
      std::sqrt(kernels::SumOfSquares(context, gradients_.size(), gradients_.data()));
  if (!std::isfinite(outcome.loss) || !std::isfinite(outcome.gradient_norm)) return outcome;
  const double clip = optimizer_.clip;
  Update(context, learning_rate,
         clip > 0 ? std::min(1.0, clip / (outcome.gradient_norm + 1e-6)) : 1.0);
  outcome.applied = true;
  return outcome;
}

void Learner::Update(const Context& context, double learning_rate, double gradient_scale) {
  kernels::AdamWStep step;
  step.learning_rate = static_cast<float>(learning_rate);
  step.beta1 = static_cast<float>(optimizer_.beta1);
  step.beta2 = static_cast<float>(optimizer_.beta2);
  step.eps = static_cast<float>(optimizer_.eps);
  step.gradient_scale = static_cast<float>(gradient_scale);
  step.step = ++updates_;
  for (const DecayRun& run : DecayRuns(weights_.specs(), optimizer_.decay_norms)) {
    step.weight_decay = run.decays ? static_cast<float>(optimizer_.weight_decay) : 0.0f;
    kernels::AdamW(context, step, run.elements, gradients_.data() + run.offset,
                   weights_.data() + run.offset, first_.data() + run.offset,
                   second_.data() + run.offset);
  }
  WeightsChanged(context);
}

}  // namespace cria::train
