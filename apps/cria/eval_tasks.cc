// Reads sets, runs tasks one after the other with a progress bar each, writes samples.
#include "eval_tasks.h"

#include <algorithm>

#include "base/error.h"
#include "eval/task_report.h"

namespace cria::app {
namespace {

eval::Profile ProfileNamed(const std::string& name) {
  return name == "harness" ? eval::Profile::kHarness : eval::Profile::kPaper;
}

bool IsTaskFile(const std::string& task) { return fs::path(task).extension() == ".json"; }

eval::TaskSpec TaskNamed(const std::string& name, const TaskFlags& flags) {
  const eval::Profile profile = ProfileNamed(flags.profile);
  if (IsTaskFile(name)) {
    return eval::TaskFromJson(fs::path(name).stem().string(), ReadJson(name), profile, name,
                              flags.shots);
  }
  for (eval::TaskSpec& task : eval::BuiltInTasks(profile, flags.shots)) {
    if (task.name == name) return std::move(task);
  }
  throw Error(fmt::format("{} has no rules of the profile {}", name, flags.profile), "--profile",
              "ask it under --profile paper");
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

bool IsQuestionTask(const std::string& task) {
  if (IsTaskFile(task)) return true;
  const std::vector<eval::TaskSpec> known = eval::BuiltInTasks(eval::Profile::kPaper);
  return std::any_of(known.begin(), known.end(),
                     [&](const eval::TaskSpec& spec) { return spec.name == task; });
}

void ListQuestionTasks() {
  for (const eval::TaskSpec& task : eval::BuiltInTasks(eval::Profile::kPaper)) {
    const auto files = JsonGetOr<std::vector<std::string>>(task.body, "files", {}, task.where);
    fmt::print("{:<15}{}, {} questions, {}-shot; reads {}\n", task.name, task.title, task.questions,
               task.shots,
               files.empty() ? "mmlu/dev, mmlu/test" : fmt::format("{}", fmt::join(files, " or ")));
    fmt::print("{:<15}from {}\n", "", JsonGetOr<std::string>(task.body, "source", "", task.where));
  }
}

eval::TextCodec CodecOf(const tokenizer::Tokenizer& tokenizer) {
  return {.encode =
              [&tokenizer](const std::string& text) {
                std::vector<int32_t> ids = tokenizer.PromptStart();
                tokenizer.Encode(text, &ids);
                return ids;
              },
          .decode = [&tokenizer](std::span<const int32_t> ids) { return tokenizer.Decode(ids); }};
}

std::vector<TaskSet> ReadTaskSets(const TaskFlags& flags) {
  std::vector<TaskSet> sets;
  for (const std::string& name : flags.tasks) {
    eval::TaskSpec task = TaskNamed(name, flags);
    std::vector<eval::Question> questions = eval::ReadQuestions(task, flags.folder);
    Limit(flags.limit, &questions);
    for (const TaskSet& set : sets) {
      if (set.task.name != task.name) continue;
      throw Error(fmt::format("two tasks are called {}", task.name), "--tasks",
                  "rename the file of one, or ask in two calls");
    }
    sets.push_back({std::move(task), std::move(questions)});
  }
  return sets;
}

Json TaskFlagsToJson(const TaskFlags& flags) {
  Json tasks = Json::array();
  for (const std::string& task : flags.tasks) {
    tasks.push_back(IsTaskFile(task) ? fs::absolute(task).string() : task);
  }
  return {{"tasks", std::move(tasks)},
          {"folder", fs::absolute(flags.folder).string()},
          {"limit", flags.limit}};
}

TaskFlags TaskFlagsFromJson(const Json& json, const std::string& where) {
  TaskFlags flags;
  flags.tasks = JsonGet<std::vector<std::string>>(json, "tasks", where);
  flags.folder = JsonGet<std::string>(json, "folder", where);
  flags.limit = JsonGet<int64_t>(json, "limit", where);
  return flags;
}

TaskOutcome RunTasks(const CommonFlags& common, const TaskFlags& flags, std::vector<TaskSet> sets,
                     const std::string& name, eval::LanguageModel* model,
                     const tokenizer::Tokenizer& tokenizer) {
  std::vector<eval::TaskResult> results;
  for (TaskSet& set : sets) {
    Progress progress(common.progress_style(), set.task.name, std::ssize(set.questions),
                      "questions");
    results.push_back(eval::RunTask(model, CodecOf(tokenizer), std::move(set.task),
                                    std::move(set.questions),
                                    [&](int64_t done, int64_t) { progress.Update(done); }));
    progress.Finish();
    if (!flags.samples.empty()) WriteSamples(flags.samples, results.back());
  }
  TaskOutcome outcome;
  outcome.json = eval::TaskJson(results, ProfileNamed(flags.profile));
  outcome.blocks.push_back(eval::TaskTable(results, name));
  for (std::string& note : eval::TaskNotes(results)) {
    outcome.blocks.push_back(eval::Paragraph{std::move(note)});
  }
  return outcome;
}

}  // namespace cria::app
