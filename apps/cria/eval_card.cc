// Gathers what run, shards, corpus and result files say; src/eval/report/model_card.h puts it in
// words.
#include "eval_card.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <ctime>
#include <optional>

#include "base/error.h"
#include "base/hash.h"
#include "base/units.h"
#include "data_facts.h"
#include "eval/report/model_card.h"
#include "eval_figures.h"
#include "output_path.h"
#include "result_table.h"
#include "store/checkpoint.h"
#include "train/run_folder.h"

namespace cria::app {
namespace {

struct Flags : CommonFlags {
  std::string run, name, corpus, out;
  std::vector<std::string> results;
  eval::CardStatements stated;
  bool force = false;
};

std::string DateOf(const fs::path& file) {
  const auto time = std::chrono::time_point_cast<std::chrono::seconds>(
      std::chrono::file_clock::to_sys(fs::last_write_time(file)));
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  char text[64];
  std::strftime(text, sizeof(text), "%-d %B %Y", &parts);
  return text;
}

// Steps and tokens that lie behind the weights: of a finished run its summary, else those of the
// last checkpoint.
void FillProgress(const fs::path& run, const train::RunRecord& record, eval::CardFacts* facts) {
  facts->finished = record.finished;
  facts->steps = record.summary.steps;
  facts->tokens = record.summary.tokens;
  if (record.finished) return;
  const fs::path checkpoint = store::LatestCheckpoint(run);
  if (checkpoint.empty()) return;
  facts->steps = store::StepOf(checkpoint);
  facts->tokens = facts->steps * record.plan.batch_tokens();
}

void FillTraining(const fs::path& run, const train::RunRecord& record, eval::CardFacts* facts) {
  facts->model = record.config;
  facts->sequence_length = record.plan.seq_len;
  facts->learning_rate = record.plan.schedule.peak;
  facts->batch_tokens = record.plan.batch_tokens();
  facts->initial_weights = record.initial_weights;
  FillProgress(run, record, facts);
  const train::TrainOptions& o = record.options;
  facts->training = {
      {"Optimizer", fmt::format("{}, gradients clipped at the norm {:g}",
                                train::Describe(o.optimizer), o.optimizer.clip)},
      {"Schedule", fmt::format("linear warm-up over {} steps, cosine to {:g} % of the peak",
                               record.plan.schedule.warmup_steps, 100 * o.final_share)},
      {"Sequences", fmt::format("{} tokens", record.plan.seq_len)},
      {"Steps", std::to_string(facts->steps)},
      {"Precision", o.precision == Precision::kBF16
                        ? "bf16 products with fp32 sums, fp32 weights and moments"
                        : "fp32"},
      {"Seed", std::to_string(o.seed)},
  };
  facts->digests = {{"Tokenizer", record.tokenizer_sha256},
                    {"Manifest of the training tokens", record.data_sha256}};
  const fs::path manifest = store::LatestCheckpoint(run) / store::kManifestName;
  if (!fs::exists(manifest)) return;
  facts->files_date = DateOf(manifest);
  facts->digests.push_back({"Manifest of the last checkpoint", Sha256File(manifest)});
}

// The shards that the run read, where they still stand.
std::optional<ShardManifest> FindShards(const fs::path& run, const train::RunRecord& record) {
  for (const fs::path& folder : {fs::path(record.data_folder), run.parent_path() / "shards"}) {
    const fs::path manifest = folder / kShardManifestName;
    if (fs::exists(manifest) && Sha256File(manifest) == record.data_sha256) {
      return ReadShardManifest(folder);
    }
  }
  return std::nullopt;
}

// The corpus that the shards were made of: the one named, or beside the run or the shards.
std::optional<corpus::Manifest> FindCorpus(const Flags& flags, const fs::path& run,
                                           const train::RunRecord& record,
                                           const std::optional<ShardManifest>& shards) {
  if (!flags.corpus.empty()) {
    corpus::Manifest manifest = corpus::ReadManifest(flags.corpus);
    if (shards && manifest.digest != shards->corpus_digest) {
      throw Error("the run was trained on another corpus", "--corpus " + flags.corpus,
                  "name the corpus that its shards were made of");
    }
    return manifest;
  }
  if (!shards) return std::nullopt;  // nothing would say that it is the right one
  for (const fs::path& folder :
       {run.parent_path() / "corpus", fs::path(record.data_folder).parent_path() / "corpus"}) {
    if (!fs::exists(folder / "manifest.json")) continue;
    corpus::Manifest manifest = corpus::ReadManifest(folder);
    if (manifest.digest == shards->corpus_digest) return manifest;
  }
  return std::nullopt;
}

void FillData(const corpus::Manifest& corpus, const std::optional<ShardManifest>& shards,
              const std::vector<SourceProgress>& progress, eval::CardFacts* facts) {
  DataFacts data = DataFactsOf(corpus, shards ? &*shards : nullptr, progress);
  facts->data = std::move(data.sources);
  facts->languages = std::move(data.languages);
  facts->inputs = std::move(data.inputs);
  facts->contamination = corpus.contamination;
  facts->digests.push_back({"Corpus", corpus.digest});
}

// A note for results of a model that was somewhere else and is there no more: it may be this one,
// moved. Throws Error for those of another model.
std::string NoteOfMove(const std::string& file, const Json& results, const fs::path& run) {
  const auto model = JsonGetOr<std::string>(results, "model", "", file);
  if (model.empty()) return "";
  const std::string here = fs::weakly_canonical(run).string() + "/";
  const std::string there = fs::weakly_canonical(model).string() + "/";
  if (there.starts_with(here) || here.starts_with(there)) return "";
  if (fs::exists(model) || model.find("://") != model.npos) {
    throw Error(fmt::format("these are results of {}, not of {}", model, run.string()),
                "--results " + file, "evaluate this run: cria eval RUN --out X.json");
  }
  spdlog::warn("{} has the results of {}, which is there no more; the card says so", file, model);
  return fmt::format("The results of {} were measured on a model that then was {}.",
                     fs::path(file).filename().string(), model);
}

// Files named, and the evaluation that `cria raise` leaves beside the run.
void FillResults(const Flags& flags, const fs::path& run, eval::CardFacts* facts) {
  for (const std::string& file : flags.results) {
    Json json = ReadJson(file);
    std::string note = NoteOfMove(file, json, run);
    facts->results.push_back({file, std::move(json), std::move(note)});
  }
  const fs::path beside = run.parent_path() / "evaluation.json";
  const bool raised = fs::exists(beside) && run.filename() == "train";
  const bool given =
      std::any_of(flags.results.begin(), flags.results.end(),
                  [&](const std::string& file) { return raised && fs::equivalent(file, beside); });
  if (raised && !given) facts->results.push_back({"evaluation.json", ReadJson(beside)});
}

eval::CardFacts Gather(const Flags& flags) {
  const fs::path run = fs::canonical(TrainingRun(flags.run));
  const train::RunRecord record = train::ReadRunRecord(run);
  eval::CardFacts facts;
  facts.name = flags.name.empty() ? fs::canonical(flags.run).filename().string() : flags.name;
  facts.stated = flags.stated;
  FillTraining(run, record, &facts);
  const std::optional<ShardManifest> shards = FindShards(run, record);
  const std::optional<corpus::Manifest> corpus = FindCorpus(flags, run, record, shards);
  if (corpus) FillData(*corpus, shards, record.summary.sources, &facts);
  FillResults(flags, run, &facts);
  return facts;
}

void RunCard(const Flags& flags) {
  const fs::path ending = fs::path(flags.out).extension();
  if (ending != ".md" && ending != ".html") {
    throw Error(fmt::format("no card is written as \"{}\"", ending.string()), "--out " + flags.out,
                "end its name in .md or .html");
  }
  RequireWritable(flags.out, flags.force, "--out");
  const eval::CardFacts facts = Gather(flags);
  WriteBlocks(flags.out, "Model card of " + facts.name, Json(), eval::ModelCardBlocks(facts));
  if (flags.json) return fmt::print("{}\n", Json{{"card", flags.out}}.dump());
  if (!flags.quiet) fmt::print("{}\n", flags.out);
}

void AddStatements(CLI::App* c, eval::CardStatements* stated) {
  c->add_option("--author", stated->author, "Who made the model");
  c->add_option("--date", stated->date, "When it was trained");
  c->add_option("--model-version", stated->version, "Its version");
  c->add_option("--paper", stated->paper, "Paper or pages about it");
  c->add_option("--citation", stated->citation, "How to cite it");
  c->add_option("--licence", stated->licence, "Licence of the model");
  c->add_option("--contact", stated->contact, "Where to send questions");
  c->add_option("--intended-use", stated->intended_use, "What it is for");
  c->add_option("--intended-users", stated->intended_users, "Whom it is for");
  c->add_option("--out-of-scope", stated->out_of_scope, "What it must not be used for");
  c->add_option("--mitigations", stated->mitigations, "What was done against its risks");
}

}  // namespace

void AddEvalCardCommand(CLI::App* eval) {
  static Flags flags;
  CLI::App* c = AddCommand(eval, "card", "A model card: what it is, of what text, how it scores",
                           &flags, [] { RunCard(flags); });
  c->add_option("RUN", flags.run, "Folder of `cria train` or `cria raise`")->required();
  c->add_option("--results", flags.results, "Files of `cria eval --out X.json`")
      ->check(CLI::ExistingFile);
  c->add_option("--name", flags.name, "The model's name (default: the folder's)");
  c->add_option("--corpus", flags.corpus,
                "Corpus that it was trained on (default: beside the run, if its digest fits)");
  AddStatements(c, &flags.stated);
  c->add_option("--out", flags.out, "Write the card: .md or .html")->required();
  c->add_flag("--force", flags.force, "Overwrite --out");
  c->footer(
      "Example: cria eval runs/demo --tasks piqa,boolq --data sets --out demo.json\n"
      "         cria eval card runs/demo --results demo.json --author \"A. Person\" "
      "--licence MIT --out card.md");
}

}  // namespace cria::app
