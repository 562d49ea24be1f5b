// Gradients summed over pieces, clipped by their global norm, one fused pass of AdamW.
#include "train/learner.h"

#include <algorithm>
#include <cmath>
#include <exception>

#include "base/error.h"
#include "base/interrupt.h"
#include "comm/collectives.h"
#include "comm/local.h"
#include "kernels/adamw.h"
#include "kernels/sum.h"

namespace cria::train {
namespace {

std::vector<ParameterRange> Kept(const Partition& partition, int rank, int zero) {
  if (zero > 0) return partition.Held(rank);
  return {{0, partition.group(partition.groups() - 1).end()}};
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

/// What all ranks know of a step before they compute.
struct Learner::StepSize {
  int64_t targets = 0, pieces = 0;
  bool stop = false;
  /// Pieces of a rank.
  int64_t PiecesOf(int rank, int ranks) const { return (pieces - rank + ranks - 1) / ranks; }
};

Learner::Learner(const ModelConfig& config, const OptimizerOptions& optimizer, Precision precision,
                 const Sharing& sharing, const TrainingMemory& memory)
    : optimizer_(optimizer),
      self_(sharing.ranks == nullptr ? comm::MakeSelf() : nullptr),
      ranks_(sharing.ranks == nullptr ? self_.get() : sharing.ranks),
      zero_(ranks_->size() == 1 ? 0 : sharing.zero),
      stream_layers_(memory.stream_layers || zero_ == 3),
      model_(MakeLlama(
          config, {.precision = precision, .for_training = true, .recompute = memory.recompute})),
      partition_(config, ranks_->size()),
      sum_(config, &partition_, ranks_),
      weights_(config, Kept(partition_, ranks_->rank(), zero_)),
      first_(config, weights_.held()),
      second_(config, weights_.held()),
      weight_gather_(&partition_, ranks_, &weights_),
      gradient_gather_(&partition_, ranks_, &sum_.sum()) {
  if (stream_layers_) model_->StreamLayers(&weight_gather_);
  decay_runs_.resize(static_cast<size_t>(partition_.groups()));
  int g = 0;
  for (const ParameterSpec& spec : weights_.specs()) {
    while (spec.offset >= partition_.group(g).end()) ++g;
    std::vector<DecayRun>& runs = decay_runs_[static_cast<size_t>(g)];
    const bool decays = spec.decays || optimizer_.decay_norms;
    if (runs.empty() || runs.back().decays != decays) runs.push_back({{spec.offset, 0}, decays});
    runs.back().range.elements += spec.elements();
  }
}

Learner::~Learner() {
  // Nothing may arrive in memory that is about to go.
  if (std::uncaught_exceptions() > 0) ranks_->Cancel();
}

void Learner::Initialize(const Context& context, uint64_t seed) {
  InitializeParameters(context, config(), seed, &weights_);
  ResetMoments(context);
  WeightsChanged(context);
}

void Learner::WeightsChanged(const Context& context) {
  const int last = partition_.groups() - 1;
  for (int g = 0; g <= last; g = g == 0 && stream_layers_ ? last : g + 1) {
    const int next = g == last ? -1 : stream_layers_ ? last : g + 1;
    model_->SetGroup(context, g, weight_gather_.Fetch(g, next));
  }
  weight_gather_.Finish();
}

void Learner::ResetMoments(const Context& context) {
  kernels::SetZero(context, first_.size(), first_.data());
  kernels::SetZero(context, second_.size(), second_.data());
  updates_ = 0;
}

Learner::StepSize Learner::AgreeOnStep(std::span<const Batch> pieces, bool stop) {
  const StepSize own{CountTargets(pieces), std::ssize(pieces), stop};
  std::vector<StepSize> all(static_cast<size_t>(ranks_->size()));
  comm::AllGather(*ranks_, own, std::span<StepSize>(all));
  StepSize size;
  for (const StepSize& rank : all) {
    size.targets += rank.targets;
    size.pieces += rank.pieces;
    size.stop = size.stop || rank.stop;
  }
  CRIA_CHECK(size.targets > 0, "a batch without targets");
  for (int rank = 0; rank < ranks_->size(); ++rank) {
    const int64_t got = all[static_cast<size_t>(rank)].pieces;
    CRIA_CHECK(got >= 1 && got == size.PiecesOf(rank, ranks_->size()), "rank {} has {} of {}", rank,
               got, size.pieces);
  }
  return size;
}

StepOutcome Learner::ComputeGradients(const Context& context, std::span<const Batch> pieces,
                                      bool* stopped) {
  const StepSize size = AgreeOnStep(pieces, stopped != nullptr && InterruptRequested());
  StepOutcome outcome;
  outcome.targets = size.targets;
  if (size.stop) {
    *stopped = true;
    return outcome;
  }
  outcome.loss = RunPieces(context, pieces, size, stopped) / static_cast<double>(size.targets);
  return outcome;
}

// Returns the sum of the loss.
double Learner::RunPieces(const Context& context, std::span<const Batch> pieces,
                          const StepSize& size, bool* stopped) {
  const float scale = static_cast<float>(1.0 / static_cast<double>(size.targets));
  std::vector<double> losses;
  sum_.Start(&context);
  for (int64_t first = 0; first < size.pieces; first += ranks_->size()) {
    const bool alone = ranks_->size() == 1;
    if (alone && stopped != nullptr && InterruptRequested()) {
      *stopped = true;
      return 0;
    }
    const int64_t active = std::min<int64_t>(ranks_->size(), size.pieces - first);
    sum_.BeginRound(static_cast<int>(active));
    if (ranks_->rank() < active) {
      const Batch& piece = pieces[losses.size()];
      losses.push_back(model_->LossAndGradients(context, piece, scale, &sum_));
      continue;
    }
    if (stream_layers_) {  // the others need this rank's weights all the same
      model_->LossAndGradients(context, pieces[0], scale, &sum_);
    } else {
      sum_.SitOut();
    }
  }
  sum_.Finish();
  weight_gather_.Finish();
  return SumLosses(losses, size);
}

// In the order of the pieces.
double Learner::SumLosses(const std::vector<double>& own, const StepSize& size) {
  const int ranks = ranks_->size();
  std::vector<int64_t> cuts = {0};
  for (int rank = 0; rank < ranks; ++rank) {
    cuts.push_back(cuts.back() + size.PiecesOf(rank, ranks));
  }
  std::vector<double> all(static_cast<size_t>(size.pieces));
  std::copy(own.begin(), own.end(), all.begin() + cuts[static_cast<size_t>(ranks_->rank())]);
  comm::AllGatherV(*ranks_, std::span<double>(all), cuts);
  double sum = 0;
  for (int64_t piece = 0; piece < size.pieces; ++piece) {
    sum += all[static_cast<size_t>(cuts[static_cast<size_t>(piece % ranks)] + piece / ranks)];
  }
  return sum;
}

// Sums of squares of the undivided blocks, added in the order of the blocks.
double Learner::GradientNorm(const Context& context) {
  const int ranks = ranks_->size();
  std::vector<ParameterRange> own;
  std::vector<int64_t> cuts = {0};
  for (int rank = 0; rank < ranks; ++rank) {
    int64_t count = 0;
    for (int g = 0; g < partition_.groups(); ++g) {
      const std::vector<ParameterRange> blocks = partition_.Blocks(g, rank);
      count += std::ssize(blocks);
      if (rank == ranks_->rank()) own.insert(own.end(), blocks.begin(), blocks.end());
    }
    cuts.push_back(cuts.back() + count);
  }
  std::vector<double> sums(static_cast<size_t>(cuts.back()));
  double* const mine = sums.data() + cuts[static_cast<size_t>(ranks_->rank())];
  context.ParallelFor(std::ssize(own), [&](int64_t i) {
    const std::span<const float> values = gradients().values(own[static_cast<size_t>(i)]);
    mine[i] = kernels::SumOfSquares(std::ssize(values), values.data());
  });
  comm::AllGatherV(*ranks_, std::span<double>(sums), cuts);
  double total = 0;
  std::vector<int64_t> next(cuts.begin(), cuts.end() - 1);
  for (int g = 0; g < partition_.groups(); ++g) {
    for (int rank = 0; rank < ranks; ++rank) {
      int64_t& at = next[static_cast<size_t>(rank)];
      const int64_t end = at + std::ssize(partition_.Blocks(g, rank));
      for (; at < end; ++at) total += sums[static_cast<size_t>(at)];
    }
  }
  return std::sqrt(total);
}

StepOutcome Learner::Step(const Context& context, double learning_rate,
                          std::span<const Batch> pieces, bool* stopped) {
  StepOutcome outcome = ComputeGradients(context, pieces, stopped);
  if (stopped != nullptr && *stopped) return outcome;
  outcome.gradient_norm = GradientNorm(context);
  if (!std::isfinite(outcome.loss) || !std::isfinite(outcome.gradient_norm)) return outcome;
  const double clip = optimizer_.clip;
  Update(context, learning_rate,
         clip > 0 ? std::min(1.0, clip / (outcome.gradient_norm + 1e-6)) : 1.0);
  outcome.applied = true;
  return outcome;
}

void Learner::Update(const Context& context, double learning_rate, double gradient_scale) {
  if (before_update_) before_update_();
  kernels::AdamWStep step;
  step.learning_rate = static_cast<float>(learning_rate);
  step.beta1 = static_cast<float>(optimizer_.beta1);
  step.beta2 = static_cast<float>(optimizer_.beta2);
  step.eps = static_cast<float>(optimizer_.eps);
  step.gradient_scale = static_cast<float>(gradient_scale);
  step.step = ++updates_;
  const auto update = [&](const ParameterRange& range, bool decays, const float* gradient) {
    step.weight_decay = decays ? static_cast<float>(optimizer_.weight_decay) : 0.0f;
    kernels::AdamW(context, step, range.elements, gradient, weights_.values(range).data(),
                   first_.values(range).data(), second_.values(range).data());
  };
  const bool whole_gradients = zero_ == 0 && ranks_->size() > 1;
  for (int g = 0; g < partition_.groups(); ++g) {
    const ParameterRange& group = partition_.group(g);
    const float* gathered =
        whole_gradients ? gradient_gather_.Fetch(g, g + 1 < partition_.groups() ? g + 1 : -1)
                        : nullptr;
    for (const DecayRun& run : decay_runs_[static_cast<size_t>(g)]) {
      for (const ParameterRange& range : weights_.HeldOf(run.range)) {
        update(range, run.decays,
               gathered != nullptr ? gathered + (range.offset - group.offset)
                                   : gradients().values(range).data());
      }
    }
  }
  gradient_gather_.Finish();
  WeightsChanged(context);
}

int64_t Learner::SentBytesPerStep(int64_t pieces) const {
  const int ranks = ranks_->size(), rank = ranks_->rank();
  const int64_t passes = (pieces - rank + ranks - 1) / ranks;
  int64_t elements = 0;
  for (int g = 0; g < partition_.groups(); ++g) {
    const int64_t own = partition_.Run(g, rank).elements;
    elements += passes * (partition_.group(g).elements - own);
    const bool streamed = stream_layers_ && zero_ > 0 && g > 0 && g + 1 < partition_.groups();
    // Forward and backward; the last layer is at hand when the backward pass begins.
    const bool last_layer = g + 2 == partition_.groups();
    const int64_t times = !streamed ? 1 : (pieces + ranks - 1) / ranks * (last_layer ? 1 : 2);
    elements += times * own * (ranks - 1);
  }
  return elements * int64_t{sizeof(float)};
}

int64_t LearnerBytes(const ModelConfig& config, Precision precision, int64_t rows, int64_t seq_len,
                     int ranks, int zero, const TrainingMemory& memory) {
  const int64_t all = ParameterCount(config), share = (all + ranks - 1) / ranks;
  const bool whole = zero == 0 || ranks == 1;
  TrainingMemory used = memory;
  used.stream_layers = used.stream_layers || (zero == 3 && ranks > 1);
  // Weights and two moments; the summed gradients, and what is on its way to them.
  int64_t bytes = 3 * ReservedBytes(4 * (whole ? all : share)) + ReservedBytes(4 * share) +
                  GradientSum::BufferBytes(config, ranks);
  if (ranks > 1) {  // two groups gathered: of weights, or with stage 0 of gradients
    bytes += 2 * ReservedBytes(4 * std::max(ParameterGroups(config)[1].elements,
                                            (config.vocab_size + 1) * config.dim));
  }
  return bytes + ModelTrainingBytes(config, precision, rows, seq_len, used);
}

}  // namespace cria::train
