// Languages first, then quality.
#include "corpus/decide.h"

#include <algorithm>

namespace cria::corpus {
namespace {

const char* JudgeLanguage(const Recipe& recipe, const Source& source, const Attributes& a,
                          const LanguageIdentifier* identifier, std::string* language) {
  *language = a.language;
  if (source.kind == SourceKind::kCode) return nullptr;
  if (identifier == nullptr || a.guess.empty()) {
    return a.language.empty() && !source.languages.empty() ? "language_unsure" : nullptr;
  }
  const bool sure = a.confidence >= recipe.filters.min_language_confidence;
  if (!a.language.empty()) {
    const bool other = sure && identifier->Knows(a.language) && a.guess != a.language;
    return other ? "language_mismatch" : nullptr;
  }
  const auto& wanted = source.languages;
  if (!sure) return wanted.empty() ? nullptr : "language_unsure";
  *language = a.guess;
  const bool keeps =
      wanted.empty() || std::find(wanted.begin(), wanted.end(), a.guess) != wanted.end();
  return keeps ? nullptr : "language_not_wanted";
}

}  // namespace

Decision Decide(const Recipe& recipe, const Source& source, const Attributes& attributes,
                const Measures& measures) {
  Decision decision;
  decision.drop = JudgeLanguage(recipe, source, attributes, measures.languages, &decision.language);
  if (decision.drop != nullptr) return decision;
  decision.bucket = measures.cutoffs.Bucket(decision.language, attributes.perplexity);
  const auto& keep = source.keep;
  if (!keep.empty() && std::find(keep.begin(), keep.end(), decision.bucket) == keep.end()) {
    decision.drop = "perplexity";
  } else if (attributes.reference && *attributes.reference < source.min_reference) {
    decision.drop = "not_reference";
  }
  return decision;
}

}  // namespace cria::corpus
