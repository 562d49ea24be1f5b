// Cuts at the block boundary that is nearest to an equal share.
#include "train/partition.h"

#include <algorithm>
#include <cstdlib>

#include "base/error.h"

namespace cria::train {
namespace {

std::vector<size_t> EqualCuts(const std::vector<ParameterRange>& blocks, int ranks) {
  const int64_t first = blocks.front().offset, total = blocks.back().end() - first;
  std::vector<size_t> cuts = {0};
  for (int rank = 1; rank < ranks; ++rank) {
    const int64_t ideal = first + total * rank / ranks;
    size_t cut = cuts.back();
    while (cut < blocks.size() &&
           std::abs(blocks[cut].end() - ideal) <= std::abs(blocks[cut].offset - ideal)) {
      ++cut;
    }
    cuts.push_back(cut);
  }
  cuts.push_back(blocks.size());
  return cuts;
}

}  // namespace

Partition::Partition(const ModelConfig& config, int ranks)
    : ranks_(ranks), groups_(ParameterGroups(config)), blocks_(groups_.size()) {
  CRIA_CHECK(ranks >= 1);
  size_t g = 0;
  for (const ParameterSpec& spec : ListParameters(config)) {
    if (spec.offset == groups_[g].end()) ++g;
    const int64_t end = spec.offset + spec.elements();
    for (int64_t at = spec.offset; at < end; at += kBlockElements) {
      blocks_[g].push_back({at, std::min(kBlockElements, end - at)});
    }
  }
  for (const auto& blocks : blocks_) cuts_.push_back(EqualCuts(blocks, ranks));
}

ParameterRange Partition::Run(int g, int rank) const {
  const std::vector<ParameterRange> blocks = Blocks(g, rank);
  if (blocks.empty()) return {group(g).offset, 0};
  return {blocks.front().offset, blocks.back().end() - blocks.front().offset};
}

std::vector<ParameterRange> Partition::Held(int rank) const {
  std::vector<ParameterRange> held;
  for (int g = 0; g < groups(); ++g) {
    const ParameterRange run = Run(g, rank);
    if (run.elements == 0) continue;
    if (!held.empty() && held.back().end() == run.offset) {
      held.back().elements += run.elements;
    } else {
      held.push_back(run);
    }
  }
  return held;
}

std::vector<ParameterRange> Partition::Blocks(int g, int rank) const {
  const auto& blocks = blocks_[static_cast<size_t>(g)];
  const auto& cuts = cuts_[static_cast<size_t>(g)];
  const auto at = [&](int r) {
    return blocks.begin() + static_cast<std::ptrdiff_t>(cuts[static_cast<size_t>(r)]);
  };
  return {at(rank), at(rank + 1)};
}

}  // namespace cria::train
