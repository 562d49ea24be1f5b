// The training stage of `cria raise`, and what the report wants to know of it.
#include <algorithm>
#include <cctype>
#include <cmath>

#include "base/error.h"
#include "base/hash.h"
#include "base/units.h"
#include "data/tokenize.h"
#include "kernels/ceiling.h"
#include "progress_line.h"
#include "raise_training.h"
#include "store/checkpoint.h"
#include "train/run.h"
#include "train/run_folder.h"
#include "train/run_log.h"

namespace cria::app {
namespace {

bool SameSettings(const train::RunRecord& record, const Run& run, int64_t vocab_size) {
  return record.config == ModelFromTable(run.recipe.model, vocab_size) &&
         train::OptionsToJson(record.options) == train::OptionsToJson(run.recipe.train);
}

}  // namespace

void CheckEarlierRun(const Run& run) {
  if (run.force || !fs::exists(run.paths.training() / train::kRunFileName)) return;
  const train::RunRecord record = train::ReadRunRecord(run.paths.training());
  if (SameSettings(record, run, run.recipe.tokenizer.vocab_size)) return;
  throw Error(
      "a model trained with other settings stands here", run.paths.training(),
      "choose another --out, repeat the command as it was, or replace the model with --force");
}

void CheckEarlierTexts(const Run& run, const corpus::Manifest& corpus) {
  if (run.force || !fs::exists(run.paths.training() / train::kRunFileName) ||
      !fs::exists(run.paths.shards() / kShardManifestName)) {
    return;
  }
  if (ReadShardManifest(run.paths.shards()).corpus_digest == corpus.digest) return;
  throw Error("a model trained on other text stands here", run.paths.training(),
              "choose another --out, or replace the model with --force");
}

std::string TrainStage(const Run& run, const ShardManifest& shards,
                       const tokenizer::Tokenizer& tokenizer) {
  const fs::path folder = run.paths.training();
  const ModelConfig config = ModelFromTable(run.recipe.model, shards.vocab_size);
  const std::string data_sha256 = Sha256File(run.paths.shards() / kShardManifestName);
  const Json key = {{"version", 1},
                    {"data", data_sha256},
                    {"model", ConfigToJson(config)},
                    {"options", train::OptionsToJson(run.recipe.train)}};
  std::vector<fs::path> products = {folder / train::kRunFileName};
  const fs::path latest = fs::exists(folder) ? store::LatestCheckpoint(folder) : fs::path();
  products.push_back(latest / store::kManifestName);
  run.stages->Run("training", key, products, [&] {
    bool other = false;  // a run that this one replaces
    if (run.force && fs::exists(folder / train::kRunFileName)) {
      const train::RunRecord record = train::ReadRunRecord(folder);
      other = record.data_sha256 != data_sha256 || !SameSettings(record, run, shards.vocab_size);
    }
    const train::RunSetup setup{
        .config = config,
        .options = run.recipe.train,
        .shards = run.paths.shards(),
        .run = folder,
        .resume = !other,
        .force = other,
        .token_bytes = TokenTextBytes(tokenizer),
        .measure_ceiling = [&] { return kernels::MeasureProductCeiling(*run.context); },
        .initial_weights = nullptr,
        .initial_from = ""};
    ProgressLine line(run.progress);
    train::Observer* const observers[] = {&line};
    train::Train(*run.context, setup, observers);
  });
  return Sha256File(store::LatestCheckpoint(folder) / store::kManifestName);
}

TrainingFacts ReadTrainingFacts(const Run& run) {
  const fs::path folder = run.paths.training();
  const train::RunRecord record = train::ReadRunRecord(folder);
  TrainingFacts facts{.model = record.config,
                      .options = record.options,
                      .summary = {},
                      .sources = record.summary.sources,
                      .digest = Sha256File(store::LatestCheckpoint(folder) / store::kManifestName)};
  facts.options.seq_len = record.plan.seq_len;
  facts.options.batch_tokens = record.plan.batch_tokens();
  facts.options.learning_rate = record.plan.schedule.peak;
  facts.options.warmup_steps = record.plan.schedule.warmup_steps;
  facts.summary.steps = record.summary.steps;
  facts.summary.tokens = record.summary.tokens;
  facts.summary.seconds = record.summary.seconds;
  facts.summary.tokens_per_second = record.summary.tokens_per_s;
  facts.summary.ceiling_share = record.summary.ceiling_share;
  const train::LogRecord log = train::ReadRunLog(folder / train::kRunLogName);
  for (const train::LogStep& step : log.steps) {
    if (!std::isfinite(step.loss) || !std::isfinite(step.gradient_norm)) continue;  // skipped
    facts.summary.points.push_back(
        {static_cast<double>(step.tokens), step.loss, step.learning_rate, step.gradient_norm});
  }
  for (const train::LogValidation& validation : log.validations) {
    facts.summary.validation.push_back(
        {static_cast<double>(validation.tokens), validation.bits_per_byte});
  }
  return facts;
}

std::string RaiseCommand(const Run& run) {
  return fmt::format("{} raise {} --out {}{}", run.program, Quoted(run.recipe_path),
                     Quoted(run.paths.root), run.overrides);
}

std::vector<NamedCommand> NextCommands(const Run& run) {
  const fs::path model = run.paths.root;  // opens as its training run
  return {{"talk with it", fmt::format("{} chat {}", run.program, Quoted(model))},
          {"let it continue a text",
           fmt::format("{} generate {} --prompt \"In the beginning\"", run.program, Quoted(model))},
          {"go on training it, here for ten minutes more, into a new run",
           fmt::format("{} train --data {} --init {} --minutes 10 --out {}", run.program,
                       Quoted(run.paths.shards()), Quoted(model), Quoted(run.paths.root / "more"))},
          {"measure it", fmt::format("{} eval {} --tasks bpb,perplexity --data {} --compare",
                                     run.program, Quoted(model), Quoted(run.paths.corpus()))}};
}

}  // namespace cria::app
