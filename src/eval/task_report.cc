// Measured and published side by side.
#include "eval/task_report.h"

#include <algorithm>

#include "base/error.h"
#include "eval/chart.h"

namespace cria::eval {
namespace {

constexpr const char* kModels[] = {"GPT-3 175B", "Gopher 280B", "Chinchilla 70B", "PaLM 540B",
                                   "LLaMA 7B",   "LLaMA 13B",   "LLaMA 33B",      "LLaMA 65B"};

constexpr int kTaskVersion = 1;  // of a task's rules; readers of the harness's layout ask for one

// As a share: tables 11 and 14 are printed so, the others in per cent.
double PublishedShare(const std::string& table, double value) {
  return table.starts_with("table11") || table.starts_with("table14") ? value : value / 100;
}

std::string Percent(double share) { return fmt::format("{:.1f}", 100 * share); }

std::string WithError(const Mean& mean) {
  if (mean.count == 0) return "-";
  if (mean.count == 1) return Percent(mean.value());  // no error of one value
  return fmt::format("{} ± {}", Percent(mean.value()), Percent(mean.standard_error()));
}

void AddRow(const std::string& name, const Mean& mean, double chance, const std::string& table,
            const std::string& row, Table* to) {
  const auto published = PublishedRow(table, row);
  std::vector<std::string> cells = {name, std::to_string(mean.count), WithError(mean),
                                    Percent(chance)};
  for (const char* model : kModels) {
    const auto found = std::find_if(published.begin(), published.end(),
                                    [&](const auto& entry) { return entry.first == model; });
    cells.push_back(found == published.end()
                        ? "-"
                        : fmt::format("{:.1f}", 100 * PublishedShare(table, found->second)));
  }
  to->rows.push_back(std::move(cells));
}

// What was asked and how, as lm-evaluation-harness has it under "configs"; the task's file with the
// keys of its profile is under "metadata", where the harness keeps what is a task's own.
Json ConfigJson(const TaskResult& result) {
  const TaskSpec& task = result.task;
  const bool writes = task.measure == Measure::kWritten;
  Json metrics = Json::array();
  for (const std::string& metric : result.metrics) {
    metrics.push_back({{"metric", metric}, {"aggregation", "mean"}});
  }
  Json config = {{"task", task.name},
                 {"task_alias", task.title},
                 {"output_type", writes ? "generate_until" : "multiple_choice"},
                 {"num_fewshot", task.shots},
                 {"metric_list", std::move(metrics)},
                 {"repeats", writes ? task.writing.samples : 1},
                 {"metadata", {{"version", kTaskVersion}, {"task_file", task.body}}}};
  if (writes) {
    config["generation_kwargs"] = {{"until", task.writing.stop},
                                   {"max_gen_toks", task.writing.max_tokens},
                                   {"do_sample", task.writing.temperature > 0},
                                   {"temperature", task.writing.temperature},
                                   {"top_p", task.writing.top_p}};
  }
  return config;
}

}  // namespace

Table TaskTable(const std::vector<TaskResult>& results, const std::string& model) {
  Table table{.caption = "Scores in %, with their standard errors; published: Touvron et al. 2023",
              .columns = {{"Task"}, {"Questions", true}, {model, true}, {"Chance", true}},
              .rows = {}};
  for (const char* name : kModels) table.columns.push_back({name, true});
  for (const TaskResult& result : results) {
    for (const auto& [group, mean] : result.Groups()) {
      if (PublishedRow(result.task.published_table, group).empty()) continue;
      AddRow(fmt::format("{}, {}", result.task.title, group), mean, result.chance,
             result.task.published_table, group, &table);
    }
    AddRow(result.task.title, result.headline(), result.chance, result.task.published_table,
           result.task.published_row, &table);
  }
  return table;
}

Charts TaskChart(const std::vector<TaskResult>& results, const std::string& model,
                 const std::string& beside) {
  BarChart chart{.title = "Scores by task",
                 .unit = "share, the right answer = 1; no bar: not published",
                 .series = {model, "a guess", beside + ", published"},
                 .groups = {}};
  for (const TaskResult& result : results) {
    if (result.headline().count == 0) continue;
    double published = 0;
    for (const auto& [name, value] :
         PublishedRow(result.task.published_table, result.task.published_row)) {
      if (name == beside) published = PublishedShare(result.task.published_table, value);
    }
    chart.groups.push_back(
        {result.task.title, {result.headline().value(), result.chance, published}});
  }
  if (chart.groups.empty()) return {};
  return {{{"tasks", chart.title, RenderBarChart(chart)}}};
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
    case Measure::kTokens:
      return "ranked by perplexity";
    case Measure::kWritten:
      return "written";
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
    const Writing& writing = r.task.writing;
    if (r.task.measure == Measure::kWritten && writing.temperature == 0) {
      note += fmt::format(" Greedy, at most {} tokens.", writing.max_tokens);
    } else if (r.task.measure == Measure::kWritten) {
      note += fmt::format(" {} samples at temperature {}, top-p {}, at most {} tokens each.",
                          writing.samples, writing.temperature, writing.top_p, writing.max_tokens);
    }
    if (r.not_fitting > 0) {
      note += fmt::format(" {} questions longer than the context left out.", r.not_fitting);
    }
    if (r.cut_contexts > 0) {
      note += fmt::format(" {} contexts were too long for the endpoint and lost their beginning.",
                          r.cut_contexts);
    }
    if (r.cut_replies > 0) {
      note += fmt::format(
          " Of {} replies the prompt lost its beginning or the text its end: they were too long "
          "together for the endpoint.",
          r.cut_replies);
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
               {"group_subtasks", Json::object()},
               {"configs", Json::object()},
               {"versions", Json::object()},
               {"n-shot", Json::object()},
               {"n-samples", Json::object()},
               {"notes", TaskNotes(results)}};
  for (const TaskResult& r : results) {
    Json& entry = json["results"][r.task.name];
    entry = {{"alias", r.task.title}, {"measure", MeasureName(r.task.measure)}};
    for (size_t m = 0; m < r.metrics.size(); ++m) {
      const Mean mean = r.MeanOf(m);
      if (mean.count == 0) continue;
      entry[r.metrics[m] + ",none"] = mean.value();
      entry[r.metrics[m] + "_stderr,none"] = mean.standard_error();
    }
    entry["headline"] = r.headline().count > 0 ? Json(r.headline().value()) : Json(nullptr);
    entry["chance"] = r.chance;
    for (const auto& [group, mean] : r.Groups()) {
      entry["groups"][group] = {
          {"value", mean.value()}, {"stderr", mean.standard_error()}, {"questions", mean.count}};
    }
    const auto published = PublishedRow(r.task.published_table, r.task.published_row);
    for (const auto& [model, value] : published) {
      entry["published"][model] = PublishedShare(r.task.published_table, value);
    }
    json["configs"][r.task.name] = ConfigJson(r);
    json["versions"][r.task.name] = kTaskVersion;
    json["n-shot"][r.task.name] = r.task.shots;
    // The harness has the first two: questions of the set, and those that were asked.
    json["n-samples"][r.task.name] = {{"original", r.set_questions},
                                      {"effective", r.questions.size()},
                                      {"counted", r.headline().count},
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
               {"groups", question.groups},
               {"contexts", contexts},
               {"choices", question.choices},
               {"gold", question.gold}};
  if (!score.fits) {
    json["left_out"] = "longer than the context";
    return json;
  }
  json["headline"] = result.metrics[0];
  for (size_t m = 0; m < result.metrics.size(); ++m) {
    json["values"][result.metrics[m]] = result.values[q][m];
  }
  if (!score.written.empty()) {
    if (!question.answers.empty()) json["answers"] = question.answers;
    json["written"] = score.written;
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
