// Task files with the keys of one profile laid over the common ones.
#include "eval/task_spec.h"

#include <algorithm>

#include "base/error.h"
#include "eval/task_data.h"

namespace cria::eval {
namespace {

constexpr std::pair<const char*, Measure> kMeasures[] = {{"likelihood", Measure::kLikelihood},
                                                         {"characters", Measure::kCharacters},
                                                         {"answer", Measure::kAnswer}};

}  // namespace

const char* MeasureName(Measure measure) { return kMeasures[static_cast<int>(measure)].first; }

TaskSpec TaskFromJson(std::string name, const Json& json, Profile profile,
                      const std::string& where) {
  TaskSpec spec;
  spec.name = std::move(name);
  spec.where = where;
  spec.body = json;
  const char* own = profile == Profile::kPaper ? "paper" : "harness";
  const Json rules = JsonGetOr<Json>(json, own, Json::object(), where);
  for (const auto& [key, value] : rules.items()) spec.body[key] = value;
  spec.body.erase("paper");
  spec.body.erase("harness");
  spec.title = JsonGetOr<std::string>(spec.body, "title", spec.name, where);
  spec.note = JsonGetOr<std::string>(spec.body, "note", "", where);
  spec.questions = JsonGetOr<int64_t>(spec.body, "questions", 0, where);
  spec.shots = JsonGetOr(spec.body, "shots", 0, where);
  const auto row = JsonGetOr<std::vector<std::string>>(spec.body, "published", {}, where);
  if (row.size() == 2) {
    spec.published_table = row[0];
    spec.published_row = row[1];
  }
  const std::string measure = JsonGet<std::string>(spec.body, "measure", where);
  const auto found = std::find_if(std::begin(kMeasures), std::end(kMeasures),
                                  [&](const auto& entry) { return entry.first == measure; });
  if (found == std::end(kMeasures)) {
    throw Error(fmt::format("no measure \"{}\"", measure), where,
                "use likelihood, characters or answer");
  }
  spec.measure = found->second;
  return spec;
}

std::vector<TaskSpec> BuiltInTasks(Profile profile) {
  std::vector<TaskSpec> tasks;
  for (const TaskFile& file : kTaskFiles) {
    const std::string where = fmt::format("the task {}", file.name);
    tasks.push_back(TaskFromJson(file.name, ParseJson(file.json, where), profile, where));
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
