// Exact duplicates over the whole input, in bounded memory: keys of all parts are sorted by bucket,
// equal ones are found, and each part learns which of its keys go.
//
// Two passes over the texts stand around it: the first adds the keys of every part, the second asks
// which of them were removed. With ranks, every bucket has an owner that the others send it to.
#pragma once

#include <vector>

#include "base/context.h"
#include "corpus/duplicates/spill.h"
#include "corpus/team.h"

namespace cria::corpus {

class ExactDuplicates {
 public:
  /// `parts` < 2^24. Holds about `memory_bytes`, the rest in `scratch`.
  ExactDuplicates(const fs::path& scratch, int64_t parts, int64_t memory_bytes, const Team& team);

  /// The keys of a part in their order (units.h), at most 2^40. Thread-safe; once per part.
  void Add(int64_t part, const std::vector<uint64_t>& keys);

  /// Finds the duplicates, on all ranks together. "First" is by part, then by order in the part.
  void Resolve(const Context& context);

  /// For each key of a part whether it goes, after Resolve, on the rank that added the part
  /// (team.Has(part)). `keys` is how many the part added. Thread-safe.
  std::vector<bool> Removed(int64_t part, size_t keys) const;

  int64_t spilled_bytes() const { return entries_.spilled_bytes() + removed_.spilled_bytes(); }

 private:
  struct Entry {
    uint64_t key = 0;
    uint64_t position = 0;  ///< part << 40 | order in the part
  };
  static constexpr int kBuckets = 1024, kOrderBits = 40;

  int GroupOf(int64_t part) const { return static_cast<int>(part / parts_per_group_); }
  void Find(std::vector<Entry>* entries);
  void ReturnRemoved();

  const Team team_;
  int64_t parts_, parts_per_group_;
  Spill<Entry> entries_;
  Spill<uint64_t> removed_;  ///< positions, by groups of neighbouring parts
};

}  // namespace cria::corpus
