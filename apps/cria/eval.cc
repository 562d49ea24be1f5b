// `cria eval`: scores a model on text and compares it with compressors.
#include <spdlog/spdlog.h>

#include <cstdio>

#include "base/error.h"
#include "base/units.h"
#include "command.h"
#include "eval/bits_per_byte.h"
#include "eval/llama_language_model.h"
#include "eval/report_page.h"
#include "held_out.h"
#include "infer/load.h"

namespace cria::app {
namespace {

struct Task {
  const char *name, *what;
};
constexpr Task kTasks[] = {
    {"bpb", "bits per byte of held-out text, in all and per source"},
    {"perplexity", "perplexity per token of the same text"},
};

struct Flags : CommonFlags {
  std::string model, tokenizer, data, out;
  std::vector<std::string> tasks = {"bpb", "perplexity"};
  std::vector<std::string> texts;
  int64_t limit = 0, stride = 0, context = 0;
  bool list = false, compare = false, force = false;
};

std::string Format(double value, int digits) { return fmt::format("{:.{}f}", value, digits); }

// The results as a table: for people on stdout, and as a page in a file.
eval::Table ResultTable(const Flags& flags, const eval::TextEvaluation& evaluation,
                        const eval::CompressorComparison& compressors) {
  const auto wants = [&](const char* task) {
    return std::find(flags.tasks.begin(), flags.tasks.end(), task) != flags.tasks.end();
  };
  eval::Table table{
      .caption = evaluation.rule, .columns = {{"Source"}}, .rows = {}, .total_row = true};
  if (wants("bpb")) table.columns.push_back({"Bits/byte", true});
  if (flags.compare)
    table.columns.insert(table.columns.end(), {{"xz -9e", true}, {"zstd -22", true}});
  if (wants("perplexity")) table.columns.push_back({"Perplexity", true});
  for (const char* title : {"Documents", "Bytes", "Tokens"}) table.columns.push_back({title, true});
  const auto add = [&](const std::string& name, const eval::TextScore& score,
                       const eval::CompressedSize& size) {
    std::vector<std::string> row = {name};
    if (wants("bpb")) row.push_back(Format(score.bits_per_byte(), 4));
    if (flags.compare) {
      const double bytes = std::max<double>(1, static_cast<double>(size.bytes));
      row.push_back(Format(8.0 * static_cast<double>(size.xz_bytes) / bytes, 4));
      row.push_back(Format(8.0 * static_cast<double>(size.zstd_bytes) / bytes, 4));
    }
    if (wants("perplexity")) row.push_back(Format(score.perplexity(), 3));
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

void PrintTable(const eval::Table& table) {
  std::vector<size_t> widths;
  for (const auto& column : table.columns) widths.push_back(column.title.size());
  for (const auto& row : table.rows) {
    for (size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  }
  const auto print = [&](size_t c, const std::string& cell) {
    if (table.columns[c].numeric) {
      fmt::print("{:>{}}  ", cell, widths[c]);
    } else {
      fmt::print("{:<{}}  ", cell, widths[c]);
    }
  };
  for (size_t c = 0; c < widths.size(); ++c) print(c, table.columns[c].title);
  fmt::print("\n");
  for (const auto& row : table.rows) {
    for (size_t c = 0; c < row.size(); ++c) print(c, row[c]);
    fmt::print("\n");
  }
  fmt::print("\n{}\n", table.caption);
}

// By the file's ending: .json, .html or Markdown.
void WriteReport(const Flags& flags, const Json& json, const eval::Table& table) {
  const fs::path path(flags.out);
  if (path.extension() == ".json") return WriteJson(path, json);
  const eval::Page page{.title = "Evaluation of " + flags.model,
                        .subtitle = fmt::format("cria {}", CRIA_VERSION),
                        .blocks = {table}};
  WriteFile(path, path.extension() == ".html" ? eval::RenderHtml(page)
                                              : eval::RenderMarkdown(page, "report"));
}

void CheckFlags(const Flags& flags) {
  for (const std::string& task : flags.tasks) {
    const bool known = std::any_of(std::begin(kTasks), std::end(kTasks),
                                   [&](const Task& t) { return task == t.name; });
    if (!known) {
      throw Error(fmt::format("unknown task \"{}\"", task), "--tasks",
                  "cria eval --list shows the tasks");
    }
  }
  if (flags.model.empty()) throw Error("no model given", "cria eval", "name a model or use --list");
  if (flags.data.empty() == flags.texts.empty()) {
    throw Error("the text to score must be given once", "--text, --data",
                "give text files or a corpus folder");
  }
  if (flags.out.empty()) return;
  RequireAbsent(flags.out, flags.force);
  const fs::path folder = fs::absolute(flags.out).parent_path();
  if (!fs::is_directory(folder))
    throw Error("no such folder", "--out " + folder.string(), "make it");
}

void RunEval(const Flags& flags) {
  if (flags.list) {
    for (const Task& task : kTasks) fmt::print("{:<12}{}\n", task.name, task.what);
    return;
  }
  CheckFlags(flags);
  const Context context = flags.MakeContext();
  const infer::LoadedModel model =
      infer::LoadModel(context, flags.model, {.tokenizer = flags.tokenizer});
  if (flags.context > model.config.max_seq_len) {
    throw Error(
        fmt::format("windows of {} tokens, a model of {}", flags.context, model.config.max_seq_len),
        "--context", "lower it");
  }
  const std::vector<eval::HeldOutDocument> documents =
      flags.data.empty() ? ReadTexts(context, flags.texts, *model.tokenizer, flags.limit)
                         : ReadHeldOut(context, flags.data, *model.tokenizer, flags.limit);
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
  Json json = {{"model", flags.model}, {"tasks", flags.tasks}, {"result", ToJson(evaluation)}};
  if (flags.compare) json["compressors"] = ToJson(compressors);
  const eval::Table table = ResultTable(flags, evaluation, compressors);
  if (!flags.out.empty()) WriteReport(flags, json, table);
  if (flags.json) {
    fmt::print("{}\n", json.dump());
  } else {
    PrintTable(table);
  }
}

}  // namespace

void AddEvalCommand(CLI::App* app) {
  static Flags flags;
  CLI::App* command =
      AddCommand(app, "eval", "Measure a model: bits per byte and perplexity of text", &flags,
                 [] { RunEval(flags); });
  command->add_option("model", flags.model, "Model: a run, a checkpoint, or another format");
  command->add_option("--tasks", flags.tasks, "Tasks, separated by commas")
      ->delimiter(',')
      ->capture_default_str();
  command->add_flag("--list", flags.list, "List the tasks");
  command->add_option("--text", flags.texts, "Text files, each one document; .jsonl: one per line");
  command->add_option("--data", flags.data, "Corpus folder: its held-out documents are scored");
  command->add_option("--limit", flags.limit, "Documents per source (0: all)")
      ->check(AtLeast0())
      ->capture_default_str();
  command->add_option("--context", flags.context, "Tokens in a window (0: the model's context)")
      ->check(AtLeast0());
  command->add_option("--stride", flags.stride, "Tokens by which windows advance (0: half of one)")
      ->check(AtLeast0());
  command->add_flag("--compare", flags.compare, "Also compress the same text with xz and zstd");
  command->add_option("--tokenizer", flags.tokenizer, "Tokenizer (default: beside the model)");
  command->add_option("--out", flags.out, "Write the result: .json, .html, or Markdown");
  command->add_flag("--force", flags.force, "Overwrite --out");
  command->footer(
      "Example: cria eval runs/demo/train --tasks bpb --data runs/demo/corpus --compare");
}

}  // namespace cria::app
