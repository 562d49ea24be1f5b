// Counts of right answers and their JSON form in a run's evaluation.json.
#include "eval/held_out_task.h"

namespace cria::eval {
namespace {

Json ToJson(const Mean& outcomes) {
  return {{"questions", outcomes.count},
          {"right", static_cast<int64_t>(outcomes.sum)},
          {"accuracy", outcomes.value()},
          {"standard_error", outcomes.standard_error()}};
}

Mean OutcomesFromJson(const Json& json, const std::string& where) {
  const auto right = static_cast<double>(JsonGet<int64_t>(json, "right", where));
  return {.sum = right, .squares = right, .count = JsonGet<int64_t>(json, "questions", where)};
}

Json ToJson(const std::map<std::string, Mean>& groups) {
  Json json = Json::object();
  for (const auto& [name, outcomes] : groups) json[name] = ToJson(outcomes);
  return json;
}

std::map<std::string, Mean> GroupsFromJson(const Json& json, const char* key,
                                           const std::string& where) {
  std::map<std::string, Mean> groups;
  const Json members = JsonGet<Json>(json, key, where);
  for (const auto& [name, outcomes] : members.items()) {
    groups[name] = OutcomesFromJson(outcomes, where);
  }
  return groups;
}

}  // namespace

HeldOutTask Summary(const TaskResult& result) {
  HeldOutTask task{.name = result.task.name,
                   .title = result.task.title,
                   .note = result.task.note,
                   .chance = result.chance};
  for (size_t q = 0; q < result.questions.size(); ++q) {
    if (result.values[q].empty()) continue;
    const double right = result.values[q][0] > 0 ? 1 : 0;
    task.total.Add(right);
    task.by_source[result.questions[q].groups.at(0)].Add(right);
    task.by_language[result.questions[q].groups.at(1)].Add(right);
  }
  return task;
}

Json ToJson(const HeldOutTask& task) {
  return {{"name", task.name},
          {"title", task.title},
          {"note", task.note},
          {"chance", task.chance},
          {"total", ToJson(task.total)},
          {"by_source", ToJson(task.by_source)},
          {"by_language", ToJson(task.by_language)}};
}

HeldOutTask HeldOutTaskFromJson(const Json& json, const std::string& where) {
  return {.name = JsonGet<std::string>(json, "name", where),
          .title = JsonGet<std::string>(json, "title", where),
          .note = JsonGet<std::string>(json, "note", where),
          .chance = JsonGet<double>(json, "chance", where),
          .total = OutcomesFromJson(JsonGet<Json>(json, "total", where), where),
          .by_source = GroupsFromJson(json, "by_source", where),
          .by_language = GroupsFromJson(json, "by_language", where)};
}

}  // namespace cria::eval
