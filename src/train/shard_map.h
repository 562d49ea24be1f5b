// Who keeps which elements of the whole model's parameters, and how a parameter is brought together
// in runs of whole blocks, as files have it, where several ranks keep parts of a block.
#pragma once

#include <vector>

#include "comm/communicator.h"
#include "model/tensor_share.h"
#include "train/layout.h"
#include "train/partition.h"

namespace cria::train {

class ShardMap {
 public:
  ShardMap(const ModelConfig& config, const Layout& layout);

  const std::vector<ParameterSpec>& whole() const { return whole_; }

  /// A parameter is brought together in rounds, so that little of it is in memory at once.
  struct Turn {
    size_t parameter = 0;
    int round = 0;
  };
  int RoundsOf(size_t p) const;
  /// The elements that `rank` writes in a round: whole blocks (Partition::kBlockElements), about as
  /// many as each other rank's, at most kRoundBlocks.
  ParameterRange RunOf(const Turn& turn, int rank) const;
  static constexpr int64_t kRoundBlocks = 64;

  /// Brings RunOf(turn, this rank) together from the ranks that keep it: every rank calls it, with
  /// its block of weights or moments and the same turn. `tag` as in BeginAllToAll.
  std::vector<float> Collect(comm::Communicator* ranks, const ParameterBlock& block,
                             const Turn& turn, int tag) const;
  /// Memory that this takes, the result included.
  static constexpr int64_t kCollectBytes = 5 * kRoundBlocks * Partition::kBlockElements * 4;

 private:
  // Calls f(element of the parameter, element of the rank's block, count) for what `rank` keeps
  // and answers for of a range of parameter p, in ascending order.
  template <class F>
  void ForEachPart(size_t p, int rank, const ParameterRange& range, F f) const;

  Layout layout_;
  std::vector<ParameterSpec> whole_, share_;
  std::vector<std::vector<ParameterRange>> held_;  // of each data rank, in its share's block
};

}  // namespace cria::train
