// Brings groups of parameters together from the ranks that keep their runs (Partition): weights for
// a model before it computes, one group ahead of the one in use.
#pragma once

#include <array>
#include <vector>

#include "comm/communicator.h"
#include "model/parameter_stream.h"
#include "train/compact_run.h"
#include "train/partition.h"

namespace cria::train {

class GroupGather : public WeightSource {
 public:
  /// `shard` holds partition->Held(this rank), or everything. All outlive this, `compact` too, if
  /// given: then what other ranks send is rounded as it says. `ranks` talk about bytes where the
  /// shard is.
  GroupGather(const Partition* partition, comm::Communicator* ranks, const ParameterBlock* shard,
              const CompactRuns* compact = nullptr)
      : partition_(partition), ranks_(ranks), shard_(shard), compact_(compact) {}

  /// What copies and rounds; before the first Fetch.
  void set_context(const Context* context) { context_ = context; }

  /// Every rank calls this with the same groups in the same order. The values of `next` are those
  /// of now: between this and its Fetch `shard` must not change.
  const float* Fetch(int group, int next) override;
  /// Waits until nothing of `shard` is being sent any more. Call before it changes.
  void Finish();

 private:
  struct Slot {
    int group = -1;
    Buffer<float> values;
    Buffer<uint8_t> out, in;  // messages, where they are rounded
    std::vector<comm::Transfer> sends, receives;
  };
  void Post(int group, Slot* slot);
  void PostRounded(int group, std::span<const float> mine, Slot* slot);
  void Receive(Slot* slot);
  void Complete(Slot* slot);

  const Partition* partition_;
  comm::Communicator* ranks_;
  const ParameterBlock* shard_;
  const CompactRuns* compact_;
  const Context* context_ = nullptr;
  std::array<Slot, 2> slots_;
};

}  // namespace cria::train
