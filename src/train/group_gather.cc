// Two groups in memory: the one in use and the one on its way.
#include "train/group_gather.h"

#include <algorithm>

#include "base/error.h"
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
  if (slot->values.size() < all.elements) slot->values = Buffer<float>(all.elements);
  const auto place = [&](const ParameterRange& run) {
    return slot->values.span().subspan(run.offset - all.offset, run.elements);
  };
  const auto mine = own.elements > 0 ? shard_->values(own) : std::span<const float>();
  std::copy(mine.begin(), mine.end(), place(own).begin());
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
  for (const comm::Transfer& receive : slot->receives) ranks_->Wait(receive);
  slot->receives.clear();
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
