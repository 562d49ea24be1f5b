// Reads the layout of lm-evaluation-harness, with what cria adds to it where that is there.
#include "eval/report/card_results.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"

namespace cria::eval {
namespace {

constexpr size_t kMostGroups = 20;  // MMLU has 61: its file lists them
constexpr std::string_view kMetricEnd = ",none", kErrorEnd = "_stderr,none";

struct Score {
  std::string task, title, metric = {};
  double value = 0, error = -1, chance = -1;  // below 0: not known
  int64_t questions = 0, whole = 0, shots = -1;
  std::map<std::string, Score> groups = {};
};

// The headline; where the file names none the first metric.
bool FindHeadline(const Json& entry, const std::string& where, Score* score) {
  for (const auto& [key, value] : entry.items()) {
    if (!key.ends_with(kMetricEnd) || key.ends_with(kErrorEnd) || !value.is_number()) continue;
    score->metric = key.substr(0, key.size() - kMetricEnd.size());
    score->value = value.get<double>();
    const std::string error = score->metric + std::string(kErrorEnd);
    if (entry.contains(error) && entry[error].is_number()) {
      score->error = JsonGet<double>(entry, error.c_str(), where);
    }
    return true;
  }
  return false;
}

Score ScoreOf(const std::string& task, const Json& entry, const Json& file,
              const std::string& where) {
  Score score{.task = task, .title = JsonGetOr<std::string>(entry, "alias", task, where)};
  FindHeadline(entry, where, &score);
  score.chance = JsonGetOr(entry, "chance", -1.0, where);
  const Json shots = JsonGetOr<Json>(file, "n-shot", Json::object(), where);
  score.shots = JsonGetOr<int64_t>(shots, task.c_str(), -1, where);
  const Json samples = JsonGetOr<Json>(file, "n-samples", Json::object(), where);
  const Json own = JsonGetOr<Json>(samples, task.c_str(), Json::object(), where);
  score.questions =
      JsonGetOr<int64_t>(own, "counted", JsonGetOr<int64_t>(own, "effective", 0, where), where);
  score.whole =
      JsonGetOr<int64_t>(own, "whole_set", JsonGetOr<int64_t>(own, "original", 0, where), where);
  const Json groups = JsonGetOr<Json>(entry, "groups", Json::object(), where);
  for (const auto& [name, group] : groups.items()) {
    score.groups[name] = {.task = task,
                          .title = name,
                          .value = JsonGet<double>(group, "value", where),
                          .error = JsonGetOr(group, "stderr", -1.0, where),
                          .questions = JsonGetOr<int64_t>(group, "questions", 0, where)};
  }
  return score;
}

// Of a file of tasks; a file of scored text has none.
std::vector<Score> ScoresOf(const CardResult& result) {
  std::vector<Score> scores;
  const Json tasks = JsonGetOr<Json>(result.json, "results", Json::object(), result.file);
  for (const auto& [task, entry] : tasks.items()) {
    if (!entry.is_object()) throw Error("a result is no object", result.file, "evaluate again");
    Score score = ScoreOf(task, entry, result.json, result.file);
    if (!score.metric.empty()) scores.push_back(std::move(score));
  }
  return scores;
}

std::vector<Score> AllScores(const std::vector<CardResult>& results) {
  std::vector<Score> all;
  for (const CardResult& result : results) {
    const std::vector<Score> scores = ScoresOf(result);
    all.insert(all.end(), scores.begin(), scores.end());
  }
  return all;
}

// Of `cria eval --tasks bpb`, or the evaluation.json of `cria raise`; null: neither.
Json TextTotal(const CardResult& result) {
  const Json inner = JsonGetOr<Json>(result.json, "result", Json(), result.file);
  const Json& text = inner.is_object() ? inner : result.json;
  const Json total = JsonGetOr<Json>(text, "total", Json(), result.file);
  return total.is_object() && total.contains("bits_per_byte") ? total : Json();
}

std::string Percent(const Score& score) {
  std::string text = fmt::format("{:.1f}", 100 * score.value);
  return score.error > 0 ? text + fmt::format(" ± {:.1f}", 100 * score.error) : text;
}

std::string Questions(const Score& score) {
  if (score.questions == 0) return "-";
  return score.whole > score.questions ? fmt::format("{} of {}", score.questions, score.whole)
                                       : std::to_string(score.questions);
}

Table ScoreTable(const std::vector<Score>& scores) {
  Table table{.caption = "Tasks: scores in % with their standard errors",
              .columns = {{"Task"},
                          {"Shots", true},
                          {"Questions", true},
                          {"Score", true},
                          {"Chance", true},
                          {"Metric"}},
              .rows = {}};
  for (const Score& score : scores) {
    table.rows.push_back({score.title, score.shots < 0 ? "-" : std::to_string(score.shots),
                          Questions(score), Percent(score),
                          score.chance < 0 ? "-" : fmt::format("{:.1f}", 100 * score.chance),
                          score.metric});
  }
  return table;
}

Table GroupTable(const Score& score) {
  Table table{.caption = fmt::format("{} by category, in %", score.title),
              .columns = {{"Category"}, {"Questions", true}, {"Score", true}},
              .rows = {},
              .total_row = true};
  for (const auto& [name, group] : score.groups) {
    table.rows.push_back({name, Questions(group), Percent(group)});
  }
  table.rows.push_back({"All", Questions(score), Percent(score)});
  return table;
}

// Of `cria eval --tasks perplexity`: one a rule of windows.
const Json* Perplexities(const CardResult& result) {
  const auto found = result.json.find("perplexity");
  return found != result.json.end() && found->is_array() && !found->empty() ? &*found : nullptr;
}

void AddPerplexities(const std::vector<CardResult>& results, std::vector<Block>* blocks) {
  Table table{.caption = "Perplexity per token of text in windows, by the rule of the windows",
              .columns = {{"File"}, {"Rule"}, {"Perplexity", true}},
              .rows = {}};
  for (const CardResult& result : results) {
    const Json* rules = Perplexities(result);
    if (rules == nullptr) continue;
    for (const Json& rule : *rules) {
      const Json value = JsonGet<Json>(rule, "perplexity", result.file);
      table.rows.push_back(
          {result.file, JsonGet<std::string>(rule, "rule", result.file),
           fmt::format("{:.3f} ± {:.3f}", JsonGet<double>(value, "value", result.file),
                       JsonGet<double>(value, "standard_error", result.file))});
    }
  }
  if (!table.rows.empty()) blocks->push_back(std::move(table));
}

void AddTexts(const std::vector<CardResult>& results, std::vector<Block>* blocks) {
  Table table{.caption = "Held-out text",
              .columns = {{"File"},
                          {"Documents", true},
                          {"Bytes", true},
                          {"Bits per byte", true},
                          {"Perplexity per token", true}},
              .rows = {}};
  for (const CardResult& result : results) {
    const Json total = TextTotal(result);
    if (total.is_null()) continue;
    table.rows.push_back(
        {result.file, std::to_string(JsonGetOr<int64_t>(total, "documents", 0, result.file)),
         std::to_string(JsonGetOr<int64_t>(total, "bytes", 0, result.file)),
         fmt::format("{:.3f}", JsonGet<double>(total, "bits_per_byte", result.file)),
         fmt::format("{:.2f}", JsonGetOr(total, "perplexity", 0.0, result.file))});
  }
  if (!table.rows.empty()) blocks->push_back(std::move(table));
}

struct Harm {
  const char* what;
  std::vector<std::string_view> tasks;
};
const Harm kHarms[] = {{"toxicity", {"toxicity_basic", "toxicity_respectful"}},
                       {"stereotypes", {"crows_pairs"}},
                       {"genders in occupations", {"winogender"}},
                       {"truthfulness", {"truthfulqa_mc1", "truthfulqa_mc2", "truthfulqa"}}};

}  // namespace

void AddResults(const std::vector<CardResult>& results, std::vector<Block>* blocks) {
  for (const CardResult& result : results) {
    if (!ScoresOf(result).empty() || !TextTotal(result).is_null() ||
        Perplexities(result) != nullptr) {
      continue;
    }
    throw Error("no scores in this file", "--results " + result.file,
                "give a file that cria eval MODEL --out FILE.json wrote");
  }
  if (results.empty()) {
    blocks->push_back(Paragraph{"Results: not measured; --results takes files of cria eval."});
    return;
  }
  const std::vector<Score> scores = AllScores(results);
  if (!scores.empty()) blocks->push_back(ScoreTable(scores));
  for (const Score& score : scores) {
    if (!score.groups.empty() && score.groups.size() <= kMostGroups) {
      blocks->push_back(GroupTable(score));
    }
  }
  AddTexts(results, blocks);
  AddPerplexities(results, blocks);
  for (const CardResult& result : results) {
    if (!result.note.empty()) blocks->push_back(Paragraph{result.note});
    if (ScoresOf(result).empty()) continue;
    for (const std::string& note :
         JsonGetOr<std::vector<std::string>>(result.json, "notes", {}, result.file)) {
      blocks->push_back(Paragraph{note});
    }
  }
}

std::vector<std::string> EvaluatedSets(const std::vector<CardResult>& results) {
  std::vector<std::string> sets;
  for (const Score& score : AllScores(results)) {
    sets.push_back(score.questions > 0
                       ? fmt::format("{}, {} questions", score.title, Questions(score))
                       : score.title);
  }
  for (const CardResult& result : results) {
    const Json total = TextTotal(result);
    if (total.is_null()) continue;
    sets.push_back(fmt::format("held-out text, {} documents",
                               JsonGetOr<int64_t>(total, "documents", 0, result.file)));
  }
  return sets;
}

std::string MeasureSentence(const std::vector<CardResult>& results) {
  std::set<std::string> names;
  for (const Score& score : AllScores(results)) names.insert(score.metric);
  for (const CardResult& result : results) {
    if (!TextTotal(result).is_null()) names.insert("bits per byte");
    if (Perplexities(result) != nullptr) names.insert("perplexity per token");
  }
  return names.empty() ? "None were taken." : fmt::format("{}.", fmt::join(names, ", "));
}

std::string HarmSentence(const std::vector<CardResult>& results) {
  std::set<std::string> measured;
  for (const Score& score : AllScores(results)) measured.insert(score.task);
  std::vector<std::string> done, missing, tasks;
  for (const Harm& harm : kHarms) {
    const bool is_measured =
        std::any_of(harm.tasks.begin(), harm.tasks.end(),
                    [&](std::string_view task) { return measured.contains(std::string(task)); });
    (is_measured ? done : missing).push_back(harm.what);
    if (!is_measured) tasks.emplace_back(harm.tasks[0]);
  }
  std::string text;
  if (!done.empty()) text = fmt::format("Measured: {}, in the tables.", fmt::join(done, ", "));
  if (missing.empty()) return text;
  return text + fmt::format("{}Not measured: {} (cria eval --tasks {} measures them).",
                            text.empty() ? "" : " ", fmt::join(missing, ", "),
                            fmt::join(tasks, ","));
}

}  // namespace cria::eval
