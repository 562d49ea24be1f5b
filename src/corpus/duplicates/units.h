// What is compared in the search for exact duplicates: documents, their paragraphs or their lines,
// each as a 64-bit key. Two units are taken for equal where their keys are: of n distinct ones
// about n^2 / 2^64 pairs are so by chance (of 10^10 lines: five).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cria::corpus {

enum class DuplicateRule {
  kNone,
  kDocuments,   ///< whole documents; the first stays
  kParagraphs,  ///< and paragraphs, as they stand; the first of each stays
  kLines,       ///< CCNet: lines of more than one document, compared normalised, go everywhere
  kLinesOnce,   ///< C4: one document keeps each line, whatever its case
};
const char* DuplicateRuleName(DuplicateRule rule);

/// A document cut into the units of its rule.
struct Units {
  struct Unit {
    std::string_view text;
    uint64_t key = 0;       ///< 0: never a duplicate (a heading)
    bool repeated = false;  ///< stands earlier in the same document
  };
  uint64_t document_key = 0;
  std::vector<Unit> units;  ///< in order; none for kDocuments
};

/// True for keys whose every bearer goes, false for those whose first one stays.
inline bool DropsEvery(uint64_t key) { return (key & 1) != 0; }

/// `text` must outlive the result. Paragraphs of less than `min_bytes` have no key.
Units CutIntoUnits(std::string_view text, DuplicateRule rule, int64_t min_bytes);

/// The keys that are compared with those of other documents: the document's, then those of its
/// units that have one and are not repeated.
void AppendKeys(const Units& units, std::vector<uint64_t>* keys);

/// What is left of a document. `removed` has one element for each key of AppendKeys.
struct Remains {
  bool document_removed = false;
  std::string text;
  int64_t removed_units = 0, removed_bytes = 0;
};
Remains WithoutDuplicates(const Units& units, DuplicateRule rule, const std::vector<bool>& removed);

/// CCNet's key of a line: without white space at its ends, lower case, digits as 0, without its
/// list of Unicode punctuation and control characters (cc_net dedup.py, text_normalizer.py). ASCII
/// punctuation and accents stay.
std::string NormalizeLine(std::string_view line);

}  // namespace cria::corpus
