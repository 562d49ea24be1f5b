// Two groups in memory: the one in use and the one on its way.
#include "train/group_gather.h"

#include <algorithm>

#include "base/error.h"
#include "tensor/transfer.h"
#include "train/tags.h"

namespace cria::train {

void GroupGather::Complete(Slot* slot) {
  for (auto* transfers : {&slot->receives, &slot->sends}) {
    for (const comm::Transfer& transfer : *transfers) ranks_->Wait(transfer);
    transfers->clear();
  }
}

void GroupGather::Post(int group, Slot* slot) {
  Complete(slot);
  slot->group = group;
  const ParameterRange all = partition_->group(group);
  const ParameterRange own = partition_->Run(group, ranks_->rank());
  Accelerator* const accelerator = context_->accelerator();
  slot->values.Grow(all.elements, accelerator);
  const auto place = [&](const ParameterRange& run) {
    return slot->values.span().subspan(run.offset - all.offset, run.elements);
  };
  const auto mine = own.elements > 0 ? shard_->values(own) : std::span<const float>();
  CopyThere(*context_, mine.data(), place(own).data(), static_cast<int64_t>(mine.size_bytes()));
  if (compact_ != nullptr) return PostRounded(group, mine, slot);
  for (int rank = 0; rank < ranks_->size(); ++rank) {
    if (rank == ranks_->rank()) continue;
    const ParameterRange run = partition_->Run(group, rank);
    if (run.elements > 0) {
      const std::span<float> to = place(run);
      slot->receives.push_back(ranks_->Receive(
          rank, GatherTag(group), {reinterpret_cast<uint8_t*>(to.data()), to.size_bytes()}));
    }
    if (own.elements > 0) {
      slot->sends.push_back(
          ranks_->Send(rank, GatherTag(group),
                       {reinterpret_cast<const uint8_t*>(mine.data()), mine.size_bytes()}));
    }
  }
  ranks_->Launch(GatherTag(group));
}

void GroupGather::PostRounded(int group, std::span<const float> mine, Slot* slot) {
  const ParameterRange own = partition_->Run(group, ranks_->rank());
  Accelerator* const accelerator = context_->accelerator();
  uint8_t* in =
      slot->in.Grow(compact_->Bytes(partition_->group(group)) - compact_->Bytes(own), accelerator);
  const auto bytes = static_cast<size_t>(compact_->Bytes(own));
  uint8_t* const out = slot->out.Grow(compact_->Bytes(own), accelerator);
  compact_->Pack(*context_, own, mine.data(), out);
  for (int rank = 0; rank < ranks_->size(); ++rank) {
    if (rank == ranks_->rank()) continue;
    const auto theirs = static_cast<size_t>(compact_->Bytes(partition_->Run(group, rank)));
    if (theirs > 0) {
      slot->receives.push_back(ranks_->Receive(rank, GatherTag(group), {in, theirs}));
      in += theirs;
    }
    if (bytes > 0) slot->sends.push_back(ranks_->Send(rank, GatherTag(group), {out, bytes}));
  }
  ranks_->Launch(GatherTag(group));
}

// Waits until the others' runs stand in the slot's values.
void GroupGather::Receive(Slot* slot) {
  const bool any = !slot->receives.empty();
  for (const comm::Transfer& receive : slot->receives) ranks_->Wait(receive);
  slot->receives.clear();
  if (compact_ == nullptr || !any) return;
  const int64_t first = partition_->group(slot->group).offset;
  const uint8_t* in = slot->in.data();
  for (int rank = 0; rank < ranks_->size(); ++rank) {
    if (rank == ranks_->rank()) continue;
    const ParameterRange run = partition_->Run(slot->group, rank);
    compact_->Unpack(*context_, run, in, slot->values.data() + (run.offset - first));
    in += compact_->Bytes(run);
  }
}

const float* GroupGather::Fetch(int group, int next) {
  const ParameterRange& all = partition_->group(group);
  if (shard_->size() >= partition_->group(partition_->groups() - 1).end()) {
    return shard_->values(all).data();  // everything is here
  }
  const auto find = [&](int wanted) {
    return std::find_if(slots_.begin(), slots_.end(),
                        [&](const Slot& slot) { return slot.group == wanted; });
  };
  auto slot = find(group);
  if (slot == slots_.end()) {
    slot = slots_.begin();
    Post(group, &*slot);
  }
  Receive(&*slot);
  if (next >= 0 && next != group) Post(next, slot == slots_.begin() ? &slots_[1] : &slots_[0]);
  // Its values are of now; a later Fetch asks anew, unless it is the very next one.
  if (next != group) slot->group = -1;
  return slot->values.data();
}

void GroupGather::Finish() {
  for (Slot& slot : slots_) {
    Complete(&slot);
    slot.group = -1;
  }
}

}  // namespace cria::train
