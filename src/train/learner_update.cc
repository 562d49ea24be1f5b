// What a step does once the gradients are summed: AdamW or Muon over the runs that this rank keeps.
#include <algorithm>

#include "kernels/adamw.h"
#include "tensor/transfer.h"
#include "train/learner.h"

namespace cria::train {

void Learner::Update(const Context& context, double learning_rate, double gradient_scale) {
  if (before_update_) before_update_();
  kernels::AdamWStep adam;
  adam.learning_rate = static_cast<float>(learning_rate);
  adam.beta1 = static_cast<float>(optimizer_.beta1);
  adam.beta2 = static_cast<float>(optimizer_.beta2);
  adam.eps = static_cast<float>(optimizer_.eps);
  adam.gradient_scale = static_cast<float>(gradient_scale);
  adam.step = ++updates_;
  const MuonStep muon{adam.learning_rate, static_cast<float>(optimizer_.weight_decay),
                      static_cast<float>(optimizer_.momentum), adam.gradient_scale};
  if (with_muon()) AccumulateMuon(context, muon);
  gradient_gather_.set_context(&context);
  const auto is_gathered = [&](int g) {
    return data_->size() > 1 && (layout_.zero == 0 || (with_muon() && IsLayer(g)));
  };
  for (int g = 0; g < partition_.groups(); ++g) {
    const int next = g + 1 < partition_.groups() && is_gathered(g + 1) ? g + 1 : -1;
    const float* const gathered = is_gathered(g) ? gradient_gather_.Fetch(g, next) : nullptr;
    UpdateAdamW(context, adam, g, layout_.zero == 0 ? gathered : nullptr);
    UpdateMuon(context, muon, g, gathered);
  }
  gradient_gather_.Finish();
  PackWeights(context);
}

void Learner::UpdateAdamW(const Context& context, const kernels::AdamWStep& step, int group,
                          const float* gathered) {
  State& state = used();
  for (const DecayRun& run : decay_runs_[static_cast<size_t>(group)]) {
    kernels::AdamWStep own = step;
    own.weight_decay = run.decays ? static_cast<float>(optimizer_.weight_decay) : 0.0f;
    for (const ParameterRange& range : home_.weights.HeldOf(run.range)) {
      kernels::AdamW(context, own, range.elements,
                     gathered != nullptr
                         ? gathered + (range.offset - partition_.group(group).offset)
                         : gradients().values(range).data(),
                     state.weights.values(range).data(), state.first.values(range).data(),
                     state.second.values(range).data());
    }
  }
}

// The gradients of this rank's runs become directions; nobody needs them as they were.
void Learner::AccumulateMuon(const Context& context, const MuonStep& step) {
  for (const std::vector<ParameterSpec>& matrices : muon_matrices_) {
    for (const ParameterSpec& spec : matrices) {
      for (const ParameterRange& range : gradients().HeldOf({spec.offset, spec.elements()})) {
        Muon::Accumulate(context, step, range.elements, gradients().values(range).data(),
                         used().first.values(range).data());
      }
    }
  }
}

// Of a matrix that several ranks keep parts of each makes the whole direction orthogonal: the same
// bits, and nothing more is sent.
void Learner::UpdateMuon(const Context& context, const MuonStep& step, int group,
                         const float* gathered) {
  for (const ParameterSpec& spec : muon_matrices_[static_cast<size_t>(group)]) {
    const ParameterRange whole{spec.offset, spec.elements()};
    const std::vector<ParameterRange> held = home_.weights.HeldOf(whole);
    if (held.empty()) continue;
    float* direction = nullptr;
    if (gathered == nullptr) {
      direction = gradients().values(whole).data();
    } else {
      direction = direction_.Grow(whole.elements, context.accelerator());
      CopyThere(context, gathered + (whole.offset - partition_.group(group).offset), direction,
                whole.elements * int64_t{sizeof(float)});
    }
    muon_.Straighten(context, spec, direction);
    for (const ParameterRange& range : held) {
      Muon::Move(context, step, spec, range.elements, direction + (range.offset - whole.offset),
                 used().weights.values(range).data());
    }
  }
}

}  // namespace cria::train
