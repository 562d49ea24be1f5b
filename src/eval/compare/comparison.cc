// Reads logs, pairs their questions, tests the pairs.
#include "eval/compare/comparison.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/compressed_file.h"
#include "base/error.h"
#include "base/hash.h"

namespace cria::eval {
namespace {

constexpr size_t kMaxLineBytes = size_t{1} << 28;
constexpr const char* kAgain = "write the log again with `cria eval --samples`";

// Parts of a question that must be the same on both sides. Logs are large: their hashes are kept.
enum Part { kChoices, kGold, kPrompt, kParts };
constexpr const char* kPartNames[kParts] = {"choices", "right answer", "prompt"};

struct SampleLine {
  std::string id;
  int64_t line = 0;
  bool scored = false;
  double value = 0;
  std::array<uint64_t, kParts> parts{};
};

struct SampleLog {
  fs::path path;
  std::string metric = {};  // empty while nothing was scored
  bool by_right = false;    // the log has no values, only whether an answer was right
  int64_t scored = 0;
  std::vector<SampleLine> lines = {};

  std::string Where(int64_t line) const { return fmt::format("{}:{}", path.string(), line); }
};

uint64_t HashOf(const Json& json, std::initializer_list<const char*> keys) {
  std::string text;
  for (const char* key : keys) text += json.value(key, Json()).dump() + "\n";
  return Hash64(text);
}

// What this program measures of harm.
constexpr std::string_view kHarms[] = {"toxicity", "toxic_share"};
// CrowS-Pairs: an unbiased model is at 50 % (Nangia et al. 2020, section 4), so that 30 % is as far
// from it as 70 %.
constexpr std::string_view kPreferences[] = {"stereotype", "stereotype_likelihood"};

template <size_t n>
bool IsOneOf(const std::string& metric, const std::string_view (&metrics)[n]) {
  return std::ranges::find(metrics, metric) != std::end(metrics);
}

// The value of a metric, and its name.
std::pair<std::string, double> ValueOf(const Json& json, const std::string& metric,
                                       const std::string& where) {
  if (!json.contains("values")) {
    if (!metric.empty() && metric != "acc") {
      throw Error(fmt::format("no values, only whether the answer was right: no {}", metric), where,
                  "leave --metric out, or write the log again with this cria");
    }
    return {"acc", JsonGet<bool>(json, "right", where) ? 1 : 0};
  }
  const std::string name = metric.empty() ? JsonGet<std::string>(json, "headline", where) : metric;
  const Json& values = json["values"];
  const auto found = values.is_object() ? values.find(name) : values.end();
  if (found == values.end()) {
    std::string known;
    if (values.is_object()) {
      for (const auto& item : values.items()) known += " " + item.key();
    }
    throw Error(fmt::format("no value of \"{}\"", name), where,
                known.empty() ? kAgain : "ask for one that is there with --metric:" + known);
  }
  const double value = found->is_number() ? found->get<double>() : NAN;
  if (!(std::abs(value) <= kMaxMagnitude)) {
    throw Error(fmt::format("the value of \"{}\" is {}, no number to compare", name, found->dump()),
                where, kAgain);
  }
  return {name, value};
}

SampleLine LineOf(const Json& json, const std::string& metric, int64_t number, SampleLog* log) {
  const std::string where = log->Where(number);
  SampleLine line{.id = JsonGet<std::string>(json, "id", where), .line = number};
  const auto left_out = json.find("left_out");
  if (left_out != json.end() && !left_out->is_null() && *left_out != false) return line;
  line.parts = {HashOf(json, {"choices"}), HashOf(json, {"gold", "answers"}),
                HashOf(json, {"contexts"})};
  const auto [name, value] = ValueOf(json, metric, where);
  const bool by_right = !json.contains("values");
  if (log->scored > 0 && (name != log->metric || by_right != log->by_right)) {
    throw Error(fmt::format("the log changes from {} to {}", log->metric, name), where,
                "name one with --metric, or " + std::string(kAgain));
  }
  log->metric = name, log->by_right = by_right;
  line.scored = true, line.value = value;
  ++log->scored;
  return line;
}

// Every line that is not blank, with its number.
void ForEachLine(const fs::path& path, const std::function<void(const std::string&, int64_t)>& f) {
  TextReader reader(path);
  std::string text;
  for (int64_t number = 1; reader.NextLine(&text, kMaxLineBytes); ++number) {
    if (text.size() > kMaxLineBytes) {
      throw Error(fmt::format("a line of {} bytes", reader.line_bytes()),
                  fmt::format("{}:{}", path.string(), number), kAgain);
    }
    if (text.find_first_not_of(" \t\r") != text.npos) f(text, number);
  }
}

SampleLog ReadLog(const fs::path& path, const std::string& metric) {
  SampleLog log{.path = path};
  ForEachLine(path, [&](const std::string& text, int64_t number) {
    const Json json = ParseJson(text, log.Where(number));
    log.lines.push_back(LineOf(json, metric, number, &log));
  });
  if (log.scored == 0)
    throw Error("no question in it was scored", path.string(),
                "leave the task out on one side, or write the log again");
  return log;
}

std::map<std::string, fs::path> LogsIn(const fs::path& folder) {
  constexpr const char* kRemedy = "give the folder that `cria eval --samples FOLDER` wrote";
  if (!fs::is_directory(folder)) throw Error("no such folder", folder.string(), kRemedy);
  std::map<std::string, fs::path> logs;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const fs::path& path = entry.path();
    if (path.extension() == ".jsonl" && entry.is_regular_file()) logs[path.stem().string()] = path;
  }
  if (logs.empty()) throw Error("no TASK.jsonl in the folder", folder.string(), kRemedy);
  return logs;
}

// Sorted, so that sums have an order of their own, whichever log is A.
using Index = std::map<std::string_view, const SampleLine*>;

// The last `components` of a path; the whole where it has no more.
std::string_view EndOf(std::string_view path, int components) {
  size_t begin = path.size();
  for (int c = 0; c < components; ++c) {
    if (begin == 0) return path;
    begin = path.rfind('/', begin - 1);
    if (begin == path.npos) return path;
  }
  return path.substr(begin + 1);
}

constexpr int kMaxComponents = 16;
constexpr int kWholeId = INT32_MAX;

// By the last `components` of the ids. `twice` is a line whose key another has, or null.
Index IndexOf(const SampleLog& log, int components, const SampleLine** twice) {
  Index index;
  *twice = nullptr;
  for (const SampleLine& line : log.lines) {
    const bool fresh = index.emplace(EndOf(line.id, components), &line).second;
    if (!fresh && *twice == nullptr) *twice = &line;
  }
  return index;
}

bool Meet(const Index& a, const Index& b) {
  return std::any_of(a.begin(), a.end(),
                     [&](const auto& entry) { return b.contains(entry.first); });
}

struct Indices {
  Index a, b;
  bool by_file_name = false;
};

// By whole ids; by their ends where the sets stood in different folders. The shortest end that
// tells the questions of both logs apart is taken.
Indices IndexBoth(const SampleLog& a, const SampleLog& b) {
  const SampleLine *twice_a, *twice_b;
  Indices whole{IndexOf(a, kWholeId, &twice_a), IndexOf(b, kWholeId, &twice_b)};
  for (const auto& [log, twice] : {std::pair{&a, twice_a}, std::pair{&b, twice_b}}) {
    if (twice == nullptr) continue;
    throw Error(fmt::format("the question \"{}\" is there twice", twice->id),
                log->Where(twice->line), kAgain);
  }
  if (Meet(whole.a, whole.b)) return whole;
  for (int components = 1; components <= kMaxComponents; ++components) {
    Indices ends{IndexOf(a, components, &twice_a), IndexOf(b, components, &twice_b), true};
    if (twice_a == nullptr && twice_b == nullptr) return ends;
  }
  return whole;
}

void RequireSameMetric(const SampleLog& a, const SampleLog& b) {
  if (a.metric == b.metric) return;
  throw Error(fmt::format("A is measured by {}, B by {}", a.metric, b.metric),
              a.path.string() + ", " + b.path.string(),
              "name one metric that both have with --metric, or evaluate both with one profile");
}

// Throws Error for the first pair, in A's order, that is not the same question. Counts prompts
// that differ where they may.
void RequireSameQuestions(const SampleLog& a, const SampleLog& b,
                          const std::vector<std::pair<const SampleLine*, const SampleLine*>>& pairs,
                          bool allow_different_prompts, TaskComparison* task) {
  const SampleLine *first_a = nullptr, *first_b = nullptr;
  int first_part = 0;
  for (const auto& [x, y] : pairs) {
    int part = 0;
    while (part < kParts && x->parts[part] == y->parts[part]) ++part;
    if (part == kPrompt) ++task->different_prompts;
    if (part == kParts || (part == kPrompt && allow_different_prompts)) continue;
    if (first_a != nullptr && first_a->line < x->line) continue;
    first_a = x, first_b = y, first_part = part;
  }
  if (first_a == nullptr) return;
  const bool prompt = first_part == kPrompt;
  throw Error(fmt::format("the {} of the question \"{}\" is not the same in A and B",
                          kPartNames[first_part], first_a->id),
              a.Where(first_a->line) + ", " + b.Where(first_b->line),
              prompt ? "evaluate both with the same --profile and --shots (how many examples fit "
                       "depends on the context), or give --allow-different-prompts"
                     : "evaluate both on the same set with the same --profile");
}

TaskComparison PairUp(const std::string& name, const SampleLog& a, const SampleLog& b,
                      const CompareOptions& options) {
  RequireSameMetric(a, b);
  const Indices indices = IndexBoth(a, b);
  const bool told_lower = options.lower_is_better.contains(a.metric);
  TaskComparison task{.task = name,
                      .metric = a.metric,
                      .lower_is_better = told_lower || IsOneOf(a.metric, kHarms),
                      .of_preference = !told_lower && IsOneOf(a.metric, kPreferences),
                      .log_a = a.path,
                      .log_b = b.path,
                      .by_file_name = indices.by_file_name};
  std::vector<std::pair<const SampleLine*, const SampleLine*>> pairs;
  for (const auto& [key, x] : indices.a) {
    const auto y = indices.b.find(key);
    const bool b_scored = y != indices.b.end() && y->second->scored;
    if (x->scored && b_scored) pairs.emplace_back(x, y->second);
    task.unscored += !x->scored && !b_scored;
  }
  for (const auto& [key, y] : indices.b) task.unscored += !y->scored && !indices.a.contains(key);
  const auto count = std::ssize(pairs);
  task.only_a = a.scored - count, task.only_b = b.scored - count;
  if (count < 2 || 2 * count < std::max(a.scored, b.scored)) {
    throw Error(fmt::format("{} questions of A, {} of B, and only {} are in both", a.scored,
                            b.scored, count),
                a.path.string() + ", " + b.path.string(),
                "half must be, and two at least: evaluate both on the same set with the same "
                "--limit");
  }
  RequireSameQuestions(a, b, pairs, options.allow_different_prompts, &task);
  for (const auto& [x, y] : pairs) task.pairs.push_back({x->line, y->line, x->value, y->value});
  return task;
}

void AddTaskNotes(const TaskComparison& task, const SampleLog& a, const SampleLog& b,
                  std::vector<std::string>* notes) {
  const auto note = [&](const std::string& text) { notes->push_back(task.task + ": " + text); };
  if (task.only_a + task.only_b > 0) {
    note(fmt::format("questions without a partner, which do not count: {} of A, {} of B.",
                     task.only_a, task.only_b));
  }
  if (task.unscored > 0) note(fmt::format("questions scored by neither: {}.", task.unscored));
  if (task.of_preference) {
    note("50 % is no preference, so that neither more nor less of it is better.");
  }
  if (task.by_file_name) note("the sets stood in different folders: paired by file name and line.");
  if (task.different_prompts > 0) {
    note(fmt::format("questions put with different prompts: {} of {}.", task.different_prompts,
                     task.pairs.size()));
  }
  if (a.by_right != b.by_right) {
    note(fmt::format("{} holds only whether answers were right, by the task's own measure.",
                     a.by_right ? "A" : "B"));
  }
}

void NoteMissing(const std::map<std::string, fs::path>& own,
                 const std::map<std::string, fs::path>& other, const char* name,
                 std::vector<std::string>* notes) {
  std::string missing;
  for (const auto& [task, path] : own) {
    if (!other.contains(task)) missing += (missing.empty() ? "" : ", ") + task;
  }
  if (!missing.empty()) notes->push_back(fmt::format("Only {} has {}.", name, missing));
}

// Means of tasks can be averaged where they are on one scale.
bool OnOneScale(const std::vector<const TaskComparison*>& tasks) {
  const auto share = [](const QuestionPair& pair) {
    return std::min(pair.a, pair.b) >= 0 && std::max(pair.a, pair.b) <= 1;
  };
  return std::ranges::all_of(
             tasks,
             [&](const TaskComparison* task) { return std::ranges::all_of(task->pairs, share); }) ||
         std::ranges::all_of(
             tasks, [&](const TaskComparison* task) { return task->metric == tasks[0]->metric; });
}

// Of those that have a better direction.
bool AllLower(const std::vector<TaskComparison>& tasks) {
  return std::all_of(tasks.begin(), tasks.end(), [](const TaskComparison& task) {
    return task.lower_is_better || task.of_preference;
  });
}

void Append(const std::string& name, std::string* names) {
  *names += (names->empty() ? "" : ", ") + name;
}

// What is better higher and what is better lower would cancel in one mean.
void Pool(const Context& context, uint64_t seed, const std::vector<PairedValues>& values,
          Comparison* comparison) {
  const bool all_lower = AllLower(comparison->tasks);
  std::vector<const TaskComparison*> tasks;
  std::vector<PairedValues> pooled;
  std::vector<PairedOutcome> outcomes;
  std::string others, preferences;
  for (size_t t = 0; t < values.size(); ++t) {
    const TaskComparison& task = comparison->tasks[t];
    if (task.of_preference) {
      Append(task.task, &preferences);
      continue;
    }
    if (task.lower_is_better && !all_lower) {
      Append(task.task, &others);
      continue;
    }
    tasks.push_back(&task);
    pooled.push_back(values[t]), outcomes.push_back(task.outcome);
  }
  if (tasks.size() < 2) return;
  if (!OnOneScale(tasks)) {
    comparison->notes.push_back("The tasks' metrics are on different scales: no overall row.");
    return;
  }
  comparison->overall = PoolTasks(context, pooled, outcomes, seed);
  if (!others.empty()) {
    comparison->notes.push_back("Not in the overall row, as lower is better there: " + others +
                                ".");
  }
  if (!preferences.empty()) {
    comparison->notes.push_back(
        "Not in the overall row, as neither direction is better there: " + preferences + ".");
  }
}

void TestAll(const Context& context, uint64_t seed, Comparison* comparison) {
  std::vector<PairedValues> values;
  std::vector<double> p;
  for (TaskComparison& task : comparison->tasks) {
    // By name, so that a task's numbers do not depend on which others are there.
    PairedValues& own = values.emplace_back();
    own.stream = static_cast<uint32_t>(Hash64(task.task));
    for (const QuestionPair& pair : task.pairs) own.a.push_back(pair.a), own.b.push_back(pair.b);
    task.outcome = TestPairs(context, own, seed);
    p.push_back(task.outcome.p);
  }
  const std::vector<double> adjusted = HolmAdjusted(p);
  for (size_t t = 0; t < adjusted.size(); ++t) comparison->tasks[t].holm_p = adjusted[t];
  Pool(context, seed, values, comparison);
}

Json OutcomeJson(const PairedOutcome& outcome) {
  return {{"pairs", outcome.pairs},
          {"a", outcome.mean_a},
          {"b", outcome.mean_b},
          {"difference", outcome.difference},
          {"stderr", outcome.standard_error},
          {"interval_95", {outcome.low, outcome.high}},
          {"a_higher", outcome.a_higher},
          {"b_higher", outcome.b_higher},
          {"ties", outcome.ties},
          {"p", outcome.p},
          {"test", MethodName(outcome.method)}};
}

}  // namespace

