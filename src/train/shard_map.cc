// Messages of one parameter: what a rank keeps of another's run, in ascending order.
#include "train/shard_map.h"

#include <algorithm>

#include "base/error.h"
#include "comm/collectives.h"

namespace cria::train {

ShardMap::ShardMap(const ModelConfig& config, const Layout& layout)
    : layout_(layout), whole_(ListParameters(config)) {
  const ModelConfig share = ShareConfig(config, layout.tensor);
  share_ = ListParameters(share);
  const Partition partition(share, layout.data());
  for (int rank = 0; rank < layout.data(); ++rank) held_.push_back(partition.Held(rank));
}

int ShardMap::RoundsOf(size_t p) const {
  const int64_t round = kRoundBlocks * Partition::kBlockElements * layout_.ranks;
  return static_cast<int>((whole_[p].elements() + round - 1) / round);
}

ParameterRange ShardMap::RunOf(const Turn& turn, int rank) const {
  constexpr int64_t kBlock = Partition::kBlockElements;
  const int64_t elements = whole_[turn.parameter].elements();
  const int64_t first = kRoundBlocks * layout_.ranks * turn.round;  // in blocks
  const int64_t blocks =
      std::min<int64_t>(kRoundBlocks * layout_.ranks, (elements + kBlock - 1) / kBlock - first);
  const auto cut = [&](int r) {
    return std::min(elements, (first + blocks * r / layout_.ranks) * kBlock);
  };
  return {cut(rank), cut(rank + 1) - cut(rank)};
}

template <class F>
void ShardMap::ForEachPart(size_t p, int rank, const ParameterRange& range, F f) const {
  const TensorShare share{layout_.TensorRank(rank), layout_.tensor};
  const TensorBox box = BoxOf(whole_[p], share);
  // What all shares have is the first one's.
  if (share.rank > 0 && box.rows * box.columns == whole_[p].elements()) return;
  const std::vector<ParameterRange>& held = held_[static_cast<size_t>(layout_.DataRank(rank))];
  auto run = held.begin();
  box.ForEachStretch(range.offset, range.end(), [&](int64_t place, int64_t in_box, int64_t count) {
    const int64_t own = share_[p].offset + in_box;
    while (run != held.end() && run->end() <= own) ++run;
    for (auto at = run; at != held.end() && at->offset < own + count; ++at) {
      const int64_t first = std::max(own, at->offset), end = std::min(own + count, at->end());
      f(place + first - own, first, end - first);
    }
  });
}

std::vector<float> ShardMap::Collect(comm::Communicator* ranks, const ParameterBlock& block,
                                     const Turn& turn, int tag) const {
  CRIA_CHECK(ranks->size() == layout_.ranks);
  const size_t p = turn.parameter;
  const auto size = static_cast<size_t>(layout_.ranks), own = static_cast<size_t>(ranks->rank());
  const ParameterRange mine = RunOf(turn, ranks->rank());
  std::vector<std::vector<float>> given(size), taken(size);
  for (size_t rank = 0; rank < size; ++rank) {
    const int r = static_cast<int>(rank);
    ForEachPart(p, ranks->rank(), RunOf(turn, r), [&](int64_t, int64_t element, int64_t count) {
      const std::span<const float> from = block.values(ParameterRange{element, count});
      given[rank].insert(given[rank].end(), from.begin(), from.end());
    });
    int64_t count_of_rank = 0;
    ForEachPart(p, r, mine, [&](int64_t, int64_t, int64_t count) { count_of_rank += count; });
    if (rank != own) taken[rank].resize(static_cast<size_t>(count_of_rank));
  }
  taken[own] = std::move(given[own]);
  given[own].clear();
  std::vector<std::span<const uint8_t>> out;
  std::vector<std::span<uint8_t>> in;
  for (size_t rank = 0; rank < size; ++rank) {
    out.push_back(
        {reinterpret_cast<const uint8_t*>(given[rank].data()), given[rank].size() * sizeof(float)});
    in.push_back(
        {reinterpret_cast<uint8_t*>(taken[rank].data()), taken[rank].size() * sizeof(float)});
  }
  comm::Exchange exchange = comm::BeginAllToAll(*ranks, out, in, tag);
  comm::FinishExchange(*ranks, &exchange);
  std::vector<float> run(static_cast<size_t>(mine.elements));
  int64_t filled = 0;
  for (size_t rank = 0; rank < size; ++rank) {
    const float* from = taken[rank].data();
    ForEachPart(p, static_cast<int>(rank), mine, [&](int64_t place, int64_t, int64_t count) {
      std::copy_n(from, count, run.begin() + (place - mine.offset));
      from += count;
      filled += count;
    });
  }
  CRIA_CHECK(filled == mine.elements, "{}: {} of {}", whole_[p].name, filled, mine.elements);
  return run;
}

}  // namespace cria::train
