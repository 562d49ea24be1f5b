// Reads sets, runs tasks one after the other with a progress bar each, writes samples.
#include "eval_choices.h"

#include <algorithm>

#include "base/error.h"
#include "eval/task_report.h"

namespace cria::app {
namespace {

eval::Profile ProfileNamed(const std::string& name) {
  return name == "harness" ? eval::Profile::kHarness : eval::Profile::kPaper;
}

bool IsTaskFile(const std::string& task) { return fs::path(task).extension() == ".json"; }

eval::TaskSpec TaskNamed(const std::string& name, eval::Profile profile) {
  if (IsTaskFile(name)) {
    return eval::TaskFromJson(fs::path(name).stem().string(), ReadJson(name), profile, name);
  }
  for (eval::TaskSpec& task : eval::BuiltInTasks(profile)) {
    if (task.name == name) return std::move(task);
  }
  CRIA_CHECK(false, "no task {}", name);
}

// Evenly spread, so that every subject and part of a set is seen.
void Limit(int64_t limit, std::vector<eval::Question>* questions) {
  const int64_t all = std::ssize(*questions);
  if (limit == 0 || limit >= all) return;
  std::vector<eval::Question> kept;
  for (int64_t i = 0; i < limit; ++i) {
    kept.push_back(std::move((*questions)[static_cast<size_t>(i * all / limit)]));
  }
  *questions = std::move(kept);
}

void WriteSamples(const fs::path& folder, const eval::TaskResult& result) {
  fs::create_directories(folder);
  std::string lines;
  for (size_t q = 0; q < result.questions.size(); ++q) {
    lines += eval::SampleJson(result, q).dump() + "\n";
  }
  WriteFile(folder / (result.task.name + ".jsonl"), lines);
}

}  // namespace

bool IsChoiceTask(const std::string& task) {
  if (IsTaskFile(task)) return true;
  const std::vector<eval::TaskSpec> known = eval::BuiltInTasks(eval::Profile::kPaper);
  return std::any_of(known.begin(), known.end(),
                     [&](const eval::TaskSpec& spec) { return spec.name == task; });
}

void ListChoiceTasks() {
  for (const eval::TaskSpec& task : eval::BuiltInTasks(eval::Profile::kPaper)) {
    const auto files = JsonGetOr<std::vector<std::string>>(task.body, "files", {}, task.where);
    fmt::print("{:<15}{}, {} questions, {}-shot; reads {}\n", task.name, task.title, task.questions,
               task.shots, files.empty() ? "mmlu/dev, mmlu/test" : files[0]);
    fmt::print("{:<15}from {}\n", "", JsonGetOr<std::string>(task.body, "source", "", task.where));
  }
}

eval::EncodeText EncodeWith(const tokenizer::Tokenizer& tokenizer) {
  return [&tokenizer](const std::string& text) {
    std::vector<int32_t> ids = tokenizer.PromptStart();
    tokenizer.Encode(text, &ids);
    return ids;
  };
}

std::vector<ChoiceSet> ReadChoiceSets(const ChoiceFlags& flags) {
  std::vector<ChoiceSet> sets;
  for (const std::string& name : flags.tasks) {
    eval::TaskSpec task = TaskNamed(name, ProfileNamed(flags.profile));
    std::vector<eval::Question> questions = eval::ReadQuestions(task, flags.folder);
    Limit(flags.limit, &questions);
    sets.push_back({std::move(task), std::move(questions)});
  }
  return sets;
}

ChoiceOutcome RunChoiceTasks(const CommonFlags& common, const ChoiceFlags& flags,
                             const std::string& name, eval::LanguageModel* model,
                             const tokenizer::Tokenizer& tokenizer) {
  std::vector<eval::TaskResult> results;
  for (ChoiceSet& set : ReadChoiceSets(flags)) {
    Progress progress(common.progress_style(), set.task.name, std::ssize(set.questions),
                      "questions");
    results.push_back(eval::RunChoiceTask(model, EncodeWith(tokenizer), std::move(set.task),
                                          std::move(set.questions),
                                          [&](int64_t done, int64_t) { progress.Update(done); }));
    progress.Finish();
    if (!flags.samples.empty()) WriteSamples(flags.samples, results.back());
  }
  ChoiceOutcome outcome;
  outcome.json = eval::TaskJson(results, ProfileNamed(flags.profile));
  outcome.blocks.push_back(eval::TaskTable(results, name));
  for (std::string& note : eval::TaskNotes(results)) {
    outcome.blocks.push_back(eval::Paragraph{std::move(note)});
  }
  return outcome;
}

}  // namespace cria::app
