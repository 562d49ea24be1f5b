// The second stage: the texts of a part to documents without duplicates, and what the models say of
// them. Two passes: the keys of all parts are compared (duplicates/exact.h) between them.
#pragma once

#include <unordered_set>
#include <vector>

#include "corpus/duplicates/min_hash.h"
#include "corpus/inputs.h"
#include "corpus/prepare.h"
#include "corpus/quality/language_id.h"
#include "corpus/quality/perplexity.h"
#include "corpus/quality/reference.h"
#include "corpus/stage.h"

namespace cria::corpus {

/// The models that look at a document; null where there is none.
struct Judges {
  const LanguageIdentifier* languages = nullptr;
  const PerplexityModels* perplexity = nullptr;
  const ReferenceClassifier* reference = nullptr;  ///< asked of crawls only
  std::vector<BandPlan> bands;  ///< by source; without bands where near-duplicates may stay
};

/// The plans of a recipe's sources.
std::vector<BandPlan> BandPlansOf(const Recipe& recipe);

/// What the passes over one part share.
struct PartTask {
  const Recipe& recipe;
  const Preparer& preparer;
  const Part& part;
  const Stage& texts;  ///< of the first stage
  /// Texts of the part, by their order in it, that go as book_overlap.
  const std::unordered_set<int64_t>& overlapping;
};

/// First pass: the keys of a part's documents, in order.
std::vector<uint64_t> KeysOfPart(const PartTask& task);

/// Between: lines to learn languages from, of the documents whose language is declared. `removed`:
/// which of the part's keys are duplicates.
void SampleLanguages(const PartTask& task, const std::vector<bool>& removed,
                     LanguageSample* sample);

/// Second pass: writes the part to `judged` under `key`. Drops duplicate_document,
/// duplicate_paragraph, duplicate_line, short_after_dedup and c4_few_sentences beside those of
/// Preparer.
void JudgePart(const PartTask& task, const std::vector<bool>& removed, const Judges& judges,
               const Stage& judged, const std::string& key);

}  // namespace cria::corpus
