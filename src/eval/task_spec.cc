// Task files with the keys of one profile laid over the common ones.
#include "eval/task_spec.h"

#include <algorithm>

#include "base/error.h"
#include "eval/task_data.h"
#include "eval/task_records.h"

namespace cria::eval {
namespace {

constexpr std::pair<const char*, Measure> kMeasureNames[kMeasures] = {
    {"likelihood", Measure::kLikelihood},
    {"characters", Measure::kCharacters},
    {"answer", Measure::kAnswer},
    {"exact_match", Measure::kExactMatch}};

const char* RulesOf(Profile profile) { return profile == Profile::kPaper ? "paper" : "harness"; }

struct Kind {
  const char* name;
  TaskKind kind;
  std::vector<std::string_view> keys;  ///< beside those of all kinds
};
const Kind kKinds[] = {
    {"",
     TaskKind::kGeneral,
     {"files", "labels", "context", "contexts", "choices", "choices_of", "choice", "gold",
      "gold_of", "gold_values", "first_label", "split", "clean"}},
    {"race", TaskKind::kRace, {"files", "articles", "level"}},
    {"mmlu", TaskKind::kMmlu, {"folder", "header", "categories", "shots", "published_shots"}},
    {"closed_book",
     TaskKind::kClosedBook,
     {"files", "examples", "asks", "answers", "as_sentence", "header", "shots"}}};

const Kind& KindOf(const Json& body, const std::string& where) {
  const auto name = JsonGetOr<std::string>(body, "kind", "", where);
  const auto found = std::find_if(std::begin(kKinds), std::end(kKinds),
                                  [&](const Kind& kind) { return kind.name == name; });
  if (found == std::end(kKinds)) {
    throw Error(fmt::format("no kind of task \"{}\"", name), where,
                "use race, mmlu or closed_book, or none");
  }
  constexpr std::string_view kCommon[] = {"title", "note",      "source", "published",
                                          "kind",  "questions", "measure"};
  for (const auto& [key, value] : body.items()) {
    if (std::find(std::begin(kCommon), std::end(kCommon), key) == std::end(kCommon) &&
        std::find(found->keys.begin(), found->keys.end(), key) == found->keys.end()) {
      throw Error(fmt::format("unknown key \"{}\"", key), where,
                  fmt::format("known keys are: {}, {}", fmt::join(kCommon, ", "),
                              fmt::join(found->keys, ", ")));
    }
  }
  return *found;
}

}  // namespace

const char* MeasureName(Measure measure) { return kMeasureNames[static_cast<int>(measure)].first; }

TaskSpec TaskFromJson(std::string name, const Json& json, Profile profile, const std::string& where,
                      int shots) {
  TaskSpec spec;
  spec.name = std::move(name);
  spec.where = where;
  if (!json.is_object()) throw Error("a task is a JSON object", where, "see docs/evaluation.md");
  spec.body = json;
  const Json rules = JsonGetOr<Json>(json, RulesOf(profile), Json::object(), where);
  for (const auto& [key, value] : rules.items()) spec.body[key] = value;
  spec.body.erase("paper");
  spec.body.erase("harness");
  spec.kind = KindOf(spec.body, where).kind;
  spec.title = JsonGetOr<std::string>(spec.body, "title", spec.name, where);
  spec.note = JsonGetOr<std::string>(spec.body, "note", "", where);
  spec.questions = JsonGetOr<int64_t>(spec.body, "questions", 0, where);
  spec.shots = JsonGetOr(spec.body, "shots", 0, where);
  if (shots >= 0 && spec.body.contains("shots")) spec.shots = shots;
  const auto row = JsonGetOr<std::vector<std::string>>(spec.body, "published", {}, where);
  if (row.size() == 2) {
    spec.published_table = row[0];
    spec.published_row = FillIn(row[1], Json{{"shots", spec.shots}}, where);
  }
  const std::string measure = JsonGet<std::string>(spec.body, "measure", where);
  const auto found = std::find_if(std::begin(kMeasureNames), std::end(kMeasureNames),
                                  [&](const auto& entry) { return entry.first == measure; });
  if (found == std::end(kMeasureNames)) {
    throw Error(fmt::format("no measure \"{}\"", measure), where,
                "use likelihood, characters, answer or exact_match");
  }
  spec.measure = found->second;
  return spec;
}

std::vector<TaskSpec> BuiltInTasks(Profile profile, int shots) {
  std::vector<TaskSpec> tasks;
  for (const TaskFile& file : kTaskFiles) {
    const std::string where = fmt::format("the task {}", file.name);
    const Json json = ParseJson(file.json, where);
    if (json.contains(RulesOf(profile))) {
      tasks.push_back(TaskFromJson(file.name, json, profile, where, shots));
    }
  }
  return tasks;
}

const Json& PublishedResults() {
  static const Json results = ParseJson(kPublishedResults, "published_results.json");
  return results;
}

std::vector<std::pair<std::string, double>> PublishedRow(const std::string& table,
                                                         const std::string& row) {
  std::vector<std::pair<std::string, double>> values;
  const Json& tables = PublishedResults().at("tables");
  if (!tables.contains(table) || !tables[table]["tasks"].contains(row)) return values;
  for (const auto& [model, value] : tables[table]["tasks"][row].items()) {
    if (value.is_number()) values.emplace_back(model, value.get<double>());
  }
  return values;
}

}  // namespace cria::eval
