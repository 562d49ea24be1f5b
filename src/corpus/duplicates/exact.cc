// Buckets by the high bits of the keys; removed positions by groups of parts.
#include "corpus/duplicates/exact.h"

#include <algorithm>

#include "base/error.h"
#include "base/interrupt.h"
#include "comm/collectives.h"
#include "corpus/duplicates/units.h"

namespace cria::corpus {
namespace {

constexpr int kEntryTag = comm::kFirstUserTag, kRemovedTag = comm::kFirstUserTag + 1;

// Everybody gives `own` to `owner`, who gets all of them joined in the order of ranks.
template <class Record>
std::vector<Record> GatherAt(const Team& team, int owner, std::vector<Record> own, int tag) {
  std::vector<int64_t> sizes(static_cast<size_t>(team.size()));
  comm::AllGather(*team.ranks, static_cast<int64_t>(own.size()), std::span<int64_t>(sizes));
  const auto bytes = [](Record* first, int64_t n) {
    return std::span<uint8_t>(reinterpret_cast<uint8_t*>(first),
                              static_cast<size_t>(n) * sizeof(Record));
  };
  if (team.rank() != owner) {
    if (!own.empty()) {
      team.ranks->Wait(team.ranks->Send(owner, tag, bytes(own.data(), std::ssize(own))));
    }
    return {};
  }
  int64_t total = 0;
  for (const int64_t size : sizes) total += size;
  std::vector<Record> all(static_cast<size_t>(total));
  std::vector<comm::Transfer> transfers;
  Record* next = all.data();
  for (int rank = 0; rank < team.size(); ++rank) {
    const int64_t size = sizes[static_cast<size_t>(rank)];
    if (rank == owner) {
      std::copy(own.begin(), own.end(), next);
    } else if (size > 0) {
      transfers.push_back(team.ranks->Receive(rank, tag, bytes(next, size)));
    }
    next += size;
  }
  for (const comm::Transfer transfer : transfers) team.ranks->Wait(transfer);
  return all;
}

}  // namespace

ExactDuplicates::ExactDuplicates(const fs::path& scratch, int64_t parts, int64_t memory_bytes,
                                 const Team& team)
    : team_(team),
      parts_(std::max<int64_t>(1, parts)),
      parts_per_group_((parts_ + kBuckets - 1) / kBuckets),
      entries_(scratch / fmt::format("keys-{}", team.rank()), kBuckets, memory_bytes * 3 / 4),
      removed_(scratch / fmt::format("removed-{}", team.rank()), kBuckets, memory_bytes / 4) {
  CRIA_CHECK(parts_ < (int64_t{1} << 24), "{} parts", parts_);
}

void ExactDuplicates::Add(int64_t part, const std::vector<uint64_t>& keys) {
  CRIA_CHECK(part < parts_ && std::ssize(keys) < (int64_t{1} << kOrderBits));
  constexpr int kShift = 64 - 10;
  static_assert(kBuckets == 1 << 10);
  std::vector<size_t> ends(kBuckets + 1, 0);
  for (const uint64_t key : keys) ++ends[(key >> kShift) + 1];
  for (int b = 0; b < kBuckets; ++b) ends[b + 1] += ends[b];
  std::vector<size_t> next(ends.begin(), ends.end() - 1);
  std::vector<Entry> entries(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    entries[next[keys[i] >> kShift]++] = {keys[i], static_cast<uint64_t>(part) << kOrderBits | i};
  }
  for (int b = 0; b < kBuckets; ++b) {
    if (ends[b] == ends[b + 1]) continue;
    entries_.Add(b, std::span<const Entry>(entries).subspan(ends[b], ends[b + 1] - ends[b]));
  }
}

void ExactDuplicates::Find(std::vector<Entry>* entries) {
  std::sort(entries->begin(), entries->end(), [](const Entry& a, const Entry& b) {
    return a.key != b.key ? a.key < b.key : a.position < b.position;
  });
  std::vector<uint64_t> removed;
  for (size_t begin = 0; begin < entries->size();) {
    size_t end = begin + 1;
    while (end < entries->size() && (*entries)[end].key == (*entries)[begin].key) ++end;
    const size_t first = DropsEvery((*entries)[begin].key) && end - begin > 1 ? begin : begin + 1;
    for (size_t i = first; i < end; ++i) removed.push_back((*entries)[i].position);
    begin = end;
  }
  std::sort(removed.begin(), removed.end());
  for (size_t begin = 0; begin < removed.size();) {
    const int group = GroupOf(static_cast<int64_t>(removed[begin] >> kOrderBits));
    size_t end = begin;
    while (end < removed.size() &&
           GroupOf(static_cast<int64_t>(removed[end] >> kOrderBits)) == group) {
      ++end;
    }
    removed_.Add(group, std::span<const uint64_t>(removed).subspan(begin, end - begin));
    begin = end;
  }
}

void ExactDuplicates::Resolve(const Context& context) {
  if (team_.size() == 1) {
    context.ParallelFor(kBuckets, [&](int64_t bucket) {
      ThrowIfInterrupted();
      std::vector<Entry> entries = entries_.Read(static_cast<int>(bucket));
      entries_.Clear(static_cast<int>(bucket));
      Find(&entries);
    });
    return;
  }
  for (int bucket = 0; bucket < kBuckets; ++bucket) {
    std::vector<Entry> entries =
        GatherAt(team_, bucket % team_.size(), entries_.Read(bucket), kEntryTag);
    entries_.Clear(bucket);
    Find(&entries);
  }
  ReturnRemoved();
}

// Neighbouring parts belong to different ranks, so everybody gets the positions of all groups that
// hold a part of his: those of the other parts in them are as many again as there are ranks.
void ExactDuplicates::ReturnRemoved() {
  for (int group = 0; group < kBuckets; ++group) {
    std::vector<uint64_t> own = removed_.Read(group);
    removed_.Clear(group);
    for (int rank = 0; rank < team_.size(); ++rank) {
      std::vector<uint64_t> for_rank;
      for (const uint64_t position : own) {
        const auto part = static_cast<int64_t>(position >> kOrderBits);
        if (part % team_.size() == rank) for_rank.push_back(position);
      }
      const std::vector<uint64_t> all = GatherAt(team_, rank, std::move(for_rank), kRemovedTag);
      if (!all.empty()) removed_.Add(group, all);
    }
  }
}

std::vector<bool> ExactDuplicates::Removed(int64_t part, size_t keys) const {
  std::vector<bool> removed(keys, false);
  const uint64_t mask = (uint64_t{1} << kOrderBits) - 1;
  for (const uint64_t position : removed_.Read(GroupOf(part))) {
    if (static_cast<int64_t>(position >> kOrderBits) != part) continue;
    const uint64_t order = position & mask;
    CRIA_CHECK(order < keys, "key {} of {} in part {}", order, keys, part);
    removed[static_cast<size_t>(order)] = true;
  }
  return removed;
}

}  // namespace cria::corpus
