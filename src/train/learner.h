// One model being trained, by one rank or by several that share the work and the keeping of its
// parameters: weights, gradients, moments, and the step that changes them. Knows nothing of files,
// time or where batches come from.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/context.h"
#include "comm/communicator.h"
#include "data/batch.h"
#include "kernels/adamw.h"
#include "model/llama.h"
#include "model/parameters.h"
#include "model/tensor_share.h"
#include "train/gradient_sum.h"
#include "train/group_gather.h"
#include "train/layout.h"
#include "train/muon.h"
#include "train/options.h"
#include "train/partition.h"

namespace cria::kernels::cuda {
struct DeviceRanks;
}

namespace cria::train {

/// The ranks that train one model together and what they share (ZeRO, Rajbhandari et al. 2020).
struct Sharing {
  comm::Communicator* ranks = nullptr;  ///< null: this process alone
  /// 0: every rank keeps all weights and moments. 1, 2: its own runs of weights, moments and
  /// gradients, and a packed copy of all weights for the products; gradients are exchanged in every
  /// pass and never held whole, so that 1 costs no more than 2. 3: of the layers' packed weights
  /// only the one in use, fetched anew in every pass (TrainingMemory::stream_layers).
  int zero = 2;
  /// So many neighbours share every layer (model/tensor_share.h); ZeRO is among the others.
  int tensor = 1;
  /// How their accelerators are connected; needed where several have one each.
  const kernels::cuda::DeviceRanks* devices = nullptr;

  Layout layout() const {
    const int size = ranks != nullptr ? ranks->size() : 1;
    return {size, tensor, size > tensor ? zero : 0};
  }
};

struct StepOutcome {
  double loss = 0;           ///< mean over the targets, nats
  double gradient_norm = 0;  ///< before clipping
  int64_t targets = 0;
  bool applied = false;  ///< false: loss or gradient was not finite and nothing changed
};

class Learner {
 public:
  /// On an accelerator, which all contexts must then have; each rank has one of its own, and a
  /// whole model (sharing.tensor 1).
  Learner(const ModelConfig& config, const OptimizerOptions& optimizer, Precision precision,
          const Sharing& sharing = {}, const TrainingMemory& memory = {},
          Accelerator* accelerator = nullptr);
  ~Learner();

  /// Random weights, zero moments.
  void Initialize(const Context& context, uint64_t seed);

  /// Brings weights() to the model, and them and the moments to the accelerator; call after
  /// changing them from outside.
  void WeightsChanged(const Context& context);
  /// Brings weights() and moments up to date with the accelerator's. Nothing to do without one.
  void BringHome(const Context& context);

  /// One optimizer step over a batch that comes in pieces: those of this rank and of all that share
  /// its layers are numbers d, d + D, d + 2 D, ... of all, at least one; d of D is the rank among
  /// data_ranks(). The loss is summed and divided by the number of targets of the whole batch, so
  /// the pieces' sizes do not matter but for rounding; who runs them does not matter at all.
  /// Returns without a change and applied == false if somebody asked to stop (`stopped` is set
  /// then, on every rank; alone, between two pieces) or if something was not finite.
  StepOutcome Step(const Context& context, double learning_rate, std::span<const Batch> pieces,
                   bool* stopped = nullptr);

  /// Gradients of the mean loss, for tests and Step: gradients() afterwards. Fills in loss and
  /// targets.
  StepOutcome ComputeGradients(const Context& context, std::span<const Batch> pieces,
                               bool* stopped);

  /// What this rank sends in a step of so many `pieces`, of which its own ones have `tokens`, by
  /// the layout: gradients in every pass, weights once a step or, streamed, in every pass, tokens
  /// between those that share layers. Without what ranks say to each other beside that.
  int64_t SentBytesPerStep(int64_t pieces, int64_t tokens) const;

  /// Forgets moments and the count of updates.
  void ResetMoments(const Context& context);

