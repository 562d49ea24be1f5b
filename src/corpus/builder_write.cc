// The end of a build: shards written by all ranks, and the manifest of what came out.
#include <atomic>

#include "base/error.h"
#include "base/interrupt.h"
#include "comm/collectives.h"
#include "corpus/builder.h"
#include "corpus/publish.h"

namespace cria::corpus {
namespace {

void Append(const SplitInfo& from, SplitInfo* to) {
  to->text += from.text;
  AddCounts(&to->languages, from.languages);
  to->shards.insert(to->shards.end(), from.shards.begin(), from.shards.end());
}

// A source that gives nothing is reported and does not end the build, unless all are so.
void RequireText(const std::vector<SourceInfo>& sources, const Recipe& recipe,
                 const Context& context) {
  std::vector<std::string> empty;
  for (const SourceInfo& source : sources) {
    if (source.train.text.documents > 0) continue;
    std::string reasons;
    for (const auto& [reason, count] : source.drops) {
      reasons += fmt::format(" {} {}", count.documents, reason);
    }
    empty.push_back(fmt::format("no text is left of source \"{}\": dropped{}", source.name,
                                reasons.empty() ? " nothing, the files are empty" : reasons));
  }
  if (empty.size() == sources.size()) {
    throw Error(fmt::format("{}", fmt::join(empty, "; ")), "recipe " + recipe.name,
                "give other files, or change the filters in [corpus.filters]");
  }
  for (const std::string& line : empty) context.Log(LogLevel::kWarning, line);
}

}  // namespace

void Builder::OpenStaging() {
  staging_ = out_dir_ / kStagingName;
  if (team_.leads()) {
    // Shards of an interrupted build of the same corpus are whole, and stay.
    const fs::path mark = staging_ / "digest";
    if (!fs::exists(mark) || ReadFile(mark) != digest_) {
      fs::remove_all(staging_);
      fs::create_directories(staging_);
      WriteFile(mark, digest_);
    }
  }
  Together();
}

Manifest Builder::Write() {
  if (!recipe_.contamination.path.empty()) {
    items_ = ReadEvaluationFolder(recipe_.contamination.path);
    choices_.contamination = std::make_shared<ContaminationIndex>(items_.items);
  }
  std::vector<int64_t> kept;
  for (const std::string& key : judged_keys_) {
    kept.push_back(judged_.Kept(key).bytes);
  }
  const std::vector<ShardPlan> plans = PlanShards(parts_, kept, options_.shard_bytes);
  std::vector<size_t> own;
  for (size_t i = 0; i < plans.size(); ++i) {
    if (team_.Has(static_cast<int64_t>(i))) own.push_back(i);
  }
  Progress progress(team_.leads() ? options_.progress : Progress::Style::kQuiet, "Writing",
                    std::ssize(own), "shards");
  std::atomic<int64_t> done = 0;
  bool interrupted = false;
  try {
    context_.ParallelForThread(std::ssize(own), [&](int64_t i, int thread) {
      ThrowIfInterrupted();
      WriteShards(recipe_, {parts_, texts_, judged_keys_, judged_},
                  plans[own[static_cast<size_t>(i)]], choices_, staging_);
      ++done;
      if (thread == 0) progress.Update(done);
    });
  } catch (const Interrupted&) {
    interrupted = true;
  }
  progress.Update(done);
  progress.Finish();
  Together(interrupted);
  if (!team_.leads()) return {};
  return MakeManifest(plans);
}

Manifest Builder::MakeManifest(const std::vector<ShardPlan>& plans) {
  Manifest manifest;
  manifest.name = recipe_.name;
  manifest.program_version = options_.program_version;
  manifest.seed = recipe_.seed;
  manifest.digest = digest_;
  manifest.inputs = set_.inputs;
  manifest.language_id = languages_ ? languages_->report() : Json::object();
  manifest.recipe = RecipeToJson(recipe_);
  std::vector<DropLog> drops(recipe_.sources.size(), DropLog());
  for (const Source& source : recipe_.sources) {
    SourceInfo info;
    info.name = source.name;
    info.kind = SourceKindName(source.kind);
    info.licence = source.licence;
    info.weight = source.weight;
    info.proportion = source.proportion;
    manifest.sources.push_back(std::move(info));
  }
  for (size_t i = 0; i < parts_.size(); ++i) {
    const auto source = static_cast<size_t>(parts_[i].source);
    const PartRecord texts = texts_.ReadRecord(parts_[i].key);
    manifest.sources[source].read += texts.read;
    drops[source].Merge(texts.drops);
    drops[source].Merge(judged_.ReadRecord(judged_keys_[i]).drops);
  }
  for (const ShardPlan& plan : plans) {
    const auto source = static_cast<size_t>(plan.source);
    const ShardRecord record =
        WriteShards(recipe_, {parts_, texts_, judged_keys_, judged_}, plan, choices_, staging_);
    manifest.sources[source].shards = plan.number + 1;
    Append(record.train, &manifest.sources[source].train);
    Append(record.holdout, &manifest.sources[source].holdout);
    manifest.sources[source].fates.push_back(record.fates);
    AddHistograms(&manifest.sources[source].measures, record.measures);
    drops[source].Merge(record.drops);
  }
  for (size_t s = 0; s < drops.size(); ++s) {
    manifest.sources[s].drops = drops[s].counts();
  }
  RequireText(manifest.sources, recipe_, context_);
  WriteDropped(drops, &manifest);
  manifest.contamination = WriteContamination(plans);
  return manifest;
}

void Builder::WriteDropped(const std::vector<DropLog>& drops, Manifest* manifest) {
  fs::create_directories(staging_ / "dropped");
  for (size_t s = 0; s < drops.size(); ++s) {
    const std::string& source = recipe_.sources[s].name;
    const std::string name = DroppedName(source);
    ZstdWriter writer(staging_ / name);
    for (Document& sample : drops[s].Samples()) {
      sample.source = source;  // what the first stage drops is of no source yet
      writer.Write(ToJsonLine(sample) + "\n");
    }
    writer.Commit();
    manifest->sources[s].dropped = DescribeFile(staging_, name);
  }
}

// Every item that was found, in contamination.json; the sums by set are returned.
Json Builder::WriteContamination(const std::vector<ShardPlan>& plans) {
  if (choices_.contamination == nullptr) return Json::object();
  ContaminationReport report(*choices_.contamination);
  for (const ShardPlan& plan : plans) {
    const ShardRecord record = ReadShardRecord(recipe_, plan, staging_);
    for (const FoundItems& found : record.found) report.Add(found.document, found.hits);
  }
  const std::vector<ItemContamination> items = report.Items();
  Json sets = Json::object(), list = Json::array();
  for (size_t i = 0; i < items.size(); ++i) {
    const EvaluationItem& item = items_.items[i];
    Json& sum = sets[item.set];
    if (sum.is_null()) sum = {{"items", 0}, {"any_13_gram", 0}, {"most_8_grams", 0}};
    sum["items"] = sum["items"].get<int64_t>() + 1;
    sum["any_13_gram"] = sum["any_13_gram"].get<int64_t>() + items[i].any_ngram;
    sum["most_8_grams"] = sum["most_8_grams"].get<int64_t>() + items[i].most_ngrams;
    if (!items[i].any_ngram && !items[i].most_ngrams) continue;
    Json examples = Json::array();
    for (const auto& example : items[i].examples) {
      examples.push_back({{"document", example.document},
                          {"words", example.hit.words},
                          {"begin", example.hit.begin},
                          {"end", example.hit.end}});
    }
    list.push_back({{"set", item.set},
                    {"record", item.record},
                    {"any_13_gram", items[i].any_ngram},
                    {"most_8_grams", items[i].most_ngrams},
                    {"share", items[i].share},
                    {"longest_words", items[i].longest_words},
                    {"documents", items[i].documents},
                    {"examples", std::move(examples)}});
  }
  WriteJson(staging_ / kContaminationName, {{"items", std::move(list)}});
  return {{"removed", recipe_.contamination.remove}, {"sets", std::move(sets)}};
}

}  // namespace cria::corpus
