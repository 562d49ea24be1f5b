// Measured and published side by side.
#include "eval/task_report.h"

#include <algorithm>

#include "base/error.h"

namespace cria::eval {
namespace {

constexpr const char* kModels[] = {"GPT-3 175B", "Gopher 280B", "Chinchilla 70B", "PaLM 540B",
                                   "LLaMA 7B",   "LLaMA 13B",   "LLaMA 33B",      "LLaMA 65B"};

std::string Percent(double share) { return fmt::format("{:.1f}", 100 * share); }

std::string WithError(const Accuracy& accuracy) {
  if (accuracy.total == 0) return "-";
  return fmt::format("{} ± {}", Percent(accuracy.value()), Percent(accuracy.standard_error()));
}

void AddRow(const std::string& name, const Accuracy& accuracy, double chance,
            const std::string& table, const std::string& row, Table* to) {
  const auto published = PublishedRow(table, row);
  std::vector<std::string> cells = {name, std::to_string(accuracy.total), WithError(accuracy),
                                    Percent(chance)};
  for (const char* model : kModels) {
    const auto found = std::find_if(published.begin(), published.end(),
                                    [&](const auto& entry) { return entry.first == model; });
    cells.push_back(found == published.end() ? "-" : fmt::format("{:.1f}", found->second));
  }
  to->rows.push_back(std::move(cells));
}

// Questions of a category weigh alike, so that its accuracy is theirs.
std::map<std::string, Accuracy> Categories(const TaskResult& result) {
  std::map<std::string, Accuracy> categories;
  if (!result.task.body.contains("categories")) return categories;
  const Json& names = result.task.body["categories"];
  for (const auto& [group, accuracy] : result.Groups()) {
    Accuracy& category = categories[names.at(group).get<std::string>()];
    category.right += accuracy.right;
    category.total += accuracy.total;
  }
  return categories;
}

}  // namespace

Table TaskTable(const std::vector<TaskResult>& results, const std::string& model) {
  Table table{.caption = "Accuracy in %, with its standard error; published: Touvron et al. 2023",
              .columns = {{"Task"}, {"Questions", true}, {model, true}, {"Chance", true}},
              .rows = {}};
  for (const char* name : kModels) table.columns.push_back({name, true});
  for (const TaskResult& result : results) {
    for (const auto& [category, accuracy] : Categories(result)) {
      AddRow(fmt::format("{}, {}", result.task.title, category), accuracy, result.chance,
             result.task.published_table, category, &table);
    }
    AddRow(result.task.title, result.headline(), result.chance, result.task.published_table,
           result.task.published_row, &table);
  }
  return table;
}

namespace {

const char* HowJudged(Measure measure) {
  switch (measure) {
    case Measure::kLikelihood:
      return "ranked by likelihood";
    case Measure::kCharacters:
      return "ranked by likelihood per character";
    case Measure::kAnswer:
      return "ranked by likelihood against that after \"Answer:\"";
    case Measure::kExactMatch:
      return "written greedily, exact match";
  }
  return "";
}

}  // namespace

std::vector<std::string> TaskNotes(const std::vector<TaskResult>& results) {
  std::vector<std::string> notes;
  for (const TaskResult& r : results) {
    std::string note =
        fmt::format("{}: {}-shot, {}.", r.task.title, r.task.shots, HowJudged(r.task.measure));
    const int64_t there = std::ssize(r.questions);
    if (r.task.questions > 0 && there != r.task.questions) {
      note += fmt::format(" {} of the set's {} questions.", there, r.task.questions);
    }
    if (r.not_fitting > 0) {
      note += fmt::format(" {} questions longer than the context left out.", r.not_fitting);
    }
    if (r.fewer_shots > 0) {
      note +=
          fmt::format(" {} questions with fewer than {} examples.", r.fewer_shots, r.task.shots);
    }
    const int published = JsonGetOr(r.task.body, "published_shots", r.task.shots, r.task.where);
    if (published != r.task.shots) {
      note += fmt::format(" The published numbers are {}-shot.", published);
    }
    if (!r.task.note.empty()) note += " " + r.task.note;
    notes.push_back(std::move(note));
  }
  return notes;
}

Json TaskJson(const std::vector<TaskResult>& results, Profile profile) {
  Json json = {{"profile", profile == Profile::kPaper ? "paper" : "harness"},
               {"results", Json::object()},
               {"n-shot", Json::object()},
               {"n-samples", Json::object()},
               {"notes", TaskNotes(results)}};
  for (const TaskResult& r : results) {
    Json& entry = json["results"][r.task.name];
    entry = {{"alias", r.task.title}, {"measure", MeasureName(r.task.measure)}};
    constexpr std::pair<Measure, const char*> kNames[] = {{Measure::kLikelihood, "acc"},
                                                          {Measure::kCharacters, "acc_norm"},
                                                          {Measure::kAnswer, "acc_answer"},
                                                          {Measure::kExactMatch, "exact_match"}};
    for (const auto& [measure, name] : kNames) {
      const Accuracy& accuracy = r.accuracy[static_cast<size_t>(measure)];
      if (accuracy.total == 0) continue;
      entry[fmt::format("{},none", name)] = accuracy.value();
      entry[fmt::format("{}_stderr,none", name)] = accuracy.standard_error();
    }
    entry["headline"] = r.headline().total > 0 ? Json(r.headline().value()) : Json(nullptr);
    entry["chance"] = r.chance;
    for (const auto& [category, accuracy] : Categories(r)) {
      entry["categories"][category] = accuracy.value();
    }
    if (r.Groups().size() > 1) {
      for (const auto& [group, accuracy] : r.Groups()) entry["groups"][group] = accuracy.value();
    }
    const auto published = PublishedRow(r.task.published_table, r.task.published_row);
    for (const auto& [model, value] : published) entry["published"][model] = value / 100;
    json["n-shot"][r.task.name] = r.task.shots;
    json["n-samples"][r.task.name] = {{"original", r.questions.size()},
                                      {"effective", r.headline().total},
                                      {"whole_set", r.task.questions}};
  }
  return json;
}

Json SampleJson(const TaskResult& result, size_t q) {
  const Question& question = result.questions[q];
  const QuestionScore& score = result.scores[q];
  Json contexts = Json::array();
  for (size_t c = 0; c < question.contexts.size(); ++c) {
    contexts.push_back(question.ContextOf(c, static_cast<size_t>(score.shots)));
  }
  Json json = {{"id", question.id},
               {"group", question.group},
               {"contexts", contexts},
               {"choices", question.choices},
               {"gold", question.gold}};
  if (!score.fits) {
    json["left_out"] = "longer than the context";
    return json;
  }
  json["right"] = IsRight(question, score, result.task.measure);
  if (result.task.measure == Measure::kExactMatch) {
    json["answers"] = question.answers;
    json["written"] = score.answer;
    return json;
  }
  for (const ChoiceScore& choice : score.choices) {
    json["logprobs"].push_back(choice.logprob);
    if (result.task.measure == Measure::kAnswer) {
      json["answer_logprobs"].push_back(choice.answer_logprob);
    }
  }
  json["picked"] = score.Pick(result.task.measure);
  return json;
}

}  // namespace cria::eval
