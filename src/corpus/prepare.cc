// Languages, cutting, rules; then each document gets its name.
#include "corpus/prepare.h"

#include "corpus/paragraphs.h"
#include "corpus/quality/c4.h"
#include "corpus/quality/filter.h"
#include "corpus/quality/sentences.h"

namespace cria::corpus {
namespace {

// A hint may be wrong: the model says later.
bool IsWanted(const Source& source, const std::string& language) {
  return language.empty() || source.LanguagesAreHints() || source.Wants(language);
}

const char* Reject(const Source& source, const Filters& filters, std::string_view text) {
  const char* reason = RejectReason(text, source.kind == SourceKind::kCode, filters);
  const bool judged = source.kind == SourceKind::kWeb || source.kind == SourceKind::kPapers;
  if (reason == nullptr || !judged) return reason;
  // What is text in a crawl is for its models and rules to say, and LaTeX has many symbols.
  const std::string_view name = reason;
  return name == "too_short" || name == "damaged_encoding" ? reason : nullptr;
}

}  // namespace

Preparer::Preparer(const Recipe& recipe) : recipe_(recipe) {
  for (const Source& source : recipe.sources) {
    const bool listed = source.c4 && !source.bad_words.empty();
    bad_words_.push_back(listed ? std::make_unique<BadWords>(BadWords::FromFile(source.bad_words))
                                : nullptr);
  }
}

Preparer::~Preparer() = default;

bool Preparer::CleanByC4(int source, const Document& whole, Document* cleaned,
                         DropLog* drops) const {
  C4Options options;
  options.bad_words = bad_words_[static_cast<size_t>(source)].get();
  C4Verdict verdict = CleanC4(whole.text, options);
  for (size_t i = 0; i < kC4LineReasons.size(); ++i) {
    if (verdict.lines_dropped[i] == 0) continue;
    drops->Add({fmt::format("c4_{}_line", kC4LineReasons[i]), verdict.lines_dropped[i]}, whole);
  }
  if (verdict.dropped != nullptr) {
    drops->Add(fmt::format("c4_{}", verdict.dropped), whole);
    return false;
  }
  *cleaned = whole;
  cleaned->text = std::move(verdict.text);
  return true;
}

bool Preparer::HasEnoughSentences(int source, std::string_view text) const {
  return !recipe_.sources[static_cast<size_t>(source)].c4 ||
         CountSentences(text) >= C4Options().min_sentences;
}

void Preparer::Prepare(int source_index, const Document& whole, DropLog* drops,
                       const std::function<void(Document)>& use) const {
  const Source& source = recipe_.sources[static_cast<size_t>(source_index)];
  if (!IsWanted(source, whole.language)) return drops->Add("language_not_wanted", whole);
  Document cleaned;
  if (source.c4 && !CleanByC4(source_index, whole, &cleaned, drops)) return;
  const Document& text = source.c4 ? cleaned : whole;
  // A program is judged as the file that it is; prose by its parts, of which some may be no text.
  const bool code = source.kind == SourceKind::kCode;
  if (const char* reason = code ? Reject(source, recipe_.filters, text.text) : nullptr) {
    return drops->Add(reason, text);
  }
  const std::string origin = text.meta.value("origin", "");
  std::vector<std::string> parts = CutText(text.text, recipe_.filters.max_document_bytes);
  for (size_t p = 0; p < parts.size(); ++p) {
    Document document;
    document.source = source.name;
    if (!code) document.language = text.language;
    document.meta = text.meta;
    std::string name = origin;
    if (parts.size() > 1) {
      name += fmt::format("{}{}", origin.find('#') == std::string::npos ? "#" : "/", p);
      document.meta["origin"] = name;
    }
    document.id = DocumentId(name, parts[p]);
    document.text = std::move(parts[p]);
    if (const char* reason = code ? nullptr : Reject(source, recipe_.filters, document.text)) {
      drops->Add(reason, document);
    } else {
      use(std::move(document));
    }
  }
}

}  // namespace cria::corpus
