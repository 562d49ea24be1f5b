// From what was found out about a document to what is done with it: the recipe's thresholds, in one
// place.
#pragma once

#include <string>

#include "corpus/attributes.h"
#include "corpus/quality/language_id.h"
#include "corpus/quality/perplexity.h"
#include "corpus/recipe.h"

namespace cria::corpus {

/// What is known of the corpus as a whole when single documents are decided on.
struct Measures {
  const LanguageIdentifier* languages = nullptr;  ///< may be null
  PerplexityCutoffs cutoffs;
};

struct Decision {
  const char* drop = nullptr;  ///< the reason, or null: the document stays
  std::string language;        ///< of a document that stays
  const char* bucket = "all";  ///< head, middle, tail, or all: not measured
};

/// Reasons: language_mismatch (not as declared, where that is no hint), language_not_wanted,
/// language_unsure (a source that names its languages keeps no text whose language nobody declared
/// and the model is not sure of), perplexity (not in a bucket that the source keeps), not_reference
/// (below its min_reference).
Decision Decide(const Recipe& recipe, const Source& source, const Attributes& attributes,
                const Measures& measures);

}  // namespace cria::corpus
