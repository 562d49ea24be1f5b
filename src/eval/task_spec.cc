// Task files with the keys of one profile laid over the common ones.
#include "eval/task_spec.h"

#include <algorithm>

#include "base/compressed_file.h"
#include "base/error.h"
#include "eval/task_data.h"
#include "eval/task_records.h"

namespace cria::eval {
namespace {

const char* RulesOf(Profile profile) { return profile == Profile::kPaper ? "paper" : "harness"; }

void CheckKeys(const TaskKind& kind, const Json& body, const std::string& where) {
  constexpr std::string_view kCommon[] = {
      "title",       "note", "source",     "published",   "kind",  "questions", "measure",
      "group_table", "stop", "max_tokens", "temperature", "top_p", "samples"};
  const std::vector<std::string_view> own = kind.keys();
  for (const auto& entry : body.items()) {
    const std::string& key = entry.key();
    if (std::find(std::begin(kCommon), std::end(kCommon), key) == std::end(kCommon) &&
        std::find(own.begin(), own.end(), key) == own.end()) {
      throw Error(
          fmt::format("unknown key \"{}\"", key), where,
          fmt::format("known keys are: {}, {}", fmt::join(kCommon, ", "), fmt::join(own, ", ")));
    }
  }
}

Measure MeasureNamed(const std::string& name, const std::string& where) {
  std::vector<std::string> names;
  for (int m = 0; m < kMeasures; ++m) {
    names.emplace_back(MeasureName(static_cast<Measure>(m)));
    if (names.back() == name) return static_cast<Measure>(m);
  }
  throw Error(fmt::format("no measure \"{}\"", name), where,
              fmt::format("use one of {}", fmt::join(names, ", ")));
}

Writing WritingOf(const Json& body, const std::string& where) {
  Writing writing;
  writing.max_tokens = JsonGetOr(body, "max_tokens", writing.max_tokens, where);
  writing.samples = JsonGetOr(body, "samples", writing.samples, where);
  writing.temperature = JsonGetOr(body, "temperature", writing.temperature, where);
  writing.top_p = JsonGetOr(body, "top_p", writing.top_p, where);
  writing.stop = JsonGetOr(body, "stop", writing.stop, where);
  if (writing.max_tokens < 1 || writing.samples < 1 || writing.temperature < 0 ||
      writing.top_p <= 0 || writing.top_p > 1) {
    throw Error("max_tokens, samples, temperature or top_p out of range", where,
                "at least 1, 1, 0, and above 0 up to 1");
  }
  return writing;
}

}  // namespace

TaskSpec TaskFromJson(std::string name, const Json& json, Profile profile, const std::string& where,
                      const TaskChanges& changes) {
  TaskSpec spec;
  spec.name = std::move(name);
  spec.where = where;
  if (!json.is_object()) throw Error("a task is a JSON object", where, "see docs/evaluation.md");
  spec.body = json;
  const Json rules = JsonGetOr<Json>(json, RulesOf(profile), Json::object(), where);
  for (const auto& [key, value] : rules.items()) spec.body[key] = value;
  spec.body.erase("paper");
  spec.body.erase("harness");
  spec.kind = &KindNamed(JsonGetOr<std::string>(spec.body, "kind", "", where), where);
  CheckKeys(*spec.kind, spec.body, where);
  spec.title = JsonGetOr<std::string>(spec.body, "title", spec.name, where);
  spec.note = JsonGetOr<std::string>(spec.body, "note", "", where);
  spec.questions = JsonGetOr<int64_t>(spec.body, "questions", 0, where);
  spec.shots = JsonGetOr(spec.body, "shots", 0, where);
  if (changes.shots >= 0 && spec.body.contains("shots")) spec.shots = changes.shots;
  spec.writing = WritingOf(spec.body, where);
  if (changes.samples > 0 && spec.writing.samples > 1) spec.writing.samples = changes.samples;
  const auto row = JsonGetOr<std::vector<std::string>>(spec.body, "published", {}, where);
  if (row.size() == 2) {
    spec.published_table = row[0];
    spec.published_row = FillIn(row[1], Json{{"shots", spec.shots}}, where);
  }
  const Json numbers = {{"shots", spec.shots}, {"samples", spec.writing.samples}};
  spec.title = FillIn(spec.title, numbers, where);
  spec.note = FillIn(spec.note, numbers, where);
  spec.group_table = JsonGetOr(spec.body, "group_table", spec.published_table, where);
  spec.measure = MeasureNamed(JsonGet<std::string>(spec.body, "measure", where), where);
  if ((spec.measure == Measure::kWritten) != spec.kind->writes()) {
    throw Error(fmt::format("the measure is \"{}\"", MeasureName(spec.measure)), where,
                spec.kind->writes() ? "tasks of this kind write replies: \"written\""
                                    : "tasks of this kind rank choices: another than \"written\"");
  }
  return spec;
}

std::vector<TaskSpec> BuiltInTasks(Profile profile, const TaskChanges& changes) {
  std::vector<TaskSpec> tasks;
  for (const TaskFile& file : kTaskFiles) {
    const std::string where = fmt::format("the task {}", file.name);
    const Json json = ParseJson(file.json, where);
    if (json.contains(RulesOf(profile))) {
      tasks.push_back(TaskFromJson(file.name, json, profile, where, changes));
    }
  }
  return tasks;
}

std::vector<Question> ReadQuestions(const TaskSpec& task, const fs::path& folder) {
  std::vector<Question> questions = task.kind->Read(task, folder);
  if (questions.empty()) {
    throw Error(fmt::format("{} has no questions", task.name), folder.string(),
                "restore the file from its source, or correct the task");
  }
  const std::string above = (folder / "").string();
  for (Question& question : questions) {
    if (question.id.starts_with(above)) question.id.erase(0, above.size());
    // The same question whether or not the file is packed: "x.jsonl.gz:7" is "x.jsonl:7".
    const size_t end = question.id.find_first_of(":,");
    const std::string_view name = std::string_view(question.id).substr(0, end);
    const size_t plain = UnpackedName(name).size();
    question.id.erase(plain, name.size() - plain);
  }
  return questions;
}

const Json& PublishedResults() {
  static const Json results = ParseJson(kPublishedResults, "published_results.json");
  return results;
}

std::vector<std::pair<std::string, double>> PublishedRow(const std::string& table,
                                                         const std::string& row) {
  std::vector<std::pair<std::string, double>> values;
  const Json& tables = PublishedResults().at("tables");
  const bool is_card = table == "model_card";
  if (!is_card && !tables.contains(table)) return values;
  const Json& rows = is_card ? PublishedResults()["model_card"] : tables[table]["tasks"];
  if (rows.contains(row)) {
    for (const auto& [model, value] : rows[row].items()) {
      if (value.is_number()) values.emplace_back(model, value.get<double>());
    }
    return values;
  }
  // Tables 12 and 13 are kept by model.
  for (const auto& [model, cells] : rows.items()) {
    if (cells.is_object() && cells.contains(row) && cells[row].is_number()) {
      values.emplace_back(model, cells[row].get<double>());
    }
  }
  return values;
}

}  // namespace cria::eval