  Llama& model() { return *model_; }
  const ModelConfig& config() const { return model_->config(); }
  comm::Communicator& ranks() { return *all_; }
  /// What this rank has said and heard.
  comm::Traffic traffic() const {
    return layout_.tensor == 1 ? device_ranks_->traffic() : all_->traffic();
  }
  /// Those that run other passes; each has this rank's share of the layers.
  comm::Communicator& data_ranks() { return *data_; }
  const Layout& layout() const { return layout_; }
  TensorShare share() const { return {layout_.TensorRank(all_->rank()), layout_.tensor}; }
  /// Of the share's parameters among data_ranks().
  const Partition& partition() const { return partition_; }
  /// False where model() needs other ranks in every pass.
  bool model_is_whole() const {
    return layout_.tensor == 1 && (layout_.data() == 1 || !stream_layers_);
  }
  /// What this rank keeps of its share's parameters: all, or its runs where the ranks share. In the
  /// processor's memory; on an accelerator as of the last BringHome.
  ParameterBlock& weights() { return home_.weights; }
  ParameterBlock& first_moments() { return home_.first; }
  ParameterBlock& second_moments() { return home_.second; }
  /// This rank's runs, where they were computed.
  ParameterBlock& gradients() { return sum_.sum(); }
  /// Called before weights and moments change in a step.
  void set_before_update(std::function<void()> f) { before_update_ = std::move(f); }
  /// Steps applied so far: what Adam's bias correction counts.
  int64_t updates() const { return updates_; }
  void set_updates(int64_t updates) { updates_ = updates; }

 private:
  struct StepSize;
  struct State {
    ParameterBlock weights, first, second;
  };
  // Neighbours that are decayed alike go through the optimizer in one call.
  struct DecayRun {
    ParameterRange range;
    bool decays;
  };
  StepSize AgreeOnStep(std::span<const Batch> pieces, bool stop);
  double RunPieces(const Context& context, std::span<const Batch> pieces, const StepSize& size,
                   bool* stopped);
  double SumLosses(const std::vector<double>& own, const StepSize& size);
  void SumNormGradients();
  double GradientNorm(const Context& context);
  bool IsOfNorm(const ParameterRange& block) const;
  void Update(const Context& context, double learning_rate, double gradient_scale);
  void UpdateAdamW(const Context& context, const kernels::AdamWStep& step, int group,
                   const float* gathered);
  void UpdateMuon(const Context& context, const MuonStep& step, int group, const float* gathered);
  void AccumulateMuon(const Context& context, const MuonStep& step);
  bool with_muon() const { return optimizer_.kind == OptimizerKind::kMuon; }
  bool IsLayer(int group) const { return group > 0 && group + 1 < partition_.groups(); }
  void PackWeights(const Context& context);
  // What changes in a step.
  State& used() { return there_ ? *there_ : home_; }

  OptimizerOptions optimizer_;
  Precision precision_;
  Recompute recompute_;
  std::unique_ptr<comm::Communicator> self_;  // when alone
  comm::Communicator* all_;
  Layout layout_;
  std::unique_ptr<comm::Communicator> data_group_, tensor_group_;  // where layers are shared
  comm::Communicator *data_, *tensor_;                             // tensor_ null: undivided
  comm::Communicator* device_ranks_;  // data_, about bytes in the memory of what computes
  bool stream_layers_;
  std::unique_ptr<Llama> model_;
  ModelConfig share_config_;
  Partition partition_;
  CompactRuns compact_;
  GradientSum sum_;
  State home_;
  std::optional<State> there_;  // on the accelerator
  GroupGather weight_gather_, gradient_gather_;
  std::vector<std::vector<DecayRun>> decay_runs_;  // of each group, what is AdamW's
  Muon muon_;
  std::vector<std::vector<ParameterSpec>> muon_matrices_;  // of each group
  Buffer<float> direction_;                                // of one matrix, where ranks share
  std::function<void()> before_update_;
  int64_t updates_ = 0;
};

int64_t CountTargets(std::span<const Batch> pieces);

/// Bytes that one rank needs to train with passes of `tokens`, if a step has several of them.
int64_t LearnerBytes(const ModelConfig& config, Precision precision, OptimizerKind optimizer,
                     const PassTokens& tokens, const Layout& layout, const TrainingMemory& memory);

/// Throws Error if the optimizer cannot work with what the ranks share.
void RequireLayout(OptimizerKind optimizer, const Layout& layout);

}  // namespace cria::train
