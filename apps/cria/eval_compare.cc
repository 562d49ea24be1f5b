// The comparison as a table, a forest plot and examples of questions that only one model got right.
#include "eval_compare.h"

#include <cmath>

#include "base/error.h"
#include "base/utf8.h"
#include "eval/compare/comparison.h"
#include "eval/compare/forest_plot.h"
#include "eval/report_page.h"
#include "output_path.h"
#include "result_table.h"

namespace cria::app {
namespace {

constexpr size_t kPromptBytes = 800;

struct Flags : CommonFlags {
  std::string a, b, metric, out;
  std::vector<std::string> lower_is_better;
  int64_t examples = 0;
  bool allow_different_prompts = false, force = false;
};

// Metrics are mostly shares; what is not must not fill the line.
std::string Number(double value, bool sign = false) {
  const bool large = std::abs(value) >= 1e5;
  if (sign) return large ? fmt::format("{:+.4g}", value) : fmt::format("{:+.4f}", value);
  return large ? fmt::format("{:.4g}", value) : fmt::format("{:.4f}", value);
}

std::string ChanceText(double p) {
  if (p == 0) return "<1e-300";
  return p < 1e-4 ? fmt::format("{:.1e}", p) : fmt::format("{:.4f}", p);
}

std::vector<std::string> Row(const std::string& name, const std::string& metric,
                             const eval::PairedOutcome& outcome, const std::string& holm,
                             const std::string& verdict) {
  return {name,
          verdict,
          metric,
          std::to_string(outcome.pairs),
          Number(outcome.mean_a),
          Number(outcome.mean_b),
          Number(outcome.difference, true),
          Number(outcome.standard_error),
          fmt::format("[{}, {}]", Number(outcome.low, true), Number(outcome.high, true)),
          std::to_string(outcome.a_higher),
          std::to_string(outcome.b_higher),
          std::to_string(outcome.ties),
          ChanceText(outcome.p),
          holm};
}

eval::Table ResultTable(const eval::Comparison& comparison) {
  eval::Table table{.caption = fmt::format("A: {}; B: {}. Higher counts as better, but where said.",
                                           comparison.a.string(), comparison.b.string()),
                    .columns = {{"Task"},
                                {"Verdict"},
                                {"Metric"},
                                {"Pairs", true},
                                {"A", true},
                                {"B", true},
                                {"B - A", true},
                                {"SE", true},
                                {"95 % interval", true},
                                {"A higher", true},
                                {"B higher", true},
                                {"Ties", true},
                                {"p", true},
                                {"p (Holm)", true}},
                    .rows = {},
                    .total_row = comparison.overall.has_value()};
  for (const eval::TaskComparison& task : comparison.tasks) {
    table.rows.push_back(Row(task.task,
                             task.metric + (task.lower_is_better ? ", lower is better" : ""),
                             task.outcome, ChanceText(task.holm_p), eval::Verdict(task)));
  }
  if (comparison.overall) {
    const eval::PairedOutcome& overall = *comparison.overall;
    table.rows.push_back(Row("Overall", "", overall, "", eval::OverallVerdict(comparison)));
  }
  return table;
}

// How the numbers were made, and what must be known of them.
std::vector<std::string> Notes(const eval::Comparison& comparison) {
  std::vector<std::string> notes = {fmt::format(
      "SE: of the mean difference of pairs. Interval: percentiles of a paired bootstrap of {} "
      "resamples. p, two-sided: exact McNemar test where values are 0 and 1, else sign flips of "
      "the differences. Questions count as independent of each other. Verdicts are at the level "
      "of 5 %, of tasks by p after Holm's correction for their number.",
      eval::kResamples)};
  if (comparison.overall) {
    notes.push_back(
        "Overall: every task weighs alike, whatever its number of questions. The resamples are "
        "drawn within tasks; p is of sign flips of the mean of the tasks' differences.");
  }
  notes.insert(notes.end(), comparison.notes.begin(), comparison.notes.end());
  return notes;
}

eval::Charts Picture(const eval::Comparison& comparison) {
  eval::ForestPlot plot{.title = "B - A",
                        .subtitle =
                            "mean difference with its 95 % interval; a difference that is "
                            "shown is red",
                        .left = "A higher",
                        .right = "B higher"};
  const auto add = [&](const std::string& name, const eval::PairedOutcome& outcome, double p,
                       bool pooled) {
    plot.rows.push_back(
        {name, outcome.difference, outcome.low, outcome.high, p < eval::kLevel, pooled});
  };
  for (const eval::TaskComparison& task : comparison.tasks) {
    add(task.task, task.outcome, task.holm_p, false);
  }
  if (comparison.overall) add("Overall", *comparison.overall, comparison.overall->p, true);
  return {{{"differences", plot.title, eval::RenderForestPlot(plot)}}};
}

struct Example {
  std::string title;
  std::string prompt, rest;
  Json json;
};

std::string LastPart(const std::string& text) {
  if (text.size() <= kPromptBytes) return text;
  size_t begin = text.size() - kPromptBytes;
  while (begin < text.size() && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) ++begin;
  return "..." + text.substr(begin);
}

// The first of the texts that a model wrote, one or several.
std::string Written(const Json& line, const char* who, const std::string& where) {
  if (!line.contains("written")) return "";
  if (line["written"].is_string()) {
    return fmt::format("\n  {}: {}", who, line["written"].get<std::string>());
  }
  const auto texts = JsonGet<std::vector<std::string>>(line, "written", where);
  if (texts.empty()) return "";
  const std::string of = texts.size() > 1 ? fmt::format(" (1 of {})", texts.size()) : "";
  return fmt::format("\n  {}{}: {}", who, of, texts[0]);
}

// The alternatives with who picked them, or what was written.
std::string Outcome(const Json& a, const Json& b, const std::vector<std::string>& contexts,
                    const std::string& where_a, const std::string& where_b) {
  std::string text;
  const auto choices = JsonGetOr<std::vector<std::string>>(a, "choices", {}, where_a);
  const auto gold = JsonGetOr<int64_t>(a, "gold", -1, where_a);
  const auto picked_a = JsonGetOr<int64_t>(a, "picked", -1, where_a);
  const auto picked_b = JsonGetOr<int64_t>(b, "picked", -1, where_b);
  for (size_t c = 0; c < choices.size(); ++c) {
    const auto number = static_cast<int64_t>(c);
    const bool own = contexts.size() == choices.size() && contexts.size() > 1;
    text += fmt::format("\n  {:5} {:1} {:1}  {}{}", number == gold ? "right" : "",
                        number == picked_a ? "A" : "", number == picked_b ? "B" : "",
                        own ? LastPart(contexts[c]) + " |" : "", choices[c]);
  }
  for (const std::string& answer : JsonGetOr<std::vector<std::string>>(a, "answers", {}, where_a)) {
    text += "\n  right: " + answer;
  }
  return text + Written(a, "A", where_a) + Written(b, "B", where_b);
}

Example MakeExample(const eval::TaskComparison& task, const eval::QuestionPair& pair, const Json& a,
                    const Json& b) {
  const std::string where_a = fmt::format("{}:{}", task.log_a.string(), pair.line_a);
  const std::string where_b = fmt::format("{}:{}", task.log_b.string(), pair.line_b);
  const auto id = JsonGet<std::string>(a, "id", where_a);
  const bool answers = task.outcome.method == eval::PairedMethod::kMcNemar;
  const std::string who = answers ? (pair.a > pair.b ? "A right, B wrong" : "B right, A wrong")
                                  : fmt::format("A {:.4g}, B {:.4g}", pair.a, pair.b);
  const auto contexts = JsonGetOr<std::vector<std::string>>(a, "contexts", {}, where_a);
  const bool shared =
      !contexts.empty() && std::equal(contexts.begin() + 1, contexts.end(), contexts.begin());
  Example example{
      .title = fmt::format("{}, {}: {}", task.task, who, id),
      .prompt = shared ? LastPart(contexts[0]) : "",
      .rest = Outcome(a, b, shared ? std::vector<std::string>{} : contexts, where_a, where_b),
      .json = {{"task", task.task}, {"id", id}}};
  example.json.update({{"value_a", pair.a}, {"value_b", pair.b}, {"a", a}, {"b", b}});
  return example;
}

std::vector<Example> FindExamples(const eval::Comparison& comparison, int64_t count) {
  std::vector<Example> examples;
  for (const eval::TaskComparison& task : comparison.tasks) {
    std::vector<eval::QuestionPair> pairs = eval::LargestDifferences(task, false, count);
    const auto other = eval::LargestDifferences(task, true, count);
    pairs.insert(pairs.end(), other.begin(), other.end());
    std::set<int64_t> of_a, of_b;
    for (const eval::QuestionPair& pair : pairs) {
      of_a.insert(pair.line_a), of_b.insert(pair.line_b);
    }
    const auto lines_a = eval::ReadSampleLines(task.log_a, of_a);
    const auto lines_b = eval::ReadSampleLines(task.log_b, of_b);
    for (const eval::QuestionPair& pair : pairs) {
      examples.push_back(MakeExample(task, pair, lines_a.at(pair.line_a), lines_b.at(pair.line_b)));
    }
  }
  return examples;
}

// A log is foreign text: control characters would reach the terminal.
std::string Printable(const std::string& text) {
  std::string out;
  for (std::string_view rest = text; !rest.empty();) {
    const Utf8Char c = DecodeUtf8(rest);
    const bool control =
        (c.code < 0x20 && c.code != '\n' && c.code != '\t') || (c.code >= 0x7F && c.code < 0xA0);
    AppendUtf8(control || !c.valid ? 0xFFFD : c.code, &out);
    rest.remove_prefix(static_cast<size_t>(c.length));
  }
  return out;
}

std::vector<eval::Block> Blocks(const eval::Comparison& comparison,
                                const std::vector<Example>& examples) {
  std::vector<eval::Block> blocks = {ResultTable(comparison), Picture(comparison)};
  for (std::string& note : Notes(comparison)) {
    blocks.push_back(eval::Paragraph{std::move(note)});
  }
  if (!examples.empty()) blocks.push_back(eval::Heading{"Questions that set them apart"});
  for (const Example& example : examples) {
    blocks.push_back(eval::Paragraph{example.title});
    blocks.push_back(eval::Code{example.prompt + example.rest});
  }
  return blocks;
}

void RunCompare(const Flags& flags) {
  if (!flags.out.empty()) RequireReport(flags.out, flags.force, "--out");
  const Context context = flags.MakeContext();
  const eval::Comparison comparison = eval::CompareSamples(
      context, flags.a, flags.b,
      {.metric = flags.metric,
       .allow_different_prompts = flags.allow_different_prompts,
       .lower_is_better = {flags.lower_is_better.begin(), flags.lower_is_better.end()},
       .seed = flags.seed});
  const std::vector<Example> examples = FindExamples(comparison, flags.examples);
  Json json = eval::ToJson(comparison);
  json["seed"] = flags.seed;
  for (const Example& example : examples) json["examples"].push_back(example.json);
  if (!flags.out.empty()) {
    WriteBlocks(flags.out, "Two models compared", json, Blocks(comparison, examples));
  }
  if (flags.json) return fmt::print("{}\n", json.dump());
  PrintTable(ResultTable(comparison));
  for (const std::string& note : Notes(comparison)) fmt::print("\n{}\n", Printable(note));
  for (const Example& example : examples) {
    fmt::print("\n=== {}\n{}\n", Printable(example.title),
               Printable(example.prompt + example.rest));
  }
}

}  // namespace

void AddEvalCompareCommand(CLI::App* eval) {
  static Flags flags;
  CLI::App* c = AddCommand(eval, "compare", "Paired tests between the samples of two evaluations",
                           &flags, [] { RunCompare(flags); });
  c->add_option("A", flags.a, "Folder that `cria eval --samples` wrote of one model")->required();
  c->add_option("B", flags.b, "The same of the other")->required();
  c->add_option("--metric", flags.metric, "Metric to compare (default: each task's headline)");
  c->add_option("--lower-is-better", flags.lower_is_better,
                "Metrics of which less is better, separated by commas, beside those of harm")
      ->delimiter(',');
  c->add_option("--examples", flags.examples,
                "Show so many questions of each task that A alone got right, and B alone")
      ->check(AtLeast0())
      ->capture_default_str();
  c->add_flag("--allow-different-prompts", flags.allow_different_prompts,
              "Pair the same questions although they were put in other words");
  c->add_option("--out", flags.out, "Write the result: .json, .html or .md");
  c->add_flag("--force", flags.force, "Overwrite --out");
  c->footer(
      "Example: cria eval 7b --tasks arc_easy,piqa --data sets --samples a\n"
      "         cria eval 7b-q4_0.gguf --tasks arc_easy,piqa --data sets --samples b\n"
      "         cria eval compare a b --examples 3 --out compare.html");
}

}  // namespace cria::app
