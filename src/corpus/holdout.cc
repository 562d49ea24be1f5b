// Those with the lowest hashes are kept as candidates; the rest can never be chosen.
#include "corpus/holdout.h"

#include <algorithm>

#include "base/hash.h"

namespace cria::corpus {
namespace {

// The choice looks at candidates of at most this many times max_bytes, so that it is the same
// whether the others were forgotten or not.
constexpr int64_t kLooked = 4, kRemembered = 8;
// No more than one of so many parts of a source is held out.
constexpr int64_t kLeastParts = 10;

}  // namespace

uint64_t HoldoutHash(std::string_view id, uint64_t seed) { return Hash64(id, seed); }

void HoldoutCandidates::Offer(uint64_t hash, int64_t bytes) {
  bytes_ += bytes;
  if (rule_.share <= 0) return;
  candidates_.push_back({hash, bytes});
  if (candidates_.size() > trim_above_) Trim();
}

void HoldoutCandidates::Trim() {
  std::sort(candidates_.begin(), candidates_.end());
  int64_t sum = 0;
  size_t kept = 0;
  while (kept < candidates_.size() && sum <= kRemembered * rule_.max_bytes) {
    sum += candidates_[kept++].bytes;
  }
  candidates_.resize(std::max(kept, std::min(candidates_.size(), kTrimAbove / 2)));
  trim_above_ = std::max(kTrimAbove, 2 * candidates_.size());
}

void HoldoutCandidates::Merge(const HoldoutCandidates& other) {
  bytes_ += other.bytes_;
  candidates_.insert(candidates_.end(), other.candidates_.begin(), other.candidates_.end());
  if (candidates_.size() > trim_above_) Trim();
}

void HoldoutCandidates::Restore(std::vector<Candidate> candidates, int64_t bytes) {
  candidates_ = std::move(candidates);
  bytes_ = bytes;
}

std::unordered_set<uint64_t> HoldoutCandidates::Choose() const {
  std::unordered_set<uint64_t> chosen;
  if (rule_.share <= 0) return chosen;
  std::vector<Candidate> order = candidates_;
  std::sort(order.begin(), order.end());
  const auto share = static_cast<int64_t>(rule_.share * static_cast<double>(bytes_));
  const int64_t limit =
      std::min({rule_.max_bytes, std::max(share, rule_.min_bytes), bytes_ / kLeastParts});
  int64_t taken = 0, looked = 0;
  for (const Candidate& candidate : order) {
    if (taken >= limit || looked > kLooked * rule_.max_bytes) break;
    looked += candidate.bytes;
    if (taken + candidate.bytes > limit) {
      // To go on for one that is short enough would favour short documents.
      if (taken >= limit / 2) break;
      continue;
    }
    chosen.insert(candidate.hash);
    taken += candidate.bytes;
  }
  return chosen;
}

}  // namespace cria::corpus
