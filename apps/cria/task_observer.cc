// A line a validation in tasks.jsonl, from which the picture is drawn anew.
#include "task_observer.h"

#include <algorithm>

#include "base/error.h"
#include "eval/llama_language_model.h"
#include "eval/report/figures.h"
#include "eval_figures.h"
#include "train/run_folder.h"

namespace cria::app {
TaskObserver::TaskObserver(const Context* context, const TaskFlags& flags,
                           const tokenizer::Tokenizer* tokenizer, fs::path run)
    : context_(context),
      settings_(TaskFlagsToJson(flags)),
      sets_(ReadTaskSets(flags)),
      tokenizer_(tokenizer),
      run_(std::move(run)) {
  for (const TaskSet& set : sets_) {
    if (set.task.measure != eval::Measure::kWritten) continue;
    throw Error(fmt::format("{} asks for written answers, which take memory beside the training",
                            set.task.name),
                "--tasks", "ask a checkpoint: cria eval RUN --tasks " + set.task.name);
  }
}

void TaskObserver::OnStart(const train::RunStart& start) {
  if (start.layout.data() > 1 && start.pass->memory.stream_layers) {
    throw Error("packed layer by layer, no rank has the whole model to be asked", "--tasks",
                "give each rank more --memory, or ask a checkpoint with cria eval");
  }
  seq_len_ = start.plan->seq_len;
  pass_tokens_ = start.plan->micro_rows * seq_len_;
  const fs::path path = run_ / train::kRunAnswersName;
  if (start.step > 0) lines_ = ReadAnswers(path);
  KeepUpTo(start.step);
  WriteJson(run_ / train::kRunTasksName, settings_);
  if (!lines_.empty()) Write();
}

void TaskObserver::OnRollback(const train::RollbackReport& report) {
  if (report.to_step < 0) return;
  KeepUpTo(report.to_step);
  Write();
}

// Steps behind it will be done again.
void TaskObserver::KeepUpTo(int64_t step) {
  const std::string where = (run_ / train::kRunAnswersName).string();
  std::erase_if(lines_,
                [&](const Json& line) { return JsonGet<int64_t>(line, "step", where) > step; });
}

void TaskObserver::OnValidation(const train::ValidationReport& report) {
  CRIA_CHECK(report.model != nullptr);
  eval::TrainingLanguageModel model(context_, report.model, seq_len_, pass_tokens_);
  Json line = {{"step", report.step}, {"tokens", report.tokens}, {"tasks", Json::object()}};
  try {
    for (const TaskSet& set : sets_) {
      const eval::TaskResult result =
          eval::RunTask(&model, CodecOf(*tokenizer_), set.task, set.questions);
      Json& score = line["tasks"][set.task.name];
      score = {{"questions", result.headline().count}, {"left_out", result.not_fitting}};
      if (result.headline().count == 0) continue;  // no question fits: no number
      score["accuracy"] = result.headline().value();
      score["stderr"] = result.headline().standard_error();
      score["chance"] = result.chance;
    }
  } catch (const Interrupted&) {
    return;  // the run sees the signal too, saves and stops
  }
  KeepUpTo(report.step - 1);
  lines_.push_back(std::move(line));
  Write();
}

void TaskObserver::Write() const {
  std::string text;
  for (const Json& kept : lines_) text += kept.dump() + "\n";
  WriteFile(run_ / train::kRunAnswersName, text);
  Draw();
}

void TaskObserver::Draw() const {
  const std::string where = (run_ / train::kRunAnswersName).string();
  std::vector<eval::ScoreCurve> curves;
  eval::Table table{.caption = "Scores in % with their standard error, and that of a guess",
                    .columns = {{"Task"},
                                {"Questions", true},
                                {"Left out", true},
                                {"Last", true},
                                {"Chance", true}},
                    .rows = {}};
  for (const TaskSet& set : sets_) {
    const Json* last = nullptr;
    for (const Json& line : lines_) {
      if (line["tasks"].contains(set.task.name)) last = &line["tasks"][set.task.name];
    }
    if (last == nullptr) continue;  // asked for later
    curves.push_back(eval::ScoreCurveOf(lines_, set.task.name, set.task.title));
    const auto count = [&](const char* name) { return JsonGet<int64_t>(*last, name, where); };
    const bool none = count("questions") == 0;
    const auto percent = [&](const char* name) {
      return fmt::format("{:.1f}", 100 * JsonGet<double>(*last, name, where));
    };
    table.rows.push_back({set.task.title, std::to_string(count("questions")),
                          std::to_string(count("left_out")),
                          none ? "-" : percent("accuracy") + " ± " + percent("stderr"),
                          none ? "-" : percent("chance")});
  }
  eval::Page page{
      .title = "Tasks while training",
      .subtitle = run_.filename().string(),
      .blocks = {eval::Figure2("this model", curves), table, eval::Paragraph{eval::Figure2Note()}}};
  for (const TaskSet& set : sets_) {
    if (!set.task.note.empty()) {
      page.blocks.push_back(eval::Paragraph{fmt::format("{}: {}", set.task.title, set.task.note)});
    }
  }
  WriteFile(run_ / train::kRunAnswersPageName, eval::RenderHtml(page));
}

}  // namespace cria::app
