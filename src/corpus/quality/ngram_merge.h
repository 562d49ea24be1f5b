// Merges sorted runs of records, in memory or in scratch files, into one sorted stream. A loser
// tree (Knuth vol. 3, 5.4.1): one comparison a level and record.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "corpus/quality/ngram_scratch.h"

namespace cria::corpus {

/// `Record` is trivially copyable and has operator<. Equal records come in the order in which their
/// runs were added. Runs must outlive the merge.
template <class Record>
class NgramMerge {
 public:
  void AddSpan(const Record* records, size_t count) { sources_.push_back({records, count}); }
  void AddFile(const NgramScratch* file) { sources_.push_back({nullptr, 0, file}); }

  /// After all runs were added.
  void Start() {
    const size_t k = sources_.size();
    losers_.assign(k, kNone);
    winner_ = kNone;
    for (size_t s = 0; s < k; ++s) {
      Refill(&sources_[s]);
      size_t carried = s;
      for (size_t node = (s + k) / 2; node > 0 && carried != kNone; node /= 2) {
        if (losers_[node] == kNone || Less(losers_[node], carried)) {
          std::swap(losers_[node], carried);
        }
      }
      if (carried != kNone) winner_ = carried;
    }
  }

  /// The smallest record left, or null at the end. Valid until Pop.
  const Record* Top() const {
    return winner_ == kNone || sources_[winner_].left == 0 ? nullptr : sources_[winner_].at;
  }

  void Pop() {
    Source& source = sources_[winner_];
    ++source.at;
    if (--source.left == 0) Refill(&source);
    size_t carried = winner_;
    for (size_t node = (carried + sources_.size()) / 2; node > 0; node /= 2) {
      if (Less(losers_[node], carried)) std::swap(losers_[node], carried);
    }
    winner_ = carried;
  }

 private:
  static constexpr size_t kNone = ~size_t{0};
  static constexpr size_t kBufferRecords = (size_t{256} << 10) / sizeof(Record);

  struct Source {
    const Record* at = nullptr;
    size_t left = 0;
    const NgramScratch* file = nullptr;
    int64_t offset = 0;
    std::vector<Record> buffer = {};
  };

  static void Refill(Source* source) {
    if (source->left > 0 || source->file == nullptr) return;
    source->buffer.resize(kBufferRecords);
    const size_t bytes =
        source->file->Read(source->offset, source->buffer.data(), kBufferRecords * sizeof(Record));
    source->offset += static_cast<int64_t>(bytes);
    source->at = source->buffer.data();
    source->left = bytes / sizeof(Record);
  }

  bool Less(size_t a, size_t b) const {
    const Source &x = sources_[a], &y = sources_[b];
    if (x.left == 0 || y.left == 0) return x.left != 0 || (y.left == 0 && a < b);
    if (*x.at < *y.at) return true;
    return a < b && !(*y.at < *x.at);
  }

  std::vector<Source> sources_;
  std::vector<size_t> losers_;
  size_t winner_ = kNone;
};

}  // namespace cria::corpus
