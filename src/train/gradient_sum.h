// The gradients of one step, summed over its pieces in the order of their numbers, whichever rank
// ran them: ((g0 + g1) + g2) + ... Piece p is run by rank p mod ranks, so the ranks pass through
// the batch in rounds. Each rank keeps the sum of its own run of every group (Partition) and gets
// the others' parts of it while the backward pass goes on. The bits depend on the pieces alone.
#pragma once

#include <deque>
#include <vector>

#include "base/context.h"
#include "comm/communicator.h"
#include "model/parameter_stream.h"
#include "train/partition.h"

namespace cria::train {

class GradientSum : public GradientSink {
 public:
  /// All outlive this. With an accelerator the gradients are in its memory, and `ranks` talk about
  /// bytes there.
  GradientSum(const ModelConfig& config, const Partition* partition, comm::Communicator* ranks,
              Accelerator* accelerator = nullptr);

  /// A new step.
  void Start(const Context* context);
  /// The ranks below `active` run a piece each: the next active pieces. Of the others each either
  /// calls SitOut, or runs a pass too, of which nothing is kept.
  void BeginRound(int active);
  float* Open(int group) override;
  void Close(int group) override;
  /// Takes in what the others send.
  void SitOut();
  /// Waits until everything that was sent is summed.
  void Finish();

  /// This rank's runs; complete after Finish.
  ParameterBlock& sum() { return sum_; }

  /// Bytes beside the sum itself, for `ranks` that share; exact up to alignment.
  static int64_t BufferBytes(const ModelConfig& config, int ranks);

 private:
  // A group on its way: this rank's gradients of all of it, and the others' of its own run.
  struct Slot {
    int group = -1;  // -1: free
    bool first_round = false;
    bool in_place = false;  // alone: it is written where the sum is
    int active = 0;
    Buffer<float> own, received;
    std::vector<comm::Transfer> sends;
    std::vector<comm::Transfer> receives;  // of the active ranks but this one, in order
  };

  Slot* Take(int group);
  void AddPart(bool first, const float* from, int64_t n, float* sum);
  void PostReceives(Slot* slot);
  void Drain(Slot* slot);
  ParameterRange OwnRun(int group) const { return partition_->Run(group, ranks_->rank()); }

  const Partition* partition_;
  comm::Communicator* ranks_;
  const Context* context_ = nullptr;
  ParameterBlock sum_;
  std::vector<Slot> slots_;
  std::deque<Slot*> closed_;  // waiting to be summed, oldest first
  int active_ = 0;
  int64_t round_ = -1;
};

}  // namespace cria::train
