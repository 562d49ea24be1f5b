// Reads sets, runs tasks one after the other with a progress bar each, writes samples.
#include "eval_tasks.h"

#include <algorithm>

#include "base/error.h"
#include "base/hash.h"
#include "eval/kinds/set_files.h"
#include "eval/sets.h"
#include "eval/task_report.h"

namespace cria::app {
namespace {

bool IsTaskFile(const std::string& task) { return fs::path(task).extension() == ".json"; }

eval::TaskSpec TaskNamed(const std::string& name, const TaskFlags& flags) {
  const eval::Profile profile = ProfileOf(flags);
  if (IsTaskFile(name)) {
    return eval::TaskFromJson(fs::path(name).stem().string(), ReadJson(name), profile, name,
                              {.shots = flags.shots, .samples = flags.repeats});
  }
  for (eval::TaskSpec& task :
       eval::BuiltInTasks(profile, {.shots = flags.shots, .samples = flags.repeats})) {
    if (task.name == name) return std::move(task);
  }
  throw Error(fmt::format("{} has no rules of the profile {}", name, flags.profile), "--profile",
              "ask it under --profile paper");
}

// A user's own task has files of its own.
void CheckFiles(const TaskFlags& flags, eval::TaskSpec* task) {
  if (IsTaskFile(task->where)) return;
  std::vector<std::string> altered;
  int64_t unknown = 0;
  for (const fs::path& file : eval::FilesOf(*task, flags.folder)) {
    const eval::SetState state = eval::CheckSetFile(flags.folder, file);
    if (state == eval::SetState::kAltered) altered.push_back(file.string());
    unknown += state == eval::SetState::kUnknown;
  }
  if (!altered.empty() && !flags.allow_modified) {
    throw Error(
        fmt::format("a file of {} is not as its authors published it{}", task->name,
                    altered.size() > 1 ? fmt::format(", nor are {} more", altered.size() - 1) : ""),
        altered[0],
        "restore it (cria eval fetch --list says where it lives and its digest), or give "
        "--allow-modified: the report will say so");
  }
  task->altered = !altered.empty();
  if (task->altered) {
    task->note += fmt::format(" Files that are not as published: {}.", altered.size());
  }
  if (unknown > 0) {
    task->note += fmt::format(" Files of whose original no digest is known: {}.", unknown);
  }
}

// Drawn by the hash of their ids, so that every subject and part of a set is seen, whatever its
// order; the order stays.
void Limit(int64_t limit, std::vector<eval::Question>* questions) {
  const int64_t all = std::ssize(*questions);
  if (limit == 0 || limit >= all) return;
  std::vector<std::pair<uint64_t, size_t>> order;
  for (size_t q = 0; q < questions->size(); ++q) order.emplace_back(Hash64((*questions)[q].id), q);
  std::nth_element(order.begin(), order.begin() + limit, order.end());
  order.resize(static_cast<size_t>(limit));
  std::sort(order.begin(), order.end(),
            [](const auto& a, const auto& b) { return a.second < b.second; });
  std::vector<eval::Question> kept;
  for (const auto& drawn : order) kept.push_back(std::move((*questions)[drawn.second]));
  *questions = std::move(kept);
}

void WriteSamples(const fs::path& file, const eval::TaskResult& result) {
  fs::create_directories(file.parent_path());
  std::string lines;
  for (size_t q = 0; q < result.questions.size(); ++q) {
    lines += eval::SampleJson(result, q).dump() + "\n";
  }
  WriteFile(file, lines);
}

}  // namespace

void AddModifiedFlag(CLI::App* command, TaskFlags* flags) {
  command->add_flag("--allow-modified", flags->allow_modified,
                    "Also use sets that are not as published; the report says so");
}

eval::Profile ProfileOf(const TaskFlags& flags) {
  return flags.profile == "harness" ? eval::Profile::kHarness : eval::Profile::kPaper;
}

bool IsQuestionTask(const std::string& task) {
  if (IsTaskFile(task)) return true;
  const std::vector<eval::TaskSpec> known = eval::BuiltInTasks(eval::Profile::kPaper);
  return std::any_of(known.begin(), known.end(),
                     [&](const eval::TaskSpec& spec) { return spec.name == task; });
}

namespace {

// What a task reads, of either profile.
std::string FilesRead(const eval::TaskSpec& task) {
  std::vector<std::string> names;
  for (const char* key : {"files", "folders"}) {
    const auto some = JsonGetOr<std::vector<std::string>>(task.body, key, {}, task.where);
    names.insert(names.end(), some.begin(), some.end());
  }
  for (const char* key : {"folder", "articles", "lists"}) {
    const auto name = JsonGetOr<std::string>(task.body, key, "", task.where);
    if (!name.empty()) names.push_back(name + "/");
  }
  return fmt::format("{}", fmt::join(names, " or "));
}

}  // namespace

void ListQuestionTasks() {
  for (const eval::TaskSpec& task : eval::BuiltInTasks(eval::Profile::kPaper)) {
    fmt::print("{:<21}{}, {} questions, {}-shot; reads {}\n", task.name, task.title, task.questions,
               task.shots, FilesRead(task));
    fmt::print("{:<21}from {}\n", "", JsonGetOr<std::string>(task.body, "source", "", task.where));
  }
}

Json QuestionTasksJson() {
  Json list = Json::array();
  for (const eval::TaskSpec& task : eval::BuiltInTasks(eval::Profile::kPaper)) {
    list.push_back({{"name", task.name},
                    {"title", task.title},
                    {"questions", task.questions},
                    {"shots", task.shots},
                    {"reads", FilesRead(task)},
                    {"source", JsonGetOr<std::string>(task.body, "source", "", task.where)}});
  }
  return list;
}

eval::TextCodec CodecOf(const tokenizer::Tokenizer& tokenizer) {
  return {.encode =
              [&tokenizer](const std::string& text) {
                std::vector<int32_t> ids = tokenizer.PromptStart();
                tokenizer.Encode(text, &ids);
                return ids;
              },
          .decode =
              [&tokenizer](std::span<const int32_t> ids) {
                tokenizer::StreamDecoder decoder(tokenizer);
                // Behind a text, a blank at the beginning is one.
                for (const int32_t id : tokenizer.Encode("a")) decoder.Feed(id);
                std::string text;
                for (const int32_t id : ids) text += decoder.Feed(id);
                return text + decoder.Flush();
              }};
}

fs::path SamplesFile(const TaskFlags& flags, const eval::TaskSpec& task) {
  return fs::path(flags.samples) / (task.name + ".jsonl");
}

std::vector<TaskSet> ReadTaskSets(const TaskFlags& flags) {
  std::vector<TaskSet> sets;
  for (const std::string& name : flags.tasks) {
    eval::TaskSpec task = TaskNamed(name, flags);
    CheckFiles(flags, &task);
    std::vector<eval::Question> questions = eval::ReadQuestions(task, flags.folder);
    const int64_t all = std::ssize(questions);
    Limit(flags.limit, &questions);
    for (const TaskSet& set : sets) {
      if (set.task.name != task.name) continue;
      throw Error(fmt::format("two tasks are called {}", task.name), "--tasks",
                  "rename the file of one, or ask in two calls");
    }
    sets.push_back({std::move(task), std::move(questions), all});
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
          {"limit", flags.limit},
          {"allow_modified", flags.allow_modified}};
}

TaskFlags TaskFlagsFromJson(const Json& json, const std::string& where) {
  TaskFlags flags;
  // Older runs asked whatever lay there.
  flags.allow_modified = JsonGetOr(json, "allow_modified", true, where);
  flags.tasks = JsonGet<std::vector<std::string>>(json, "tasks", where);
  flags.folder = JsonGet<std::string>(json, "folder", where);
  flags.limit = JsonGet<int64_t>(json, "limit", where);
  return flags;
}

std::vector<eval::TaskResult> RunTasks(const CommonFlags& common, const TaskFlags& flags,
                                       std::vector<TaskSet> sets, eval::LanguageModel* model,
                                       const eval::TextCodec& codec, const eval::Graders& graders) {
  std::vector<eval::TaskResult> results;
  for (TaskSet& set : sets) {
    Progress progress(common.progress_style(), set.task.name, std::ssize(set.questions),
                      "questions");
    results.push_back(
        eval::RunTask(model, codec, std::move(set.task), std::move(set.questions),
                      {.progress = [&](int64_t done, int64_t) { progress.Update(done); },
                       .graders = graders,
                       .seed = common.seed,
                       .set_questions = set.all}));
    progress.Finish();
  }
  if (flags.samples.empty()) return results;
  for (const eval::TaskResult& result : results) {
    WriteSamples(SamplesFile(flags, result.task), result);
  }
  return results;
}

}  // namespace cria::app
