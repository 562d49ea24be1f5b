// `cria raise`: the whole stream, from raw text to a model that talks. Stage after stage; each is
// skipped while its inputs have not changed, and an interrupted one goes on where it stopped.
#include "raise.h"

#include <spdlog/spdlog.h>

#include <iostream>

#include "base/cpu.h"
#include "base/error.h"
#include "base/units.h"
#include "model_flags.h"
#include "raise_training.h"
#include "train/plan.h"

namespace cria::app {
namespace {

constexpr int kStageCount = 7;

struct Flags : CommonFlags {
  std::string recipe, out, minutes, params;
  bool seed_given = false, force = false;
};

// The recipe with what the command line changes in it, and those flags as typed.
RunRecipe ReadWithOverrides(const Flags& flags, std::string* overrides) {
  RunRecipe recipe = ReadRunRecipe(flags.recipe, DefaultPrecisionOn(flags.device));
  if (flags.device != "cpu") *overrides += " --device " + flags.device;
  corpus::RequireSources(recipe.corpus, flags.recipe);
  if (!flags.minutes.empty()) {
    recipe.train.seconds = ParseSeconds(flags.minutes, "--minutes");
    recipe.train.steps = recipe.train.tokens = 0;
    *overrides += " --minutes " + flags.minutes;
  }
  if (!flags.params.empty()) {
    const int64_t seq_len = recipe.model.seq_len;
    recipe.model = {.params = ParseCount(flags.params, "--params"),
                    .preset = "",
                    .sizes = {},
                    .seq_len = seq_len};
    *overrides += " --params " + flags.params;
  }
  if (flags.seed_given) {
    recipe.seed = recipe.corpus.seed = flags.seed;
    *overrides += fmt::format(" --seed {}", flags.seed);
  }
  recipe.train.seed = recipe.seed;
  train::ValidateOptions(recipe.train);
  // Throws now what would stop the training later.
  const ModelConfig config = ModelFromTable(recipe.model, recipe.tokenizer.vocab_size);
  if (recipe.train.seq_len > config.max_seq_len) {
    throw Error(fmt::format("training on {} tokens at once, a model of {}", recipe.train.seq_len,
                            config.max_seq_len),
                flags.recipe, "lower seq_len in [train], or raise it in [model]");
  }
  return recipe;
}

// Throws now what would stop the training later.
void RequireRoom(const Context& context, const RunRecipe& recipe) {
  const ModelConfig config = ModelFromTable(recipe.model, recipe.tokenizer.vocab_size);
  const Accelerator* const device = context.accelerator();
  train::ChoosePass(
      config, recipe.train.precision, recipe.train.optimizer.kind,
      recipe.train.seq_len > 0 ? recipe.train.seq_len : config.max_seq_len, recipe.train.micro_rows,
      {.available_bytes = device != nullptr ? device->memory().free_bytes : AvailableMemoryBytes(),
       .base_bytes = device != nullptr ? train::kDeviceScratchBytes : 0,
       .accelerated = device != nullptr});
}

void PrintTimes(const Stages& stages) {
  fmt::print("\n{:<14}{:>10}\n", "stage", "time");
  double total = 0;
  for (const StageRecord& record : stages.records()) {
    total += record.seconds_now;
    fmt::print(
        "{:<14}{:>10}{}\n", record.name, FormatSeconds(record.seconds_now),
        record.skipped ? fmt::format("   unchanged (took {})", FormatSeconds(record.seconds)) : "");
  }
  fmt::print("{:<14}{:>10}\n", "all", FormatSeconds(total));
}

void PrintJson(const Run& run) {
  Json stages = Json::array(), commands = Json::array();
  for (const StageRecord& record : run.stages->records()) {
    stages.push_back({{"stage", record.name},
                      {"seconds", record.seconds},
                      {"seconds_now", record.seconds_now},
                      {"skipped", record.skipped}});
  }
  for (const NamedCommand& next : NextCommands(run)) {
    commands.push_back({{"what", next.what}, {"command", next.command}});
  }
  std::cout << Json{{"model", run.paths.root.string()},
                    {"report", (run.paths.root / "report.html").string()},
                    {"evaluation", ReadJson(run.paths.evaluation())},
                    {"stages", stages},
                    {"commands", commands}}
                   .dump(1)
            << "\n";
}

void RunRaise(const Flags& flags) {
  std::string overrides;
  const RunRecipe recipe = ReadWithOverrides(flags, &overrides);
  const Context context = flags.MakeContext();
  RequireRoom(context, recipe);
  const RunPaths paths(flags.out);
  if (!fs::exists(paths.stamps())) RequireAbsent(paths.root, flags.force);
  fs::create_directories(paths.root);
  const DirectoryLock lock(paths.root);
  Stages stages(paths.stamps(), kStageCount);
  const Run run{.context = &context,
                .recipe = recipe,
                .recipe_path = flags.recipe,
                .program = ProgramName(),
                .paths = paths,
                .stages = &stages,
                .progress = flags.progress_style(),
                .force = flags.force,
                .overrides = overrides};
  CheckEarlierRun(run);
  const corpus::Manifest corpus = CollectStage(run);
  CheckEarlierTexts(run, corpus);
  const tokenizer::Tokenizer tokenizer = TokenizerStage(run, corpus);
  const ShardManifest shards = TokensStage(run, tokenizer, corpus);
  const std::string model = TrainStage(run, shards, tokenizer);
  EvaluateStage(run, corpus, model);
  CompareStage(run, corpus, tokenizer);
  SamplesStage(run, model);
  ReportStage(run, corpus, tokenizer, shards);
  if (flags.json) return PrintJson(run);
  PrintSamples(run);
  PrintTimes(stages);
  fmt::print("\nThe report: {}\n", (paths.root / "report.html").string());
  for (const NamedCommand& next : NextCommands(run)) {
    fmt::print("\n# {}\n{}\n", next.what, next.command);
  }
}

}  // namespace

void AddRaiseCommand(CLI::App* app) {
  static Flags flags;
  static CLI::App* command = nullptr;
  command =
      AddCommand(app, "raise", "The whole stream: raw text to a model that talks", &flags, [] {
        flags.seed_given = command->count("--seed") > 0;
        try {
          RunRaise(flags);
        } catch (const Interrupted&) {
          throw Interrupted("What was done is kept; the same command goes on from there.");
        }
      });
  command->add_option("recipe", flags.recipe, "Recipe file (docs/formats/recipe.md)")->required();
  command->add_option("--out", flags.out, "Folder of the run")->required();
  command->add_option("--minutes", flags.minutes,
                      "Training time: 10, 30min, 1.5h (else the recipe's)");
  command->add_option("--params", flags.params, "Size of the model: 8M, 1.5B (else the recipe's)");
  AddDeviceFlag(command, &flags);
  command->add_flag("--force", flags.force, "Replace a model trained with other settings");
  command->footer("Example: cria raise recipes/demo.toml --out runs/demo --minutes 10");
}

}  // namespace cria::app
