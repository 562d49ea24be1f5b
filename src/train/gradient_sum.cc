// A few groups are on their way at once; the oldest is summed when its memory is needed again.
#include "train/gradient_sum.h"

#include <algorithm>

#include "base/error.h"
#include "kernels/sum.h"
#include "tensor/transfer.h"
#include "train/tags.h"

namespace cria::train {
namespace {

// Three layers on their way at once, and the embedding or the head.
constexpr int kSlots = 4;

std::span<const uint8_t> Bytes(std::span<const float> values) {
  return {reinterpret_cast<const uint8_t*>(values.data()), values.size_bytes()};
}

// An accelerator's library of products chooses by how matrices lie in its loads, and with another
// number of ranks this one would lie in memory of its own.
bool IsAligned(const float* values, const Context& context) {
  constexpr uintptr_t kWidestLoad = 16;
  return context.accelerator() == nullptr || reinterpret_cast<uintptr_t>(values) % kWidestLoad == 0;
}

}  // namespace

GradientSum::GradientSum(const ModelConfig& config, const Partition* partition,
                         comm::Communicator* ranks, Accelerator* accelerator)
    : partition_(partition),
      ranks_(ranks),
      sum_(config, partition->Held(ranks->rank()), accelerator),
      slots_(kSlots) {}

void GradientSum::Start(const Context* context) {
  CRIA_CHECK(closed_.empty());
  for (Slot& slot : slots_) slot.group = -1;  // a pass that threw left some open
  context_ = context;
  round_ = -1;
}

void GradientSum::BeginRound(int active) {
  CRIA_CHECK(active >= 1 && active <= ranks_->size());
  ++round_;
  active_ = active;
}

// The first slot is for groups larger than a layer, the embedding and the head; layers take turns
// in the others. What was sent longest ago is summed when its memory is needed.
GradientSum::Slot* GradientSum::Take(int group) {
  const bool large = partition_->group(group).elements > partition_->group(1).elements;
  const auto first = large ? slots_.begin() : slots_.begin() + 1;
  const auto end = large ? slots_.begin() + 1 : slots_.end();
  while (true) {
    const auto slot = std::find_if(first, end, [](const Slot& s) { return s.group < 0; });
    if (slot != end) {
      slot->group = group;
      slot->first_round = round_ == 0;
      slot->active = active_;
      return &*slot;
    }
    CRIA_CHECK(!closed_.empty(), "every group is open");
    Drain(closed_.front());
    closed_.pop_front();
  }
}

// `first`: there is nothing yet to add to.
void GradientSum::AddPart(bool first, const float* from, int64_t n, float* sum) {
  if (first) {
    CopyThere(*context_, from, sum, n * int64_t{sizeof(float)});
  } else {
    kernels::Add(*context_, n, from, sum);
  }
}

void GradientSum::PostReceives(Slot* slot) {
  const int64_t elements = OwnRun(slot->group).elements;
  if (elements == 0) return;
  float* to = slot->received.Grow(elements * (ranks_->size() - 1), context_->accelerator());
  for (int rank = 0; rank < slot->active; ++rank) {
    if (rank == ranks_->rank()) continue;
    slot->receives.push_back(ranks_->Receive(
        rank, GradientTag(slot->group),
        {reinterpret_cast<uint8_t*>(to), static_cast<size_t>(elements) * sizeof(float)}));
    to += elements;
  }
}

float* GradientSum::Open(int group) {
  Slot* const slot = Take(group);
  if (ranks_->size() == 1) {
    float* const sum = sum_.values(partition_->group(group)).data();
    slot->in_place = slot->first_round && IsAligned(sum, *context_);
    if (slot->in_place) return sum;
  }
  PostReceives(slot);
  return slot->own.Grow(partition_->group(group).elements, context_->accelerator());
}

void GradientSum::Close(int group) {
  const auto found =
      std::find_if(slots_.begin(), slots_.end(), [&](const Slot& s) { return s.group == group; });
  CRIA_CHECK(found != slots_.end(), "group {} is not open", group);
  Slot& slot = *found;
  const ParameterRange all = partition_->group(group);
  if (ranks_->size() == 1) {
    if (!slot.in_place)
      AddPart(slot.first_round, slot.own.data(), all.elements, sum_.values(all).data());
    slot.group = -1;
    return;
  }
  for (int rank = 0; rank < ranks_->size() && ranks_->rank() < slot.active; ++rank) {
    const ParameterRange run = partition_->Run(group, rank);
    if (rank == ranks_->rank() || run.elements == 0) continue;
    slot.sends.push_back(ranks_->Send(
        rank, GradientTag(group),
        Bytes({slot.own.data() + (run.offset - all.offset), static_cast<size_t>(run.elements)})));
  }
  ranks_->Launch(GradientTag(group));
  closed_.push_back(&slot);
}

void GradientSum::SitOut() {
  for (int group = partition_->groups() - 1; group >= 0; --group) {
    Slot* const slot = Take(group);
    PostReceives(slot);
    ranks_->Launch(GradientTag(group));
    closed_.push_back(slot);
  }
}

void GradientSum::Drain(Slot* slot) {
  const ParameterRange run = OwnRun(slot->group);
  if (run.elements > 0) {
    float* const sum = sum_.values(run).data();
    const float* received = slot->received.data();
    auto receive = slot->receives.begin();
    for (int rank = 0; rank < slot->active; ++rank) {
      const float* from = received;
      if (rank == ranks_->rank()) {
        from = slot->own.data() + (run.offset - partition_->group(slot->group).offset);
      } else {
        ranks_->Wait(*receive++);
        received += run.elements;
      }
      AddPart(slot->first_round && rank == 0, from, run.elements, sum);
    }
  }
  for (const comm::Transfer& send : slot->sends) ranks_->Wait(send);
  slot->sends.clear();
  slot->receives.clear();
  slot->group = -1;
}

void GradientSum::Finish() {
  for (; !closed_.empty(); closed_.pop_front()) Drain(closed_.front());
}

int64_t GradientSum::BufferBytes(const ModelConfig& config, int ranks) {
  const std::vector<ParameterRange> groups = ParameterGroups(config);
  const int64_t layer = groups[1].elements;
  int64_t largest = 0;
  for (const ParameterRange& group : groups) largest = std::max(largest, group.elements);
  const auto slot = [&](int64_t elements) {
    return ReservedBytes(4 * elements) + ReservedBytes(4 * elements * (ranks - 1) / ranks);
  };
  // Alone a slot is free again at once.
  return (largest > layer ? slot(largest) : 0) + (ranks > 1 ? kSlots - 1 : 1) * slot(layer);
}

}  // namespace cria::train