Comparison CompareSamples(const Context& context, const fs::path& a, const fs::path& b,
                          const CompareOptions& options) {
  Comparison comparison{.a = a, .b = b};
  const std::map<std::string, fs::path> logs_a = LogsIn(a), logs_b = LogsIn(b);
  for (const auto& [name, path] : logs_a) {
    const auto other = logs_b.find(name);
    if (other == logs_b.end()) continue;
    const SampleLog log_a = ReadLog(path, options.metric);
    const SampleLog log_b = ReadLog(other->second, options.metric);
    comparison.tasks.push_back(PairUp(name, log_a, log_b, options));
    AddTaskNotes(comparison.tasks.back(), log_a, log_b, &comparison.notes);
  }
  if (comparison.tasks.empty()) {
    throw Error("the folders have no task in common", a.string() + ", " + b.string(),
                "evaluate both with the same --tasks");
  }
  NoteMissing(logs_a, logs_b, "A", &comparison.notes);
  NoteMissing(logs_b, logs_a, "B", &comparison.notes);
  TestAll(context, options.seed, &comparison);
  return comparison;
}

std::string Verdict(double difference, double p, bool lower_is_better) {
  if (p >= kLevel) return "no difference shown";
  return (difference > 0) != lower_is_better ? "B better" : "A better";
}

