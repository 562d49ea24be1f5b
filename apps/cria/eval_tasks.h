// The tasks of `cria eval` that are questions, from a folder of public sets.
#pragma once

#include <string>
#include <vector>

#include "command.h"
#include "eval/report_page.h"
#include "eval/task_run.h"
#include "infer/load.h"

namespace cria::app {

struct TaskFlags {
  std::vector<std::string> tasks = {};  ///< names, or files of the user's own tasks
  std::string folder = {};              ///< of the sets
  std::string profile = "paper";
  std::string samples = {};     ///< folder for a line a question; empty: none
  int64_t limit = 0;            ///< questions of each task, drawn by their ids; 0: all
  bool allow_modified = false;  ///< sets that are not as published
  int shots = -1;               ///< examples, of tasks that have them; -1: the task's own
  int repeats = -1;  ///< replies of a question, of tasks that write several; -1: the task's own
};

/// --allow-modified, of every command that asks questions.
void AddModifiedFlag(CLI::App* command, TaskFlags* flags);

eval::Profile ProfileOf(const TaskFlags& flags);
/// Whether `task` names such a task, or a file of one.
bool IsQuestionTask(const std::string& task);
/// Two lines a task, for --list, and the same for --json.
void ListQuestionTasks();
Json QuestionTasksJson();

/// Texts as this tokenizer has them. It outlives what is returned.
eval::TextCodec CodecOf(const tokenizer::Tokenizer& tokenizer);

/// The tasks with their questions, or an Error before anything is computed.
struct TaskSet {
  eval::TaskSpec task;
  std::vector<eval::Question> questions;
  int64_t all = 0;  ///< questions of the set, of which these were drawn
};
/// Throws Error for files that are not as published, unless they are allowed; then, and for files
/// of which no digest is known, the task's note says so.
std::vector<TaskSet> ReadTaskSets(const TaskFlags& flags);

/// Where RunTasks writes the samples of a task.
fs::path SamplesFile(const TaskFlags& flags, const eval::TaskSpec& task);

/// The tasks, absolute folder and numbers of `flags`, and back: what a training run keeps of them.
Json TaskFlagsToJson(const TaskFlags& flags);
TaskFlags TaskFlagsFromJson(const Json& json, const std::string& where);

/// Of every task in turn, each with a progress bar. `sets` as ReadTaskSets gave them.
std::vector<eval::TaskResult> RunTasks(const CommonFlags& common, const TaskFlags& flags,
                                       std::vector<TaskSet> sets, eval::LanguageModel* model,
                                       const eval::TextCodec& codec, const eval::Graders& graders);

}  // namespace cria::app
