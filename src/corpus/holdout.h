// The held-out part of a source: its documents in the order of a hash, never more than a bound.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "corpus/recipe.h"

namespace cria::corpus {

/// The hash that decides; the same document has it in every build with this seed.
uint64_t HoldoutHash(std::string_view id, uint64_t seed);

/// What may be held out of one source. Documents may be offered in any order, and several of these
/// merged: the choice is the same.
class HoldoutCandidates {
 public:
  explicit HoldoutCandidates(const Holdout& rule) : rule_(rule) {}
  void Offer(uint64_t hash, int64_t bytes);
  void Merge(const HoldoutCandidates& other);

  /// Hashes of documents that together are at most the larger of share of the source's bytes and
  /// min_bytes, at most max_bytes, and never more than a tenth of the source. A document that would
  /// pass this is passed over; once half of it is reached, it ends the choice. So a source of fewer
  /// than ten documents of one length gives none.
  std::unordered_set<uint64_t> Choose() const;

  struct Candidate {
    uint64_t hash = 0;
    int64_t bytes = 0;
    bool operator<(const Candidate& other) const { return hash < other.hash; }
  };
  /// For ranks: what Merge takes.
  const std::vector<Candidate>& candidates() const { return candidates_; }
  int64_t bytes() const { return bytes_; }
  void Restore(std::vector<Candidate> candidates, int64_t bytes);

 private:
  void Trim();
  static constexpr size_t kTrimAbove = size_t{1} << 20;
  Holdout rule_;
  size_t trim_above_ = kTrimAbove;  ///< twice what was left the last time, so that trims are few
  int64_t bytes_ = 0;               ///< of all documents offered
  std::vector<Candidate> candidates_;
};

}  // namespace cria::corpus
