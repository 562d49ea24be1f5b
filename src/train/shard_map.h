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

  /// The elements of parameter `p` of the whole model that `rank` writes: whole blocks
  /// (Partition::kBlockElements), about as many as each other rank's.
  ParameterRange RunOf(size_t p, int rank) const;

  /// Brings run RunOf(p, this rank) together from the ranks that keep it: every rank calls it, with
  /// its block of weights or moments and the same `p`. `tag` as in BeginAllToAll.
  std::vector<float> Collect(comm::Communicator* ranks, const ParameterBlock& block, size_t p,
                             int tag) const;

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
