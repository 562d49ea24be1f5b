// Gradients summed over pieces, clipped by their global norm, one fused pass of AdamW.
#include "train/learner.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <numeric>

#include "base/error.h"
#include "base/interrupt.h"
#include "comm/collectives.h"
#include "comm/group.h"
#include "comm/local.h"
#include "kernels/cuda/device_ranks.h"
#include "kernels/sum.h"
#include "model/initial_values.h"
#include "tensor/transfer.h"
#include "train/shard_map.h"

namespace cria::train {
namespace {

std::vector<ParameterRange> Kept(const Partition& partition, int rank, int zero) {
  if (zero > 0) return partition.Held(rank);
  return {{0, partition.group(partition.groups() - 1).end()}};
}

Layout CheckedLayout(const Sharing& sharing, OptimizerKind optimizer) {
  const Layout layout = sharing.layout();
  CRIA_CHECK(layout.tensor >= 1 && layout.ranks % layout.tensor == 0, "{} ranks in groups of {}",
             layout.ranks, layout.tensor);
  RequireLayout(optimizer, layout);
  return layout;
}

// The ranks of `layout` for which `same` is true.
template <class F>
std::unique_ptr<comm::Communicator> Group(comm::Communicator* all, const Layout& layout, F same) {
  std::vector<int> members;
  for (int rank = 0; rank < layout.ranks; ++rank) {
    if (same(rank)) members.push_back(rank);
  }
  return comm::MakeGroup(all, std::move(members));
}

comm::Communicator* CarrierFor(comm::Communicator* ranks, const Sharing& sharing,
                               const Accelerator* accelerator) {
  if (accelerator == nullptr || ranks->size() == 1) return ranks;
  CRIA_CHECK(sharing.devices != nullptr, "{} accelerators are not connected", ranks->size());
  return sharing.devices->ranks.get();
}

template <class State>
State MakeState(const ModelConfig& config, const std::vector<ParameterRange>& held,
                Accelerator* accelerator) {
  return {ParameterBlock(config, held, accelerator), ParameterBlock(config, held, accelerator),
          ParameterBlock(config, held, accelerator)};
}

std::unique_ptr<comm::Communicator> DataGroup(comm::Communicator* all, const Layout& layout) {
  if (layout.tensor == 1) return nullptr;
  const int own = layout.TensorRank(all->rank());
  return Group(all, layout, [&](int rank) { return layout.TensorRank(rank) == own; });
}
std::unique_ptr<comm::Communicator> TensorGroup(comm::Communicator* all, const Layout& layout) {
  if (layout.tensor == 1) return nullptr;
  const int own = layout.DataRank(all->rank());
  return Group(all, layout, [&](int rank) { return layout.DataRank(rank) == own; });
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
                 const Sharing& sharing, const TrainingMemory& memory, Accelerator* accelerator)
    : optimizer_(optimizer),
      precision_(precision),
      recompute_(memory.recompute),
      self_(sharing.ranks == nullptr ? comm::MakeSelf() : nullptr),
      all_(sharing.ranks == nullptr ? self_.get() : sharing.ranks),
      layout_(CheckedLayout(sharing, optimizer.kind)),
      data_group_(DataGroup(all_, layout_)),
      tensor_group_(TensorGroup(all_, layout_)),
      data_(data_group_ ? data_group_.get() : all_),
      tensor_(tensor_group_.get()),
      device_ranks_(CarrierFor(data_, sharing, accelerator)),
      stream_layers_(memory.stream_layers || layout_.zero == 3),
      model_(MakeLlama(config, {.precision = precision,
                                .for_training = true,
                                .recompute = memory.recompute,
                                .tensor_ranks = tensor_,
                                .accelerator = accelerator})),
      share_config_(ShareConfig(config, layout_.tensor)),
      partition_(share_config_, layout_.data()),
      compact_(share_config_, precision == Precision::kBF16),
      sum_(share_config_, &partition_, device_ranks_, accelerator),
      home_(
          MakeState<State>(share_config_, Kept(partition_, data_->rank(), layout_.zero), nullptr)),
      there_(accelerator != nullptr
                 ? std::optional(MakeState<State>(share_config_, home_.weights.held(), accelerator))
                 : std::nullopt),
      weight_gather_(&partition_, device_ranks_, &used().weights,
                     precision == Precision::kBF16 ? &compact_ : nullptr),
      gradient_gather_(&partition_, device_ranks_, &sum_.sum()),
      muon_(precision) {
  CRIA_CHECK(accelerator == nullptr || layout_.tensor == 1, "{} accelerators share layers",
             layout_.tensor);
  if (stream_layers_) model_->StreamLayers(&weight_gather_);
  decay_runs_.resize(static_cast<size_t>(partition_.groups()));
  muon_matrices_.resize(static_cast<size_t>(partition_.groups()));
  int g = 0;
  for (const ParameterSpec& spec : home_.weights.specs()) {
    while (spec.offset >= partition_.group(g).end()) ++g;
    if (with_muon() && Muon::Takes(spec)) {
      muon_matrices_[static_cast<size_t>(g)].push_back(spec);
      continue;
    }
    std::vector<DecayRun>& runs = decay_runs_[static_cast<size_t>(g)];
    const bool decays = spec.decays || optimizer_.decay_norms;
    if (runs.empty() || runs.back().decays != decays || runs.back().range.end() != spec.offset) {
      runs.push_back({{spec.offset, 0}, decays});
    }
    runs.back().range.elements += spec.elements();
  }
}

Learner::~Learner() {
  // Nothing may arrive in memory that is about to go.
  if (std::uncaught_exceptions() == 0) return;
  device_ranks_->Cancel();
  all_->Cancel();
}

void Learner::Initialize(const Context& context, uint64_t seed) {
  InitializeShare(context, config(), seed, share(), &home_.weights);
  ResetMoments(context);
  WeightsChanged(context);
}

void Learner::WeightsChanged(const Context& context) {
  if (there_) {
    const auto put = [&](const ParameterBlock& from, ParameterBlock* to) {
      PutIn<float>(context, {from.data(), static_cast<size_t>(from.size())}, to->data());
    };
    put(home_.weights, &there_->weights);
    put(home_.first, &there_->first);
    put(home_.second, &there_->second);
  }
  PackWeights(context);
}

void Learner::BringHome(const Context& context) {
  if (!there_) return;
  const auto take = [&](const ParameterBlock& from, ParameterBlock* to) {
    TakeOut<float>(context, from.data(), {to->data(), static_cast<size_t>(to->size())});
  };
  take(there_->weights, &home_.weights);
  take(there_->first, &home_.first);
  take(there_->second, &home_.second);
}

void Learner::PackWeights(const Context& context) {
  weight_gather_.set_context(&context);
  const int last = partition_.groups() - 1;
  for (int g = 0; g <= last; g = g == 0 && stream_layers_ ? last : g + 1) {
    const int next = g == last ? -1 : stream_layers_ ? last : g + 1;
    model_->SetGroup(context, g, weight_gather_.Fetch(g, next));
  }
  weight_gather_.Finish();
}

void Learner::ResetMoments(const Context& context) {
  if (there_) {  // the others' memory is taken as they are first brought home
    home_.first = ParameterBlock(share_config_, home_.weights.held());
    home_.second = ParameterBlock(share_config_, home_.weights.held());
  }
  for (ParameterBlock* moments : {&used().first, &used().second}) {
    kernels::SetZero(context, moments->size(), moments->data());
  }
  updates_ = 0;
}

Learner::StepSize Learner::AgreeOnStep(std::span<const Batch> pieces, bool stop) {
  const StepSize own{CountTargets(pieces), std::ssize(pieces), stop};
  std::vector<StepSize> all(static_cast<size_t>(layout_.ranks));
  comm::AllGather(*all_, own, std::span<StepSize>(all));
  StepSize size;
  for (int rank = 0; rank < layout_.ranks; ++rank) {
    const StepSize& one = all[static_cast<size_t>(rank)];
    size.stop = size.stop || one.stop;
    if (layout_.TensorRank(rank) > 0) continue;  // has the pieces of the one before
    size.targets += one.targets;
    size.pieces += one.pieces;
  }
  CRIA_CHECK(size.targets > 0, "a batch without targets");
  for (int rank = 0; rank < layout_.ranks; ++rank) {
    const int64_t got = all[static_cast<size_t>(rank)].pieces;
    CRIA_CHECK(got >= 1 && got == size.PiecesOf(layout_.DataRank(rank), layout_.data()),
               "rank {} has {} of {}", rank, got, size.pieces);
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
  weight_gather_.set_context(&context);
  for (int64_t first = 0; first < size.pieces; first += layout_.data()) {
    if (layout_.ranks == 1 && stopped != nullptr && InterruptRequested()) {
      *stopped = true;
      return 0;
    }
    const int64_t active = std::min<int64_t>(layout_.data(), size.pieces - first);
    sum_.BeginRound(static_cast<int>(active));
    if (data_->rank() < active) {
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
  SumNormGradients();
  return SumLosses(losses, size);
}

// Every rank of a tensor group has those of its own tokens; all keep the same runs.
void Learner::SumNormGradients() {
  if (tensor_ == nullptr) return;
  std::vector<std::span<float>> parts;
  int64_t count = 0;
  for (const ParameterSpec& spec : gradients().specs()) {
    if (spec.role != ParameterRole::kNorm) continue;
    for (const ParameterRange& part : gradients().HeldOf({spec.offset, spec.elements()})) {
      parts.push_back(gradients().values(part));
      count += part.elements;
    }
  }
  std::vector<float> all(static_cast<size_t>(count * tensor_->size()));
  std::vector<int64_t> cuts = {0};
  for (int rank = 0; rank < tensor_->size(); ++rank) cuts.push_back(cuts.back() + count);
  auto own = all.begin() + tensor_->rank() * count;
  for (const std::span<float>& part : parts) own = std::copy(part.begin(), part.end(), own);
  comm::AllGatherV(*tensor_, std::span<float>(all), cuts);
  auto from = all.cbegin();
  for (const std::span<float>& part : parts) {
    for (float& sum : part) {
      sum = *from;
      for (int rank = 1; rank < tensor_->size(); ++rank) sum += from[rank * count];
      ++from;
    }
  }
}

// In the order of the pieces.
double Learner::SumLosses(const std::vector<double>& own, const StepSize& size) {
  const int ranks = data_->size();
  std::vector<int64_t> cuts = {0};
  for (int rank = 0; rank < ranks; ++rank) {
    cuts.push_back(cuts.back() + size.PiecesOf(rank, ranks));
  }
  std::vector<double> all(static_cast<size_t>(size.pieces));
  std::copy(own.begin(), own.end(), all.begin() + cuts[static_cast<size_t>(data_->rank())]);
  comm::AllGatherV(*data_, std::span<double>(all), cuts);
  double sum = 0;
  for (int64_t piece = 0; piece < size.pieces; ++piece) {
    sum += all[static_cast<size_t>(cuts[static_cast<size_t>(piece % ranks)] + piece / ranks)];
  }
  return sum;
}

// Sums of squares of the undivided blocks, added in the order of the blocks; then those of the
// shares, in the order of ranks. Norms, which all shares have, count in the first.
double Learner::GradientNorm(const Context& context) {
  const int ranks = data_->size();
  std::vector<ParameterRange> own;
  std::vector<int64_t> cuts = {0};
  for (int rank = 0; rank < ranks; ++rank) {
    int64_t count = 0;
    for (int g = 0; g < partition_.groups(); ++g) {
      const std::vector<ParameterRange> blocks = partition_.Blocks(g, rank);
      count += std::ssize(blocks);
      if (rank == data_->rank()) own.insert(own.end(), blocks.begin(), blocks.end());
    }
    cuts.push_back(cuts.back() + count);
  }
  std::vector<double> sums(static_cast<size_t>(cuts.back()));
  double* const mine = sums.data() + cuts[static_cast<size_t>(data_->rank())];
  std::vector<kernels::SumRange> ranges;
  for (const ParameterRange& block : own) {
    const bool counts = share().rank == 0 || !IsOfNorm(block);
    ranges.push_back(
        {gradients().values(block).data() - gradients().data(), counts ? block.elements : 0});
  }
  kernels::SumsOfSquares(context, gradients().data(), ranges, {mine, ranges.size()});
  comm::AllGatherV(*data_, std::span<double>(sums), cuts);
  double total = 0;
  std::vector<int64_t> next(cuts.begin(), cuts.end() - 1);
  for (int g = 0; g < partition_.groups(); ++g) {
    for (int rank = 0; rank < ranks; ++rank) {
      int64_t& at = next[static_cast<size_t>(rank)];
      const int64_t end = at + std::ssize(partition_.Blocks(g, rank));
      for (; at < end; ++at) total += sums[static_cast<size_t>(at)];
    }
  }
  if (tensor_ == nullptr) return std::sqrt(total);
  std::vector<double> shares(static_cast<size_t>(tensor_->size()));
  comm::AllGather(*tensor_, total, std::span<double>(shares));
  return std::sqrt(std::accumulate(shares.begin(), shares.end(), 0.0));
}

// A block is of one tensor.
bool Learner::IsOfNorm(const ParameterRange& block) const {
  const auto& specs = home_.weights.specs();
  const auto next = std::upper_bound(
      specs.begin(), specs.end(), block.offset,
      [](int64_t offset, const ParameterSpec& spec) { return offset < spec.offset; });
  return std::prev(next)->role == ParameterRole::kNorm;
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

int64_t Learner::SentBytesPerStep(int64_t pieces, int64_t tokens) const {
  const int ranks = data_->size(), rank = data_->rank();
  const int64_t passes = (pieces - rank + ranks - 1) / ranks;
  // Those that run for the others' sake count too.
  const int64_t rounds = (pieces + ranks - 1) / ranks;
  int64_t bytes = 0;
  for (int g = 0; g < partition_.groups(); ++g) {
    const ParameterRange own = partition_.Run(g, rank);
    bytes += passes * (partition_.group(g).elements - own.elements) * int64_t{sizeof(float)};
    const bool streamed = stream_layers_ && layout_.zero > 0 && IsLayer(g);
    // Forward and backward; the last layer is at hand when the backward pass begins.
    const bool last_layer = g + 2 == partition_.groups();
    const int64_t times = !streamed ? 1 : rounds * (last_layer ? 1 : 2);
    // Without ZeRO it is gradients that are gathered.
    const int64_t message = layout_.zero > 0 ? compact_.Bytes(own) : own.elements * 4;
    bytes += times * message * (ranks - 1);
    if (with_muon() && IsLayer(g)) bytes += own.elements * 4 * (ranks - 1);  // directions
  }
  return bytes + TensorSentBytes(config(), precision_, tokens, layout_.tensor, recompute_);
}

void RequireLayout(OptimizerKind optimizer, const Layout& layout) {
  if (optimizer != OptimizerKind::kMuon) return;
  if (layout.tensor > 1) {
    throw Error("muon needs whole matrices, and these ranks have a share of each", "--optimizer",
                "train with --tensor 1, or with --optimizer adamw");
  }
  if (layout.data() > 1 && layout.zero == 0) {
    throw Error("muon does not work where every rank keeps all moments", "--optimizer",
                "train with --zero 2, or with --optimizer adamw");
  }
}

int64_t LearnerBytes(const ModelConfig& config, Precision precision, OptimizerKind optimizer,
                     const PassTokens& tokens, const Layout& layout, const TrainingMemory& memory) {
  const ModelConfig c = ShareConfig(config, layout.tensor);
  const int data = layout.data();
  const int64_t all = ParameterCount(c), run = (all + data - 1) / data;
  TrainingMemory used = memory;
  used.stream_layers = used.stream_layers || (layout.zero == 3 && data > 1);
  // Weights and two moments; the summed gradients, and what is on its way to them.
  int64_t bytes = 3 * ReservedBytes(4 * (layout.zero == 0 || data == 1 ? all : run)) +
                  ReservedBytes(4 * run) + GradientSum::BufferBytes(c, data);
  if (data > 1) {  // two groups gathered: of weights, or with stage 0 of gradients
    const CompactRuns compact(c, precision == Precision::kBF16);
    int64_t values = 0, messages = 0;
    for (const ParameterRange& group : ParameterGroups(c)) {
      values = std::max(values, group.elements);
      messages = std::max(messages, compact.Bytes(group));
    }
    bytes += 2 * ReservedBytes(4 * values);
    if (layout.zero > 0 && precision == Precision::kBF16) bytes += 2 * ReservedBytes(messages);
  }
  if (optimizer == OptimizerKind::kMuon) bytes += Muon::Bytes(c, precision, data > 1);
  if (layout.tensor > 1) bytes += ShardMap::kCollectBytes;  // while a checkpoint is written
  return bytes +
         ModelTrainingBytes(config, precision, {tokens.n, layout.tensor, tokens.accelerated}, used);
}

}  // namespace cria::train
