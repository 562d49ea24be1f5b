// Collectives on sends and receives alone: the same order, so the same bits, over any carrier.
// Every rank of the communicator calls the same ones in the same order.
#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include "base/error.h"
#include "comm/communicator.h"

namespace cria::comm {

/// Tags below are the collectives' own.
inline constexpr int kFirstUserTag = 16;
inline constexpr int kGatherTag = 2;

/// Returns once every rank has called it.
void Barrier(Communicator& ranks);

/// `bytes` of rank `root` on every rank, along a binomial tree.
void Broadcast(Communicator& ranks, int root, std::span<uint8_t> bytes);
/// The root's text; the others' does not matter.
std::string BroadcastText(Communicator& ranks, int root, std::string text);

/// Rank r holds bytes [cuts[r], cuts[r + 1]) of `all`; afterwards everybody holds all of them.
void AllGatherBytes(Communicator& ranks, std::span<uint8_t> all, std::span<const int64_t> cuts);

/// An exchange under way; its bytes must stay until it is finished.
using Exchange = std::vector<Transfer>;
void FinishExchange(Communicator& ranks, Exchange* exchange);

/// Begins AllGatherBytes. Exchanges are finished on any rank in any order, but begun in one.
Exchange BeginAllGather(Communicator& ranks, std::span<uint8_t> all, std::span<const int64_t> cuts);

/// Begins to give every rank r what `out` holds for it, and to take what it has for this one into
/// `in`: `size` spans each, whose lengths agree pairwise; the own ones are left alone. A thread
/// beside the one of the collectives has a `tag` of its own.
Exchange BeginAllToAll(Communicator& ranks, std::span<const std::span<const uint8_t>> out,
                       std::span<const std::span<uint8_t>> in, int tag = kGatherTag);

/// AllGatherBytes in elements of V.
template <class V>
void AllGatherV(Communicator& ranks, std::span<V> all, std::vector<int64_t> cuts) {
  static_assert(std::is_trivially_copyable_v<V>);
  for (int64_t& cut : cuts) cut *= int64_t{sizeof(V)};
  AllGatherBytes(ranks, {reinterpret_cast<uint8_t*>(all.data()), all.size_bytes()}, cuts);
}

/// One value of every rank, in the order of ranks. `all` has one element per rank.
template <class V>
void AllGather(Communicator& ranks, const V& own, std::span<V> all) {
  CRIA_CHECK(std::ssize(all) == ranks.size());
  std::vector<int64_t> cuts(all.size() + 1);
  for (size_t i = 0; i < cuts.size(); ++i) cuts[i] = static_cast<int64_t>(i);
  all[static_cast<size_t>(ranks.rank())] = own;
  AllGatherV(ranks, all, std::move(cuts));
}

}  // namespace cria::comm
