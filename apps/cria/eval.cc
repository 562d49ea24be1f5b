// `cria eval`: scores a model on text; compares it with compressors and with its original.
#include <spdlog/spdlog.h>

#include <cstdio>

#include "base/error.h"
#include "base/units.h"
#include "command.h"
#include "eval/bits_per_byte.h"
#include "eval/llama_language_model.h"
#include "eval/report_page.h"
#include "eval_card.h"
#include "eval_compare.h"
#include "eval_fetch.h"
#include "eval_figures.h"
#include "eval_judge.h"
#include "eval_questions.h"
#include "eval_windows.h"
#include "held_out.h"
#include "infer/load.h"
#include "model_flags.h"
#include "output_path.h"
#include "result_table.h"

namespace cria::app {
namespace {

struct Task {
  const char *name, *what;
};
constexpr Task kTasks[] = {
    {"bpb", "bits per byte of held-out text, in all and per source"},
    {"perplexity", "perplexity under llama.cpp's rule of windows and under that of whole windows"},
    {"kl", "KL divergence from --against, the model that this one was made of"},
};

// Those of questions, of which texts that are scored know some, and their own.
struct Flags : QuestionFlags {
  Flags() { tasks = {"bpb"}; }

  std::string against;
  std::vector<std::string> texts;
  int64_t stride = 0, context = 0, window = 512;
  bool list = false, compare = false;

