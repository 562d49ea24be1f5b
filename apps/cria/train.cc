// cria train: pre-training from token shards.
#include <iostream>
#include <numeric>
#include <optional>

#include "base/error.h"
#include "base/units.h"
#include "comm/collectives.h"
#include "command.h"
#include "data/tokenize.h"
#include "eval_tasks.h"
#include "kernels/ceiling.h"
#include "model/checkpoint.h"
#include "model_flags.h"
#include "progress_line.h"
#include "ranks.h"
#include "run_recipe.h"
#include "store/checkpoint.h"
#include "task_observer.h"
#include "train/run.h"
#include "train/run_folder.h"

namespace cria::app {
namespace {

struct Flags : CommonFlags {
  std::string data, out, recipe, init, preset, precision, params, optimizer = "adamw";
  ModelConfig sizes;
  int64_t seq_len = 0;
  std::string steps, tokens, minutes, batch, save_every;
  double learning_rate = 0;
  int64_t warmup = -1, micro_rows = 0;
  int zero = 2, tensor = 1;
  int64_t save_steps = 0;
  double rollback_above = 0;
  std::string memory, rank_timeout = "5m";
  bool resume = false, force = false;
  TaskFlags questions;
  const CLI::App* command = nullptr;
};

Precision ParsePrecision(const Flags& flags) {
  if (flags.precision.empty()) return DefaultPrecisionOn(flags.device);
  return flags.precision == PrecisionName(Precision::kF32) ? Precision::kF32 : Precision::kBF16;
}

// Flags stand over the recipe's values.
ModelTable ModelFlags(const Flags& flags, ModelTable table) {
  const bool sized = flags.sizes.dim > 0 || flags.sizes.n_layers > 0 || flags.sizes.n_heads > 0;
  const int ways = !flags.params.empty() + !flags.preset.empty() + sized;
  if (ways > 1) {
    throw Error("the model's size is given twice", "--params, --preset, --dim",
                "give one of --params, --preset, or --dim with --layers and --heads");
  }
  if (ways == 1) {
    table.params = flags.params.empty() ? 0 : ParseCount(flags.params, "--params");
    if (!flags.params.empty() && table.params == 0) {
      throw Error("a model has parameters", "--params", "ask for at least 100K");
    }
    table.preset = flags.preset;
    table.sizes = flags.sizes;
    if (sized && (flags.sizes.dim == 0 || flags.sizes.n_layers == 0 || flags.sizes.n_heads == 0)) {
      throw Error("sizes are missing", "--dim, --layers, --heads", "give all three");
    }
    if (sized && flags.sizes.dim % flags.sizes.n_heads != 0) {
      throw Error(
          fmt::format("{} heads do not divide dim {}", flags.sizes.n_heads, flags.sizes.dim),
          "--heads", "choose a number of heads that divides --dim");
    }
  } else if (table.params == 0 && table.preset.empty() && table.sizes.dim == 0) {
    throw Error("the model's size is missing", "--params",
                "give --params 10M, --preset 7B, --dim --layers --heads, --recipe or --init");
  }
  if (flags.sizes.n_kv_heads > 0) table.sizes.n_kv_heads = flags.sizes.n_kv_heads;
  if (flags.sizes.hidden_dim > 0) table.sizes.hidden_dim = flags.sizes.hidden_dim;
  if (flags.seq_len > 0) table.seq_len = flags.seq_len;
  return table;
}

// How a run is kept: what a resumed one may be told anew.
train::TrainOptions KeepingFlags(const Flags& flags, train::TrainOptions options) {
  if (!flags.save_every.empty()) {
    options.save_every_s = ParseSeconds(flags.save_every, "--save-every");
    if (flags.save_steps == 0) options.save_every_steps = 0;
  }
  if (flags.save_steps > 0) {
    options.save_every_steps = flags.save_steps;
    if (flags.save_every.empty()) options.save_every_s = 0;
  }
  if (flags.command->count("--rollback-above") > 0) options.rollback_above = flags.rollback_above;
  return options;
}

train::TrainOptions TrainFlags(const Flags& flags, train::TrainOptions options) {
  const int lengths = !flags.steps.empty() + !flags.tokens.empty() + !flags.minutes.empty();
  if (lengths > 0) {
    options.steps = flags.steps.empty() ? 0 : ParseCount(flags.steps, "--steps");
    options.tokens = flags.tokens.empty() ? 0 : ParseCount(flags.tokens, "--tokens");
    options.seconds = flags.minutes.empty() ? 0 : ParseSeconds(flags.minutes, "--minutes");
  }
  if (!flags.batch.empty()) options.batch_tokens = ParseCount(flags.batch, "--batch");
  options = KeepingFlags(flags, options);
  if (flags.learning_rate > 0) options.learning_rate = flags.learning_rate;
  if (flags.recipe.empty() || flags.command->count("--optimizer") > 0) {
    options.optimizer.kind = train::ParseOptimizer(flags.optimizer, "--optimizer");
  }
  if (flags.warmup >= 0) options.warmup_steps = flags.warmup;
  if (flags.micro_rows > 0) options.micro_rows = flags.micro_rows;
  if (flags.seq_len > 0) options.seq_len = flags.seq_len;
  if (!flags.precision.empty() || flags.recipe.empty()) {
    options.precision = ParsePrecision(flags);
  }
  if (flags.recipe.empty() || flags.command->count("--seed") > 0) options.seed = flags.seed;
  return options;
}

// A resumed run keeps what the ranks shared, where there are as many that they can.
void KeepLayout(const Flags& flags, const train::Layout& before, train::Sharing* sharing) {
  if (flags.command->count("--zero") == 0 && before.data() > 1) sharing->zero = before.zero;
  const int ranks = sharing->ranks != nullptr ? sharing->ranks->size() : 1;
  if (flags.command->count("--tensor") == 0 && ranks % before.tensor == 0) {
    sharing->tensor = before.tensor;
  }
}

// What asks questions runs on rank 0 alone.
void RequireWholeModel(const train::Sharing& sharing) {
  const train::Layout layout = sharing.layout();
  if (layout.tensor == 1 && layout.zero < 3) return;
  throw Error("no rank has the whole model", "--tasks",
              "train with --zero 2, or ask a checkpoint with cria eval RUN --tasks ...");
}

void CheckTasks(const TaskFlags& questions) {
  for (const std::string& task : questions.tasks) {
    if (IsQuestionTask(task)) continue;
    throw Error(fmt::format("unknown task \"{}\"", task), "--tasks",
                "cria eval --list shows those that ask questions");
  }
  if (questions.tasks.empty() != questions.folder.empty()) {
    throw Error("tasks and the folder of their sets belong together", "--tasks, --task-data",
                "give both");
  }
}

// The weights to begin with: any MODEL whose tokenizer, if it has one, made the shards.
ParameterBlock ReadInitialWeights(const Context& context, const std::string& path,
                                  const ShardManifest& shards, ModelConfig* config) {
  const ModelFiles files = OpenModel(path);
  if (!files.tokenizer.empty() &&
      tokenizer::Tokenizer::Load(files.tokenizer).digest() != shards.tokenizer_sha256) {
    throw Error("the model and the shards have different tokenizers", path,
                "tokenize the corpus with the model's tokenizer");
  }
  *config = files.config;
  return ReadParameters(context, files);
}

// Flags beside `cria train --resume --out RUN` that say what the run is, not how it goes on.
std::string FlagsOfTheRun(const Flags& f) {
  const auto given = f.command->get_options([](const CLI::Option* option) {
    constexpr std::string_view kFree[] = {"resume",     "out",        "data",           "threads",
                                          "json",       "device",     "quiet",          "verbose",
                                          "zero",       "tensor",     "rank-timeout",   "memory",
                                          "save-every", "save-steps", "rollback-above", "tasks",
                                          "task-data",  "task-limit", "allow-modified"};
    return option->count() > 0 && std::find(std::begin(kFree), std::end(kFree),
                                            option->get_single_name()) == std::end(kFree);
  });
  std::string names;
  for (const CLI::Option* option : given) names += (names.empty() ? "" : ", ") + option->get_name();
  return names;
}

// Alone it goes on as the run was begun.
bool OnlyResume(const Flags& f) { return f.resume && FlagsOfTheRun(f).empty(); }

void PrintSummary(const train::RunSummary& s, const Flags& flags) {
  if (flags.json) {
    std::cout << Json{{"steps", s.steps},
                      {"tokens", s.tokens},
                      {"seconds", s.seconds},
                      {"tokens_per_s", s.tokens_per_s},
                      {"ceiling_share", s.ceiling_share},
                      {"loss", s.loss},
                      {"bits_per_byte", s.bits_per_byte},
                      {"skipped_steps", s.skipped_steps},
                      {"rollbacks", s.rollbacks},
                      {"skipped_batches", s.skipped_batches},
                      {"planned_memory_bytes", s.planned_memory_bytes},
                      {"memory_bytes", s.memory_bytes},
                      {"planned_sent_bytes", s.planned_sent_bytes},
                      {"sent_bytes", s.sent_bytes},
                      {"waited_share", s.waited_share},
                      {"run", flags.out}}
                     .dump(1)
              << "\n";
  } else {
    fmt::print("{}\n", flags.out);
  }
}

// Of all ranks together.
double MeasureCeiling(const Context& context, comm::Communicator* ranks) {
  const double own = kernels::MeasureProductCeiling(context);
  if (ranks == nullptr) return own;
  std::vector<double> all(static_cast<size_t>(ranks->size()));
  comm::AllGather(*ranks, own, std::span<double>(all));
  return std::accumulate(all.begin(), all.end(), 0.0);
}

// Model, options and data, from the run that stands or from flags and recipe. Returns the weights
// to begin with, if they are not random.
std::optional<ParameterBlock> SetUpRun(const Context& context, const Flags& flags,
                                       train::RunSetup* setup) {
  std::optional<ParameterBlock> initial;
  if (OnlyResume(flags)) {
    const train::RunRecord record = train::ReadRunRecord(flags.out);
    setup->config = record.config;
    setup->options = KeepingFlags(flags, record.options);
    setup->initial_from = record.initial_weights;
    if (flags.data.empty()) setup->shards = record.data_folder;
    if (!record.initial_weights.empty() && store::LatestCheckpoint(flags.out).empty()) {
      initial = ReadInitialWeights(context, record.initial_weights,
                                   ReadShardManifest(setup->shards), &setup->config);
    }
  } else {
    if (flags.data.empty() && flags.resume && fs::exists(setup->run / train::kRunFileName)) {
      throw Error("a run that goes on keeps what it was begun with", FlagsOfTheRun(flags),
                  "leave these flags out, or give --data and all of them as the run was begun");
    }
    if (flags.data.empty()) throw Error("no data", "--data", "give the folder of `cria tokenize`");
    const ShardManifest manifest = ReadShardManifest(setup->shards);
    RunRecipe recipe;
    if (!flags.recipe.empty()) {
      recipe = ReadRunRecipe(flags.recipe, DefaultPrecisionOn(flags.device));
      recipe.train.seed = recipe.seed;
    }
    setup->options = TrainFlags(flags, recipe.train);
    if (!flags.init.empty()) {
      initial = ReadInitialWeights(context, flags.init, manifest, &setup->config);
      setup->initial_from = fs::absolute(flags.init).string();
    } else {
      setup->config = ModelFromTable(ModelFlags(flags, recipe.model), manifest.vocab_size);
    }
  }
  return initial;
}

// What is asked while training: as told now, or as the run that goes on was told.
TaskFlags QuestionsOf(const Flags& flags) {
  const fs::path kept = fs::path(flags.out) / train::kRunTasksName;
  if (!flags.questions.tasks.empty() || !OnlyResume(flags) || !fs::exists(kept)) {
    return flags.questions;
  }
  TaskFlags questions = TaskFlagsFromJson(ReadJson(kept), kept.string());
  questions.allow_modified = questions.allow_modified || flags.questions.allow_modified;
  return questions;
}

void TrainOnRank(const Flags& flags, comm::Communicator* ranks) {
  CommonFlags of_rank = flags;
  of_rank.device = DeviceOfRank(flags.device);
  const Context context = of_rank.MakeContext();
  const bool leads = ranks == nullptr || ranks->rank() == 0;
  train::RunSetup setup;
  setup.sharing = {ranks, flags.zero, flags.tensor};
  if (!flags.memory.empty()) setup.memory_bytes = ParseBytes(flags.memory, "--memory");
  setup.run = flags.out;
  setup.shards = flags.data;
  setup.resume = flags.resume;
  setup.force = flags.force;
  if (flags.resume && fs::exists(setup.run / train::kRunFileName)) {
    KeepLayout(flags, train::ReadRunRecord(setup.run).layout, &setup.sharing);
  }
  if (context.accelerator() != nullptr && setup.sharing.tensor > 1) {
    throw Error("GPUs do not share layers", "--tensor",
                "train with --tensor 1: ranks on GPUs share batches, weights and moments (--zero)");
  }
  std::optional<kernels::cuda::DeviceRanks> gpus;
  if (context.accelerator() != nullptr && ranks != nullptr) {
    gpus = ConnectGpus(ranks, context.accelerator(), flags.device);
    setup.sharing.devices = &*gpus;
  }
  const std::optional<ParameterBlock> initial = SetUpRun(context, flags, &setup);
  if (initial) setup.initial_weights = &*initial;
  train::ValidateOptions(setup.options);
  const auto tokenizer = tokenizer::Tokenizer::Load(setup.shards / kShardTokenizerName);
  setup.token_bytes = TokenTextBytes(tokenizer);
  setup.measure_ceiling = [&] { return MeasureCeiling(context, ranks); };
  ProgressLine line(flags.progress_style());
  std::vector<train::Observer*> observers = {&line};
  std::optional<TaskObserver> tasks;
  const TaskFlags questions = QuestionsOf(flags);
  if (!questions.tasks.empty()) {
    RequireWholeModel(setup.sharing);
    if (leads) observers.push_back(&tasks.emplace(&context, questions, &tokenizer, flags.out));
  }
  try {
    const train::RunSummary summary = train::Train(context, setup, observers);
    if (leads) PrintSummary(summary, flags);
  } catch (const Interrupted&) {
    const bool kept = fs::exists(setup.run / train::kRunFileName);
    const std::string device = flags.device == "cpu" ? "" : " --device " + flags.device;
    throw Interrupted(kept ? fmt::format("Go on with: {} train --resume --out {}{}", ProgramName(),
                                         Quoted(setup.run), device)
                           : "The run had not begun.");
  }
}

void Run(Flags flags) {
  CheckTasks(flags.questions);
  if (flags.resume && flags.force) {
    throw Error("a run either goes on or is replaced", "--resume, --force", "give one of them");
  }
  if (StartedAsRank() && flags.threads == 0) flags.threads = DefaultThreadsOfRank();
  RunRanks(ParseSeconds(flags.rank_timeout, "--rank-timeout"),
           [&](comm::Communicator* ranks) { TrainOnRank(flags, ranks); });
}

void AddRankFlags(CLI::App* c, Flags* f) {
  c->add_option("--zero", f->zero,
                "What ranks share: 0 work only, 1 and 2 weights, gradients and moments, 3 packed "
                "weights too")
      ->capture_default_str()
      ->check(CLI::Range(0, 3));
  c->add_option(
       "--tensor", f->tensor,
       "Neighbouring ranks that share every layer: its heads, hidden units, tokens and the "
       "vocabulary")
      ->capture_default_str()
      ->check(Above0());
  c->add_option("--rank-timeout", f->rank_timeout, "Silence after which a rank counts as dead")
      ->capture_default_str();
}

}  // namespace

void AddTrainCommand(CLI::App* app) {
  auto f = std::make_shared<Flags>();
  f->questions.limit = 200;
  CLI::App* c =
      AddCommand(app, "train", "Pre-training from token shards", f.get(), [f] { Run(*f); });
  f->command = c;
  const CLI::Range size_range(int64_t{1}, int64_t{1} << 24);
  c->add_option("--data", f->data, "Folder of `cria tokenize`");
  c->add_option("--out", f->out, "Folder of the run")->required();
  c->add_option("--recipe", f->recipe, "Recipe file: its [model] and [train] tables");
  CLI::Option* const init =
      c->add_option("--init", f->init, "Begin with the weights of this MODEL");
  c->add_option("--params", f->params, "Size of the model, e.g. 10M");
  c->add_option("--preset", f->preset, "A model of the paper: 7B, 13B, 33B, 65B");
  c->add_option("--dim", f->sizes.dim, "Width")->check(size_range);
  c->add_option("--layers", f->sizes.n_layers, "Layers")->check(size_range);
  c->add_option("--heads", f->sizes.n_heads, "Attention heads")->check(size_range);
  c->add_option("--kv-heads", f->sizes.n_kv_heads, "Key/value heads (default: as many)")
      ->check(size_range);
  c->add_option("--hidden", f->sizes.hidden_dim, "Hidden size (default: the paper's rule)")
      ->check(size_range);
  c->add_option("--seq-len", f->seq_len, "Tokens per sequence (default: 256)")
      ->check(CLI::Range(int64_t{2}, train::kLongestSequence));
  c->add_option("--minutes", f->minutes, "Length in time: 10, 90s, 2h");
  c->add_option("--tokens", f->tokens, "Length in tokens, e.g. 20M");
  c->add_option("--steps", f->steps, "Length in steps");
  c->add_option("--batch", f->batch, "Tokens per step (default: by the run's length)");
  c->add_option("--lr", f->learning_rate, "Peak learning rate (default: by the run's length)")
      ->check(Above0());
  c->add_option("--warmup", f->warmup, "Warm-up steps (default: 4 % of the run)")
      ->check(AtLeast0());
  c->add_option(
       "--optimizer", f->optimizer,
       "adamw (the paper's), or muon: less loss for the same tokens, some more work a step")
      ->check(CLI::IsMember({"adamw", "muon"}))
      ->capture_default_str();
  c->add_option("--micro-rows", f->micro_rows, "Sequences per pass (default: by memory)")
      ->check(Above0());
  AddDeviceFlag(c, f.get());
  c->add_option("--precision", f->precision, "bf16 or f32 (default: bf16 where it is fast)")
      ->check(CLI::IsMember({"bf16", "f32"}));
  c->add_option("--save-every", f->save_every, "Time between checkpoints (default: 2 % of time)");
  c->add_option("--save-steps", f->save_steps, "Steps between checkpoints, in place of time")
      ->check(Above0());
  c->add_option("--rollback-above", f->rollback_above,
                "Go back to the last checkpoint, and on behind the batches since, when the loss is "
                "this many deviations above its median, e.g. 8 (default: never)")
      ->check(AtLeast0());
  c->add_option("--tasks", f->questions.tasks,
                "Tasks to ask at every validation (cria eval --list): RUN/tasks.jsonl, tasks.html")
      ->delimiter(',');
  c->add_option("--task-data", f->questions.folder, "Folder of their sets");
  c->add_option("--task-limit", f->questions.limit, "Questions of each task (0: all)")
      ->check(AtLeast0())
      ->capture_default_str();
  AddModifiedFlag(c, &f->questions);
  AddRankFlags(c, f.get());
  c->add_option("--memory", f->memory,
                "Memory that a rank may use, e.g. 8GB (default: most of what is free)");
  for (const char* size :
       {"--params", "--preset", "--dim", "--layers", "--heads", "--kv-heads", "--hidden"}) {
    init->excludes(c->get_option(size));
  }
  c->add_flag("--resume", f->resume, "Go on with the run that stopped in --out");
  c->add_flag("--force", f->force, "Replace the run that stands in --out");
  c->footer("Example: cria train --data shards --params 10M --minutes 10 --out run");
}

}  // namespace cria::app
