// One walk over a part's documents, shared by the passes.
#include "corpus/judge_stage.h"

#include "base/error.h"
#include "base/interrupt.h"
#include "corpus/duplicates/units.h"

namespace cria::corpus {
namespace {

const Source& SourceOf(const PartTask& task) {
  return task.recipe.sources[static_cast<size_t>(task.part.source)];
}

// `use` also gets the whole text that the document is a piece of.
void ForEachPrepared(const PartTask& task, DropLog* drops,
                     const std::function<void(Document, const Document& whole)>& use) {
  DocumentReader reader = task.texts.Documents(task.part.key);
  Document text;
  int64_t n = 0;
  for (; reader.Next(&text); ++n) {
    ThrowIfInterrupted();
    if (task.overlapping.contains(n)) {
      drops->Add("book_overlap", text);
      continue;
    }
    task.preparer.Prepare(task.part.source, text, drops,
                          [&](Document document) { use(std::move(document), text); });
  }
  if (n != task.texts.Kept(task.part.key).documents) throw DamagedStage(task.part.key);
}

// The documents that are left when the removed units are gone.
class Deduplicator {
 public:
  Deduplicator(const PartTask& task, const std::vector<bool>& removed)
      : task_(task),
        filters_(task.recipe.filters),
        rule_(SourceOf(task).duplicates),
        removed_(removed) {}

  /// False if the document is gone.
  bool Apply(Document* document, DropLog* drops) {
    const Units units = CutIntoUnits(document->text, rule_, filters_.min_duplicate_bytes);
    std::vector<uint64_t> keys;
    AppendKeys(units, &keys);
    if (keys.empty()) return true;
    CRIA_CHECK(next_ + keys.size() <= removed_.size());
    const auto first = removed_.begin() + static_cast<std::ptrdiff_t>(next_);
    const std::vector<bool> own(first, first + static_cast<std::ptrdiff_t>(keys.size()));
    next_ += keys.size();
    Remains remains = WithoutDuplicates(units, rule_, own);
    if (remains.document_removed) {
      drops->Add("duplicate_document", *document);
      return false;
    }
    if (remains.removed_units == 0) return true;
    drops->Add({rule_ == DuplicateRule::kParagraphs ? "duplicate_paragraph" : "duplicate_line",
                remains.removed_units, remains.removed_bytes},
               *document);
    document->text = std::move(remains.text);
    if (static_cast<int64_t>(document->text.size()) < filters_.min_document_bytes) {
      drops->Add("short_after_dedup", *document);
      return false;
    }
    if (task_.preparer.HasEnoughSentences(task_.part.source, document->text)) return true;
    drops->Add("c4_few_sentences", *document);
    return false;
  }

 private:
  const PartTask& task_;
  const Filters& filters_;
  const DuplicateRule rule_;
  const std::vector<bool>& removed_;
  size_t next_ = 0;
};

Attributes Describe(const Document& document, const LanguageIdentifier::Guess& guess,
                    const Judges& judges, const PartTask& task) {
  const SourceKind kind = SourceOf(task).kind;
  Attributes attributes;
  attributes.id = document.id;
  attributes.bytes = static_cast<int64_t>(document.text.size());
  attributes.language = document.language;
  const BandPlan& plan = judges.bands[static_cast<size_t>(task.part.source)];
  if (plan.bands > 0) {
    attributes.bands = BandKeys(ComputeMinHash(document.text, {}), plan);
  }
  if (kind == SourceKind::kCode) return attributes;
  if (judges.languages != nullptr) {
    attributes.guess = guess.language;
    attributes.confidence = guess.confidence;
  }
  if (judges.perplexity != nullptr) {
    const std::string& declared = attributes.language;
    const bool holds =
        !declared.empty() && (!SourceOf(task).LanguagesAreHints() || attributes.guess.empty() ||
                              !judges.languages->MayOverrule(declared));
    attributes.perplexity =
        judges.perplexity->Score(document.text, holds ? declared : attributes.guess);
  }
  if (judges.reference != nullptr && kind == SourceKind::kWeb) {
    attributes.reference = judges.reference->Score(document.text);
  }
  return attributes;
}

}  // namespace

std::vector<BandPlan> BandPlansOf(const Recipe& recipe) {
  std::vector<BandPlan> plans;
  for (const Source& source : recipe.sources) {
    const double threshold = source.near_duplicates;
    plans.push_back(threshold > 0 ? PlanBands(threshold, MinHashOptions().minima) : BandPlan());
  }
  return plans;
}

std::vector<uint64_t> KeysOfPart(const PartTask& task) {
  DropLog ignored(0);
  std::vector<uint64_t> keys;
  const DuplicateRule rule = SourceOf(task).duplicates;
  ForEachPrepared(task, &ignored, [&](const Document& document, const Document&) {
    AppendKeys(CutIntoUnits(document.text, rule, task.recipe.filters.min_duplicate_bytes), &keys);
  });
  return keys;
}

void SampleLanguages(const PartTask& task, const std::vector<bool>& removed,
                     LanguageSample* sample) {
  if (SourceOf(task).kind == SourceKind::kCode) return;
  DropLog ignored(0);
  Deduplicator deduplicator(task, removed);
  ForEachPrepared(task, &ignored, [&](Document document, const Document&) {
    if (deduplicator.Apply(&document, &ignored) && !document.language.empty()) {
      sample->Add(document.text, document.language);
    }
  });
}

void JudgePart(const PartTask& task, const std::vector<bool>& removed, const Judges& judges,
               const Stage& judged, const std::string& key) {
  if (judged.Has(key)) return;
  PartRecord record;
  Stage::Writer writer(judged, key, &record);
  Deduplicator deduplicator(task, removed);
  std::string guessed;  // the pieces of a text have one language
  LanguageIdentifier::Guess guess;
  ForEachPrepared(task, &record.drops, [&](Document document, const Document& whole) {
    record.read += {1, static_cast<int64_t>(document.text.size())};
    if (!deduplicator.Apply(&document, &record.drops)) return;
    if (judges.languages != nullptr && guessed != whole.id) {
      guess = judges.languages->Identify(whole.text);
      guessed = whole.id;
    }
    const Attributes attributes = Describe(document, guess, judges, task);
    writer.Write(document, &attributes);
  });
  writer.Finish();
}

}  // namespace cria::corpus
