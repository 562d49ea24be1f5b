// What was left out and why: counts by reason, and for each reason a few of the documents to look
// at. Merged over parts and ranks in any order with the same result.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/document.h"

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

class DropLog {
 public:
  /// `samples`: documents kept per reason, those with the lowest hash of their origin.
  explicit DropLog(size_t samples = 8) : samples_(samples) {}

  void Add(std::string_view reason, int64_t items, int64_t bytes);
  /// A whole document; it may be kept as a sample, cut to kSampleBytes.
  void Add(std::string_view reason, const Document& document);
  /// Parts of a document that stays, or at least stays for now.
  void AddParts(std::string_view reason, const Document& document, int64_t items, int64_t bytes);
  void Merge(const DropLog& other);

  /// What befell each document, in order, one JSON object a line: {"id", "origin", "reason",
  /// "items", "bytes"}; not merged and not restored. Empty for a log without samples.
  const std::string& fates() const { return fates_; }

  const Counts& counts() const { return counts_; }
  /// The samples as documents whose meta says the `reason`, by reason, then by hash.
  std::vector<Document> Samples() const;
  /// Takes back what Samples gave and what counts() held.
  void Restore(const Counts& counts, std::vector<Document> samples);

  static constexpr size_t kSampleBytes = 20'000;

 private:
  struct Sample {
    uint64_t hash;
    Document document;
    bool operator<(const Sample& other) const {
      return hash != other.hash ? hash < other.hash : document.id < other.document.id;
    }
  };
  void Keep(const std::string& reason, Sample sample);
  void AddFate(std::string_view reason, const Document& document, int64_t items, int64_t bytes);

  size_t samples_;
  std::string fates_;
  Counts counts_;
  std::map<std::string, std::set<Sample>> kept_;
};

}  // namespace cria::corpus