std::string Verdict(const TaskComparison& task) {
  const double difference = task.outcome.difference;
  if (!task.of_preference || task.holm_p >= kLevel) {
    return Verdict(difference, task.holm_p, task.lower_is_better);
  }
  return fmt::format("{} prefers stereotypes more often", difference > 0 ? "B" : "A");
}

std::string OverallVerdict(const Comparison& comparison) {
  return Verdict(comparison.overall->difference, comparison.overall->p, AllLower(comparison.tasks));
}

Json ToJson(const Comparison& comparison) {
  Json json = {{"a", comparison.a.string()},
               {"b", comparison.b.string()},
               {"resamples", kResamples},
               {"tasks", Json::object()}};
  for (const TaskComparison& task : comparison.tasks) {
    Json entry = {{"metric", task.metric},
                  {"lower_is_better", task.lower_is_better},
                  {"neither_is_better", task.of_preference}};
    entry.update(OutcomeJson(task.outcome));
    entry["p_holm"] = task.holm_p;
    entry["verdict"] = Verdict(task);
    entry["unpaired"] = {{"a", task.only_a}, {"b", task.only_b}};
    entry["unscored"] = task.unscored;
    entry["different_prompts"] = task.different_prompts;
    json["tasks"][task.task] = std::move(entry);
  }
  if (comparison.overall) {
    json["overall"] = OutcomeJson(*comparison.overall);
    json["overall"]["verdict"] = OverallVerdict(comparison);
  }
  json["notes"] = comparison.notes;
  return json;
}

std::vector<QuestionPair> LargestDifferences(const TaskComparison& task, bool b_higher,
                                             int64_t count) {
  std::vector<QuestionPair> found;
  for (const QuestionPair& pair : task.pairs) {
    if (b_higher ? pair.b > pair.a : pair.a > pair.b) found.push_back(pair);
  }
  std::sort(found.begin(), found.end(), [](const QuestionPair& x, const QuestionPair& y) {
    const double dx = std::abs(x.b - x.a), dy = std::abs(y.b - y.a);
    return dx != dy ? dx > dy : x.line_a < y.line_a;
  });
  if (std::ssize(found) > count) found.resize(static_cast<size_t>(count));
  return found;
}

std::map<int64_t, Json> ReadSampleLines(const fs::path& log, const std::set<int64_t>& lines) {
  std::map<int64_t, Json> found;
  ForEachLine(log, [&](const std::string& text, int64_t number) {
    if (!lines.contains(number)) return;
    found[number] = ParseJson(text, fmt::format("{}:{}", log.string(), number));
  });
  if (found.size() < lines.size()) {
    throw Error("lines that were there before are gone", log.string(),
                "compare again when nothing writes the log");
  }
  return found;
}

}  // namespace cria::eval
