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
    if (a.language.empty()) return source.languages.empty() ? nullptr : "language_unsure";
    return source.Wants(a.language) ? nullptr : "language_not_wanted";
  }
  const bool sure = a.confidence >= recipe.filters.min_language_confidence;
  const bool hint = a.language.empty() || source.LanguagesAreHints();
  // A model that does not know the declared language can only be wrong about it.
  if (sure && a.guess != a.language &&
      (a.language.empty() || identifier->MayOverrule(a.language))) {
    if (!hint) return "language_mismatch";
    *language = a.guess;
  }
  if (language->empty()) return source.languages.empty() ? nullptr : "language_unsure";
  return source.Wants(*language) ? nullptr : "language_not_wanted";
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
