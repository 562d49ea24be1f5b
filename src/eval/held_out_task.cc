// Counts of right answers and their JSON form in a run's evaluation.json.
#include "eval/held_out_task.h"

namespace cria::eval {
namespace {

Mean MeanOf(const Accuracy& accuracy) {
  const auto right = static_cast<double>(accuracy.right);
  return {.sum = right, .squares = right, .count = accuracy.questions};
}

Json ToJson(const Accuracy& accuracy) {
  return {{"questions", accuracy.questions},
          {"right", accuracy.right},
          {"accuracy", accuracy.value()},
          {"standard_error", accuracy.standard_error()}};
}

Accuracy AccuracyFromJson(const Json& json, const std::string& where) {
  return {.questions = JsonGet<int64_t>(json, "questions", where),
          .right = JsonGet<int64_t>(json, "right", where)};
}

Json ToJson(const std::map<std::string, Accuracy>& groups) {
  Json json = Json::object();
  for (const auto& [name, accuracy] : groups) json[name] = ToJson(accuracy);
  return json;
}

std::map<std::string, Accuracy> GroupsFromJson(const Json& json, const char* key,
                                               const std::string& where) {
  std::map<std::string, Accuracy> groups;
  const Json members = JsonGet<Json>(json, key, where);
  for (const auto& [name, accuracy] : members.items()) {
    groups[name] = AccuracyFromJson(accuracy, where);
  }
  return groups;
}

}  // namespace

double Accuracy::value() const { return MeanOf(*this).value(); }
double Accuracy::standard_error() const { return MeanOf(*this).standard_error(); }
void Accuracy::Add(const Accuracy& other) {
  questions += other.questions;
  right += other.right;
}

HeldOutTask Summary(const TaskResult& result) {
  HeldOutTask task{.name = result.task.name,
                   .title = result.task.title,
                   .note = result.task.note,
                   .chance = result.chance};
  for (size_t q = 0; q < result.questions.size(); ++q) {
    if (result.values[q].empty()) continue;
    const Accuracy one{.questions = 1, .right = result.values[q][0] > 0 ? 1 : 0};
    task.total.Add(one);
    task.by_source[result.questions[q].groups.at(0)].Add(one);
    task.by_language[result.questions[q].groups.at(1)].Add(one);
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
          .total = AccuracyFromJson(JsonGet<Json>(json, "total", where), where),
          .by_source = GroupsFromJson(json, "by_source", where),
          .by_language = GroupsFromJson(json, "by_language", where)};
}

}  // namespace cria::eval