  bool wants(const char* task) const {
    return std::find(tasks.begin(), tasks.end(), task) != tasks.end();
  }
};

std::string Format(double value, int digits) { return fmt::format("{:.{}f}", value, digits); }

// The results as a table: for people on stdout, and as a page in a file.
eval::Table ResultTable(const Flags& flags, const eval::TextEvaluation& evaluation,
                        const eval::CompressorComparison& compressors) {
  eval::Table table{.caption = evaluation.rule,
                    .columns = {{"Source"}, {"Bits/byte", true}},
                    .rows = {},
                    .total_row = true};
  if (flags.compare)
    table.columns.insert(table.columns.end(), {{"xz -9e", true}, {"zstd -22", true}});
  for (const char* title : {"Perplexity", "Documents", "Bytes", "Tokens"})
    table.columns.push_back({title, true});
  const auto add = [&](const std::string& name, const eval::TextScore& score,
                       const eval::CompressedSize& size) {
    std::vector<std::string> row = {name, Format(score.bits_per_byte(), 4)};
    if (flags.compare) {
      const double bytes = std::max<double>(1, static_cast<double>(size.bytes));
      row.push_back(Format(8.0 * static_cast<double>(size.xz_bytes) / bytes, 4));
      row.push_back(Format(8.0 * static_cast<double>(size.zstd_bytes) / bytes, 4));
    }
    row.push_back(Format(score.perplexity(), 3));
    for (int64_t n : {score.documents, score.bytes, score.tokens}) row.push_back(std::to_string(n));
    table.rows.push_back(std::move(row));
  };
  for (const auto& [source, score] : evaluation.by_source) {
    const auto size = compressors.by_source.find(source);
    add(source, score, size != compressors.by_source.end() ? size->second : eval::CompressedSize{});
  }
  add("Total", evaluation.total, compressors.total);
  return table;
}

// Questions of public sets; the other tasks score text. Throws Error for a mixture.
bool AsksQuestions(const Flags& flags) {
  const auto questions = std::count_if(flags.tasks.begin(), flags.tasks.end(), IsQuestionTask);
  if (questions > 0 && questions < std::ssize(flags.tasks)) {
    throw Error("some tasks score text, some ask questions of a set", "--tasks",
                "give them to two calls: --data means a corpus to the former");
  }
  return questions > 0;
}

// Flags that would be ignored are refused.
void RefuseFlags(const Flags& flags, const std::vector<const char*>& names, const char* why) {
  for (const char* name : names) {
    if (flags.command->count(name) > 0) throw Error(why, name, "leave it out");
  }
}

void CheckFlags(const Flags& flags) {
  for (const std::string& task : flags.tasks) {
    const bool known =
        IsQuestionTask(task) || std::any_of(std::begin(kTasks), std::end(kTasks),
                                            [&](const Task& t) { return task == t.name; });
    if (!known) {
      throw Error(fmt::format("unknown task \"{}\"", task), "--tasks",
                  "cria eval --list shows the tasks");
    }
  }
  if (flags.model.empty()) throw Error("no model given", "MODEL", "name a model or use --list");
  if (!flags.out.empty()) {
    RequireReport(flags.out, flags.force, "--out");
    std::vector<std::string> inputs = flags.texts;
    inputs.insert(inputs.end(), flags.tasks.begin(), flags.tasks.end());
    inputs.insert(inputs.end(), {flags.model, flags.tokenizer, flags.against});
    RequireNoInput(flags.out, inputs, "--out");
  }
  if (AsksQuestions(flags)) {
    RefuseFlags(flags, {"--text", "--context", "--window", "--stride", "--against", "--compare"},
                "tasks that ask questions do not know it");
    if (flags.folder.empty()) {
      throw Error("the folder of the sets must be given", "--data",
                  "give --data SETS (cria eval --list says which files the tasks read)");
    }
    return;
  }
  RefuseFlags(flags, QuestionFlagNames(), "tasks that score text do not know it");
  if (!flags.wants("bpb")) {
    RefuseFlags(flags, {"--context", "--stride", "--compare"}, "only the task bpb knows it");
  }
  if (!flags.wants("perplexity") && !flags.wants("kl")) {
    RefuseFlags(flags, {"--window"}, "only the tasks perplexity and kl know it");
  }
  if (flags.folder.empty() == flags.texts.empty()) {
    throw Error("the text to score must be given once", "--text, --data",
                "give text files or a corpus folder");
  }
  if (flags.wants("kl") == flags.against.empty()) {
    throw Error("the task kl and the model to compare with belong together", "--tasks, --against",
                "give both: --tasks perplexity,kl --against ORIGINAL");
  }
}

// Bits per byte, document by document.
void ScoreDocuments(const Context& context, const Flags& flags, const infer::LoadedModel& model,
                    const std::vector<eval::HeldOutDocument>& documents, Json* json,
                    std::vector<eval::Table>* tables) {
  if (flags.context > model.config.max_seq_len) {
    throw Error(
        fmt::format("windows of {} tokens, a model of {}", flags.context, model.config.max_seq_len),
        "--context", "lower it");
  }
  const int64_t window = flags.context > 0 ? flags.context : model.config.max_seq_len;
  if (flags.stride > window) {
    throw Error(fmt::format("windows of {} tokens advance by at most as many", window), "--stride",
                "lower it");
  }
  eval::LlamaLanguageModel language_model(&context, model.llama.get(), flags.context);
  std::unique_ptr<Progress> progress;
  const eval::TextEvaluation evaluation =
      eval::EvaluateText(&language_model, documents,
                         {.stride = flags.stride, .progress = [&](int64_t done, int64_t total) {
                            if (!progress) {
                              progress = std::make_unique<Progress>(flags.progress_style(),
                                                                    "scoring", total, "tokens");
                            }
                            progress->Update(done);
                          }});
  if (progress) progress->Finish();
  eval::CompressorComparison compressors;
  if (flags.compare) compressors = eval::CompareCompressors(context, documents);
  (*json)["result"] = ToJson(evaluation);
  if (flags.compare) (*json)["compressors"] = ToJson(compressors);
  tables->push_back(ResultTable(flags, evaluation, compressors));
}

Json TaskListJson() {
  Json list = QuestionTasksJson();
  for (const Task& task : kTasks) list.push_back({{"name", task.name}, {"what", task.what}});
  return list;
}

void RunEval(const Flags& flags) {
  if (flags.list) {
    if (flags.json) return fmt::print("{}\n", TaskListJson().dump());
    for (const Task& task : kTasks) fmt::print("{:<15}{}\n", task.name, task.what);
    return ListQuestionTasks();
  }
  CheckFlags(flags);
  if (AsksQuestions(flags)) return AskQuestions(flags);
  const Context context = flags.MakeContext();
  const Precision precision = PrecisionNamed(flags.precision, context);
  const infer::LoadedModel model = infer::LoadModel(
      context, flags.model, {.tokenizer = flags.tokenizer, .precision = precision});
  if (flags.wants("bpb") && model.tokenizer->bos_id() < 0) {
    throw Error("bits per byte begin with BOS, which this model's tokenizer does not have",
                "--tasks bpb", "ask for perplexity, which leaves each window's first token out");
  }
  const std::vector<eval::HeldOutDocument> documents =
      flags.folder.empty() ? ReadTexts(context, flags.texts, *model.tokenizer, flags.limit)
                           : ReadHeldOut(context, flags.folder, *model.tokenizer, flags.limit);
  Json json = {{"model", flags.model}, {"tasks", flags.tasks}};
  std::vector<eval::Table> tables;
  if (flags.wants("bpb")) ScoreDocuments(context, flags, model, documents, &json, &tables);
  if (flags.wants("perplexity") || flags.wants("kl")) {
    WindowResults windows = RunWindowTasks(context, flags,
                                           {.perplexity = flags.wants("perplexity"),
                                            .kl = flags.wants("kl"),
                                            .window = flags.window,
                                            .against = flags.against,
                                            .precision = precision},
                                           model, documents);
    json.update(windows.json);
    tables.insert(tables.end(), windows.tables.begin(), windows.tables.end());
  }
  if (!flags.out.empty()) WriteResult(flags.out, "Evaluation of " + flags.model, json, tables);
  if (flags.json) {
    fmt::print("{}\n", json.dump());
    return;
  }
  for (const eval::Table& table : tables) {
    if (&table != &tables.front()) fmt::print("\n");
    PrintTable(table);
  }
}

}  // namespace

void AddEvalCommand(CLI::App* app) {
  static Flags flags;
  CLI::App* command = AddCommand(
      app, "eval", "Measure a model: tasks of the paper, bits per byte, perplexity, divergence",
      &flags, [] { RunEval(flags); });
  AddEvalCompareCommand(command);
  AddEvalFiguresCommand(command);
  AddEvalCardCommand(command);
  AddEvalFetchCommand(command);
  AddEvalJudgeCommand(command);
  command->add_option("model", flags.model,
                      "Model: a run, a checkpoint, another format, or the address of an endpoint");
  command->add_option("--tasks", flags.tasks, "Tasks, separated by commas")
      ->delimiter(',')
      ->transform([](std::string name) { return CLI::detail::trim(name); })
      ->capture_default_str();
  command->add_flag("--list", flags.list, "List the tasks");
  command->add_option("--text", flags.texts, "Text files, each one document; .jsonl: one per line");
  command->add_option(
      "--data", flags.folder,
      "Corpus folder, whose held-out documents are scored; for tasks with questions "
      "the folder of the sets");
  command->add_option("--limit", flags.limit, "Documents per source, questions per task (0: all)")
      ->check(AtLeast0())
      ->capture_default_str();
  command
      ->add_option("--context", flags.context, "Tokens in a window of bpb (0: the model's context)")
      ->check(AtLeast0());
  command
      ->add_option("--window", flags.window,
                   "Tokens in a window of llama.cpp's rule, for perplexity and kl")
      ->check(CLI::Range(int64_t{4}, int64_t{1} << 24))
      ->capture_default_str();
  flags.AddTo(command);
  command->add_option("--against", flags.against,
                      "The original that MODEL was made of, for the task kl");
  command->add_option("--stride", flags.stride, "Tokens by which windows of bpb advance (0: half)")
      ->check(AtLeast0());
  command->add_flag("--compare", flags.compare, "Also compress the same text with xz and zstd");
  command->add_option("--tokenizer", flags.tokenizer, "Tokenizer (default: beside the model)");
  AddPrecisionFlag(command, &flags.precision);
  AddDeviceFlag(command, &flags);
  command->add_option("--out", flags.out, "Write the result: .json, .html or .md");
  command->add_flag("--force", flags.force, "Overwrite --out and --samples");
  command->footer(
      "Examples: cria eval 7b --tasks boolq,piqa,hellaswag,mmlu --data sets --out tables.html\n"
      "          cria eval runs/demo/train --tasks bpb --data runs/demo/corpus --compare\n"
      "          cria eval 7b-q4_0.gguf --tasks perplexity,kl --text wiki.test.raw --against 7b");
}

}  // namespace cria::app
