// The last stage of `cria raise`: gathers what the run left in its folder and writes the report.
#include <unistd.h>

#include <ctime>

#include "base/cpu.h"
#include "base/hash.h"
#include "base/units.h"
#include "data_facts.h"
#include "raise.h"
#include "raise_training.h"

namespace cria::app {
namespace {

std::string Today() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::localtime_r(&now, &parts);
  char text[64];
  std::strftime(text, sizeof(text), "%-d %B %Y", &parts);
  return text;
}

void FillData(const Run& run, const corpus::Manifest& corpus, const ShardManifest& shards,
              const std::vector<SourceProgress>& progress, eval::RunReport* report) {
  DataFacts facts = DataFactsOf(corpus, &shards, progress);
  report->data = std::move(facts.sources);
  report->languages = std::move(facts.languages);
  report->inputs = std::move(facts.inputs);
  for (const corpus::SourceInfo& source : corpus.sources) {
    for (const auto& [reason, count] : source.drops) {
      report->drops.push_back({source.name, reason, count.documents, count.bytes});
    }
  }
  report->name = run.recipe.corpus.name;
}

void FillTokenizer(const Run& run, const tokenizer::Tokenizer& tokenizer, eval::RunReport* report) {
  report->vocab_size = tokenizer.vocab_size();
  report->tokenizer = {
      {"Kind",
       "SentencePiece BPE as in LLaMA: split digits, byte fallback, whitespace pieces, "
       "identity normalisation"},
      {"Vocabulary", fmt::format("{} pieces", tokenizer.vocab_size())},
      {"Learned from",
       fmt::format("up to {} of training text by the sources' proportions",
                   FormatBytes(static_cast<double>(run.recipe.tokenizer.sample_bytes)))},
      {"Bytes per token", fmt::format("{:.2f} on all held-out text; per source and per language in "
                                      "the tables of results and data",
                                      report->evaluation.total.bytes_per_token())},
  };
}

void FillRecipe(const TrainingFacts& facts, eval::RunReport* report) {
  const train::TrainOptions& o = facts.options;
  report->recipe = {
      {"Optimizer", train::Describe(o.optimizer)},
      {"Learning rate", fmt::format("{:.3g}, linear warm-up over {} steps, cosine to {:g} %",
                                    o.learning_rate, o.warmup_steps, 100 * o.final_share)},
      {"Batch",
       fmt::format("{} tokens in sequences of {}", o.batch_tokens, report->sequence_length)},
      {"Clipping", fmt::format("gradient norm {:g}", o.optimizer.clip)},
      {"Precision", o.precision == Precision::kBF16
                        ? "bf16 products with fp32 sums, fp32 weights and moments"
                        : "fp32"},
      {"Length", o.seconds > 0  ? FormatSeconds(o.seconds) + " of training"
                 : o.tokens > 0 ? FormatCount(static_cast<double>(o.tokens)) + " tokens"
                                : fmt::format("{} steps", o.steps)},
  };
}

void FillCost(const Run& run, eval::RunReport* report) {
  double seconds = 0, joules = 0;
  bool measured = true;
  for (const StageRecord& record : run.stages->records()) {
    report->stages.push_back({record.name, record.seconds});
    seconds += record.seconds;
    joules += record.joules;
    measured = measured && record.joules > 0;
  }
  report->cpus = run.context->threads();
  report->energy.hours = seconds / 3600;
  report->energy.measured = measured && seconds > 0;
  report->energy.watts = report->energy.measured
                             ? joules / seconds
                             : eval::kAssumedWattsPerCpu * run.context->threads();
  report->machine = {
      {"Processor", CpuModel()},
      {"Threads", std::to_string(run.context->threads())},
      {"Instructions", IsaName(DetectIsa())},
      {"Memory", FormatBytes(static_cast<double>(TotalMemoryBytes()))},
      {"Program", "cria " CRIA_VERSION},
  };
}

void FillCommands(const Run& run, const corpus::Manifest& corpus,
                  const tokenizer::Tokenizer& tokenizer, const ShardManifest& shards,
                  const TrainingFacts& facts, eval::RunReport* report) {
  report->commands = {"# the whole run", RaiseCommand(run)};
  for (const NamedCommand& next : NextCommands(run)) {
    report->commands.insert(report->commands.end(), {"", "# " + next.what, next.command});
  }
  report->digests = {{"Seed", std::to_string(run.recipe.seed)},
                     {"Recipe " + run.recipe_path.filename().string(), run.recipe.sha256},
                     {"Corpus", corpus.digest},
                     {"Tokenizer", tokenizer.digest()},
                     {"Checkpoint", facts.digest}};
  for (const ShardSource& source : shards.sources) {
    if (!source.train.file.empty()) {
      report->digests.push_back({"Shard " + source.train.file, source.train.payload_sha256});
    }
  }
}

}  // namespace

void ReportStage(const Run& run, const corpus::Manifest& corpus,
                 const tokenizer::Tokenizer& tokenizer, const ShardManifest& shards) {
  const TrainingFacts facts = ReadTrainingFacts(run);
  eval::RunReport report;
  report.date = Today();
  report.model = facts.model;
  report.sequence_length =
      facts.options.seq_len > 0 ? facts.options.seq_len : facts.model.max_seq_len;
  report.training = facts.summary;
  const std::string where = run.paths.evaluation();
  const Json evaluation = ReadJson(where);
  report.evaluation = eval::TextEvaluationFromJson(evaluation, where);
  for (const Json& task : JsonGetOr<Json>(evaluation, "tasks", Json::array(), where)) {
    report.tasks.push_back(eval::HeldOutTaskFromJson(task, where));
  }
  report.compressors = eval::CompressorComparisonFromJson(ReadJson(run.paths.compressors()),
                                                          run.paths.compressors());
  const Json samples = ReadJson(run.paths.samples());
  report.sampling = JsonGet<std::string>(samples, "settings", run.paths.samples());
  for (const Json& sample : samples["samples"]) {
    report.samples.push_back({sample.value("prompt", ""), sample.value("continuation", "")});
  }
  FillData(run, corpus, shards, facts.sources, &report);
  FillTokenizer(run, tokenizer, &report);
  FillRecipe(facts, &report);
  FillCost(run, &report);
  FillCommands(run, corpus, tokenizer, shards, facts, &report);
  eval::WritePage(eval::MakeReportPage(report), run.paths.root);
}

}  // namespace cria::app
