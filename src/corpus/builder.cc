// Parts are dealt to the ranks by turns and to the threads of a rank as they come; between the
// stages all wait for each other, since the files of one stage are what the next one reads.
#include "corpus/builder.h"

#include <atomic>
#include <map>
#include <sstream>

#include "base/error.h"
#include "base/hash.h"
#include "base/interrupt.h"
#include "comm/collectives.h"
#include "corpus/publish.h"
#include "corpus/read_stage.h"

namespace cria::corpus {
namespace {

constexpr int64_t kMinTrainingBytesPerLanguage = 5000;
constexpr char kNoModel[] = ".none";  // beside the name of a model that there is nothing to make of

std::string DigestOf(const fs::path& file) { return file.empty() ? "" : Sha256File(file); }

// Everything but the thresholds that the last stage applies.
std::string JudgeKey(const Recipe& recipe, const std::vector<Part>& parts) {
  const Filters& f = recipe.filters;
  Json json = {kJudgeVersion, f.min_document_bytes, f.max_document_bytes, f.min_duplicate_bytes};
  for (const Source& source : recipe.sources) {
    json.push_back({source.name, SourceKindName(source.kind), source.languages,
                    DuplicateRuleName(source.duplicates), source.c4, DigestOf(source.bad_words),
                    source.near_duplicates, source.overlap});
  }
  json.push_back(JudgeModelsToJson(recipe.models));
  for (const Part& part : parts) json.push_back({part.source, part.key});
  return fmt::format("{:016x}", Hash64(json.dump()));
}

template <class T>
std::string BytesOf(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

template <class T>
std::vector<T> ValuesOf(const std::string& bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(values.data()));
  return values;
}

}  // namespace

Builder::Builder(const Context& context, const Recipe& recipe, const BuildOptions& options,
                 const FileSet& set, fs::path out_dir, std::string digest)
    : context_(context),
      recipe_(recipe),
      options_(options),
      set_(set),
      team_(options.team),
      preparer_(recipe),
      digest_(std::move(digest)),
      out_dir_(std::move(out_dir)),
      work_(WorkPath(out_dir_, options.work_dir), options.team),
      parts_(MakeParts(recipe, set, options.part_bytes)),
      texts_(work_.path() / "texts"),
      judged_(work_.path() / "judged", true),
      judge_key_(JudgeKey(recipe, parts_)) {
  overlapping_.resize(parts_.size());
  for (size_t i = 0; i < parts_.size(); ++i) {
    judged_keys_.push_back(fmt::format("{}-{:06}", judge_key_, i));
  }
}

void Builder::Together(bool interrupted) {
  if (team_.size() > 1) {
    std::vector<int> all(static_cast<size_t>(team_.size()));
    comm::AllGather(*team_.ranks, static_cast<int>(interrupted || InterruptRequested()),
                    std::span<int>(all));
    for (const int rank : all) interrupted |= rank != 0;
  }
  if (interrupted) throw Interrupted();
}

bool Builder::LeaderSays(bool found) const {
  if (team_.size() == 1) return found;
  return comm::BroadcastText(*team_.ranks, 0, found ? "1" : "0") == "1";
}

void Builder::ForEachPart(const char* label, const PartFunction& f) {
  std::vector<int64_t> own;
  int64_t total = 0;
  for (int64_t i = 0; i < std::ssize(parts_); ++i) {
    if (!team_.Has(i)) continue;
    own.push_back(i);
    total += parts_[static_cast<size_t>(i)].bytes;
  }
  constexpr int64_t kMega = 1'000'000;
  Progress progress(team_.leads() ? options_.progress : Progress::Style::kQuiet, label,
                    total / kMega, "MB");
  std::atomic<int64_t> done = 0;
  bool interrupted = false;
  try {
    context_.ParallelForThread(std::ssize(own), [&](int64_t i, int thread) {
      ThrowIfInterrupted();
      f(own[static_cast<size_t>(i)], thread);
      done += parts_[static_cast<size_t>(own[static_cast<size_t>(i)])].bytes;
      if (thread == 0) progress.Update(done / kMega);
    });
  } catch (const Interrupted&) {
    interrupted = true;  // the others wait for this rank, and stop with it
  }
  progress.Update(done / kMega);
  progress.Finish();
  Together(interrupted);
}

void Builder::Read() {
  // Two sources may take the same files; they are read once, for the first.
  std::map<std::string, int64_t> first;
  for (size_t i = 0; i < parts_.size(); ++i) {
    first.emplace(parts_[i].key, static_cast<int64_t>(i));
  }
  ForEachPart("Reading", [&](int64_t i, int) {
    const Part& part = parts_[static_cast<size_t>(i)];
    if (first.at(part.key) != i) return;
    ReadPart(part, recipe_.sources[static_cast<size_t>(part.source)].kind, texts_, work_.path());
  });
  for (size_t i = 0; i < parts_.size(); ++i) {
    if (!team_.leads()) break;
    const std::string warning = texts_.ReadRecord(parts_[i].key).warning;
    if (!warning.empty()) context_.Log(LogLevel::kWarning, "Left out: " + warning);
  }
}

void Builder::FindDuplicates() {
  duplicates_ = std::make_unique<ExactDuplicates>(work_.path() / "duplicates", std::ssize(parts_),
                                                  options_.memory_bytes, team_);
  key_counts_.assign(parts_.size(), 0);
  ForEachPart("Comparing", [&](int64_t i, int) {
    const auto part = static_cast<size_t>(i);
    const std::vector<uint64_t> own = KeysOfPart(TaskOf(i));
    key_counts_[part] = own.size();
    duplicates_->Add(i, own);
  });
  duplicates_->Resolve(context_);
}

std::vector<bool> Builder::Removed(int64_t part) const {
  return duplicates_->Removed(part, key_counts_[static_cast<size_t>(part)]);
}

PartTask Builder::TaskOf(int64_t part) const {
  return {recipe_, preparer_, parts_[static_cast<size_t>(part)], texts_,
          overlapping_[static_cast<size_t>(part)]};
}

fs::path Builder::LanguageModelPath() const {
  return work_.path() / fmt::format("languages-{}.bin", judge_key_);
}

void Builder::LearnLanguages() {
  // Without the duplicates: an untranslated page is a copy of the English one, and would teach the
  // wrong label.
  std::vector<LanguageSample> samples(static_cast<size_t>(context_.threads()));
  ForEachPart("Learning languages", [&](int64_t i, int thread) {
    SampleLanguages(TaskOf(i), Removed(i), &samples[static_cast<size_t>(thread)]);
  });
  LanguageSample all;
  for (const LanguageSample& sample : samples) all.Merge(sample);
  if (team_.size() > 1) {
    const std::string own = all.ToText();
    all = {};
    for (int rank = 0; rank < team_.size(); ++rank) {
      all.Merge(LanguageSample::FromText(comm::BroadcastText(*team_.ranks, rank, own)));
    }
  }
  all.DropBelow(kMinTrainingBytesPerLanguage);
  if (team_.leads()) {
    if (all.languages() >= 2) {
      LanguageIdentifier::Train(all).Save(LanguageModelPath());
    } else {
      WriteFile(LanguageModelPath().string() + kNoModel, "");
    }
  }
  Together();
}

bool Builder::LanguagesAreLearned() const {
  return !recipe_.models.language.empty() || fs::exists(LanguageModelPath()) ||
         fs::exists(LanguageModelPath().string() + kNoModel);
}

void Builder::OpenModels() {
  const Models& models = recipe_.models;
  if (!models.perplexity.empty()) {
    CRIA_CHECK(options_.load_pieces != nullptr);
    perplexity_.emplace(models.perplexity, options_.load_pieces);
  }
  if (!models.reference.empty()) reference_.emplace(ReferenceClassifier::Load(models.reference));
}

// The limits of the buckets, of the documents whose source keeps some of them only.
void Builder::FindCutoffs() {
  if (recipe_.models.perplexity.empty()) return;
  if (!recipe_.models.cutoffs.empty()) {
    choices_.measures.cutoffs = PerplexityCutoffs::FromCsv(recipe_.models.cutoffs);
    return;
  }
  using Histograms = std::map<std::string, PerplexityHistogram>;
  std::vector<Histograms> found(static_cast<size_t>(context_.threads()));
  ForEachPart("Measuring", [&](int64_t i, int thread) {
    const auto part = static_cast<size_t>(i);
    AddPerplexities(recipe_, parts_[part], judged_, judged_keys_[part], choices_.measures,
                    &found[static_cast<size_t>(thread)]);
  });
  Histograms all;
  std::string own;
  for (const Histograms& histograms : found) {
    for (const auto& [language, histogram] : histograms) {
      for (const auto& [bin, count] : histogram.counts()) {
        own += fmt::format("{} {} {}\n", language, bin, count);
      }
    }
  }
  for (int rank = 0; rank < team_.size(); ++rank) {
    std::istringstream lines(team_.size() == 1 ? own
                                               : comm::BroadcastText(*team_.ranks, rank, own));
    std::string language;
    int bin = 0;
    int64_t count = 0;
    while (lines >> language >> bin >> count) all[language].AddBin(bin, count);
  }
  for (const auto& [language, histogram] : all) {
    choices_.measures.cutoffs.Set(language, {histogram.Quantile(0.3), histogram.Quantile(0.6)});
  }
}

void Builder::Judge() {
  const auto all_judged = [&] {
    for (const std::string& key : judged_keys_) {
      if (!judged_.Has(key)) return false;
    }
    return true;
  };
  const bool done = LeaderSays(all_judged() && LanguagesAreLearned());
  if (!done) {
    FindBooks();
    FindDuplicates();
    if (!LeaderSays(LanguagesAreLearned())) LearnLanguages();
  }
  const fs::path& given = recipe_.models.language;
  const fs::path& languages = given.empty() ? LanguageModelPath() : given;
  if (fs::exists(languages)) languages_.emplace(LanguageIdentifier::Load(languages));
  choices_.measures.languages = languages_ ? &*languages_ : nullptr;
  if (done) return;
  OpenModels();
  const Judges judges{choices_.measures.languages, perplexity_ ? &*perplexity_ : nullptr,
                      reference_ ? &*reference_ : nullptr, BandPlansOf(recipe_)};
  ForEachPart("Judging", [&](int64_t i, int) {
    JudgePart(TaskOf(i), Removed(i), judges, judged_, judged_keys_[static_cast<size_t>(i)]);
  });
  duplicates_.reset();
}

void Builder::ShareHoldout(std::vector<HoldoutCandidates>* candidates) {
  if (team_.size() == 1) return;
  for (HoldoutCandidates& own : *candidates) {
    const std::string bytes = BytesOf(own.candidates());
    const std::string size = std::to_string(own.bytes());
    HoldoutCandidates all(recipe_.holdout);
    for (int rank = 0; rank < team_.size(); ++rank) {
      HoldoutCandidates theirs(recipe_.holdout);
      const auto values =
          ValuesOf<HoldoutCandidates::Candidate>(comm::BroadcastText(*team_.ranks, rank, bytes));
      theirs.Restore(values, std::stoll(comm::BroadcastText(*team_.ranks, rank, size)));
      all.Merge(theirs);
    }
    own = std::move(all);
  }
}

void Builder::ShareNearCopies() {
  if (team_.size() == 1) return;
  const std::vector<uint64_t> own(choices_.near_copies.shingles().begin(),
                                  choices_.near_copies.shingles().end());
  for (int rank = 0; rank < team_.size(); ++rank) {
    for (const uint64_t shingle :
         ValuesOf<uint64_t>(comm::BroadcastText(*team_.ranks, rank, BytesOf(own)))) {
      choices_.near_copies.Insert(shingle);
    }
  }
}

void Builder::Choose() {
  OpenStaging();
  FindCutoffs();
  FindNearDuplicates();
  const size_t sources = recipe_.sources.size();
  const auto threads = static_cast<size_t>(context_.threads());
  std::vector<std::vector<HoldoutCandidates>> offered(
      threads, std::vector<HoldoutCandidates>(sources, HoldoutCandidates(recipe_.holdout)));
  ForEachPart("Choosing", [&](int64_t i, int thread) {
    const auto part = static_cast<size_t>(i);
    OfferForHoldout(
        recipe_, parts_[part], judged_, judged_keys_[part], choices_,
        &offered[static_cast<size_t>(thread)][static_cast<size_t>(parts_[part].source)]);
  });
  std::vector<HoldoutCandidates> candidates(sources, HoldoutCandidates(recipe_.holdout));
  for (const auto& own : offered) {
    for (size_t s = 0; s < sources; ++s) candidates[s].Merge(own[s]);
  }
  ShareHoldout(&candidates);
  choices_.holdout.clear();
  for (const HoldoutCandidates& own : candidates) choices_.holdout.push_back(own.Choose());

  choices_.near_copies = NearCopies(recipe_.filters.near_copy_share);
  std::vector<NearCopies> found(threads, choices_.near_copies);
  ForEachPart("Holding out", [&](int64_t i, int thread) {
    const auto part = static_cast<size_t>(i);
    CollectHeldOut(recipe_, parts_[part], judged_, judged_keys_[part], choices_,
                   &found[static_cast<size_t>(thread)]);
  });
  for (const NearCopies& own : found) choices_.near_copies.Merge(own);
  ShareNearCopies();
}

void Builder::Tidy() {
  std::error_code ignored;
  fs::remove_all(staging_, ignored);
  if (!options_.keep_work) return work_.Remove();
  std::set<std::string> keys;
  for (const Part& part : parts_) keys.insert(part.key);
  texts_.KeepOnly(keys);
  judged_.KeepOnly({judged_keys_.begin(), judged_keys_.end()});
  for (const auto& entry : fs::directory_iterator(work_.path())) {
    const std::string name = entry.path().filename().string();
    const bool old = name.starts_with("languages-") && name.find(judge_key_) == name.npos;
    if (old) fs::remove(entry.path(), ignored);
  }
}

}  // namespace cria::corpus
