// What was left out and why: counts by reason, and for each reason a few of the documents to look
// at. Merged over parts and ranks in any order with the same result.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/document.h"
#include "corpus/fates.h"
#include "corpus/formats/raw_text.h"

namespace cria::corpus {

struct Count {
  int64_t documents = 0;
  int64_t bytes = 0;  ///< of text
  Count& operator+=(const Count& other) {
    documents += other.documents;
    bytes += other.bytes;
    return *this;
  }
  bool operator==(const Count&) const = default;
};

using Counts = std::map<std::string, Count>;
inline void AddCounts(Counts* to, const Counts& from) {
  for (const auto& [name, count] : from) (*to)[name] += count;
}

Json CountToJson(const Count& count);
Count CountFromJson(const Json& json, const std::string& where);
Json CountsToJson(const Counts& counts);
Counts CountsFromJson(const Json& json, const std::string& where);

/// What a rule or a reader took away.
struct Drop {
  std::string_view reason;
  int64_t items = 1, bytes = 0;
  std::string_view why = {};              ///< in words, where the reason does not say all
  std::string_view file = {}, part = {};  ///< of what a reader lost: where it stood
};

class DropLog {
 public:
  /// `samples`: documents kept per reason, those with the lowest hash of their origin.
  explicit DropLog(size_t samples = kSamples) : samples_(samples) {}

  /// From now on each drop is written to `fates`, which outlives this: {"id", "origin", "reason",
  /// "items", "bytes"}, and what else Drop holds.
  void WriteFatesTo(FateWriter* fates) { fates_ = fates; }

  /// A whole document; it may be kept as a sample, cut to kSampleBytes.
  void Add(std::string_view reason, const Document& document) {
    Add({reason, 1, static_cast<int64_t>(document.text.size())}, document);
  }
  /// A document, or parts of one that stays, or at least stays for now.
  void Add(const Drop& drop, const Document& document);
  /// Whether Add would keep this document as a sample: only then its text matters.
  bool Wants(std::string_view reason, const Document& document) const;
  void Merge(const DropLog& other);

  const Counts& counts() const { return counts_; }
  /// The samples as documents whose meta says what Drop said, by reason, then by hash.
  std::vector<Document> Samples() const;
  /// Takes back what Samples gave and what counts() held.
  void Restore(const Counts& counts, std::vector<Document> samples);

  static constexpr size_t kSampleBytes = kMaxExcerptBytes;
  /// Of each reason, in a part as in a whole corpus: which are shown does not depend on the parts.
  static constexpr size_t kSamples = 50;

 private:
  struct Sample {
    uint64_t hash;
    Document document;
    bool operator<(const Sample& other) const {
      return hash != other.hash ? hash < other.hash : document.id < other.document.id;
    }
  };
  void Keep(const std::string& reason, Sample sample);

  size_t samples_;
  FateWriter* fates_ = nullptr;
  Counts counts_;
  std::map<std::string, std::set<Sample>, std::less<>> kept_;
};

}  // namespace cria::corpus
