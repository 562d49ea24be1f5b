// Which rank keeps which parameters: every group of the block is cut into one run of whole blocks
// per rank. Arithmetic only; nothing is held or sent here.
#pragma once

#include <vector>

#include "model/parameters.h"

namespace cria::train {

class Partition {
 public:
  /// Elements of a tensor that are never divided, counted from its beginning: 64 KiB of fp32, the
  /// unit of a checkpoint's digests and of the gradient norm's sum.
  static constexpr int64_t kBlockElements = 16384;

  /// The runs of a group are as equal as whole blocks allow; one may be empty.
  Partition(const ModelConfig& config, int ranks);

  int ranks() const { return ranks_; }
  int groups() const { return static_cast<int>(groups_.size()); }
  const ParameterRange& group(int g) const { return groups_[static_cast<size_t>(g)]; }
  ParameterRange Run(int g, int rank) const;
  /// Runs of all groups, neighbours merged: what a block of this rank holds.
  std::vector<ParameterRange> Held(int rank) const;
  /// The undivided blocks of a run, in order.
  std::vector<ParameterRange> Blocks(int g, int rank) const;

 private:
  int ranks_;
  std::vector<ParameterRange> groups_;
  std::vector<std::vector<ParameterRange>> blocks_;  // of each group
  std::vector<std::vector<size_t>> cuts_;            // of each group: ranks + 1 indices of blocks
};

}  // namespace cria::train
