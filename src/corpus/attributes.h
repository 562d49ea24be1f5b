// What is found out about a document, before anybody decides what to do with it. Thresholds are the
// recipe's, so that a changed one costs no new reading.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "corpus/document.h"

namespace cria::corpus {

struct Attributes {
  std::string id;                    ///< of the document
  int64_t bytes = 0;                 ///< of its text
  std::string language;              ///< as declared; may be empty
  std::string guess;                 ///< as identified; empty where nobody looked
  double confidence = 0;             ///< of the guess, 0 to 1
  std::optional<double> perplexity;  ///< under the language's model, per piece (CCNet)
  std::optional<double> reference;   ///< probability of "cited by Wikipedia", 0 to 1
  std::vector<uint64_t> bands;       ///< keys of near-duplicates (duplicates/min_hash.h)
};

/// One line of JSON, without the '\n'; members that are unknown are left out.
std::string ToJsonLine(const Attributes& attributes);
Attributes AttributesFromJsonLine(std::string_view line, const std::string& where);

using AttributesReader = JsonLineReader<Attributes, AttributesFromJsonLine>;

}  // namespace cria::corpus
