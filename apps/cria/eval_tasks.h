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
  std::vector<std::string> tasks;  ///< names, or files of the user's own tasks
  std::string folder;              ///< of the sets
  std::string profile = "paper";
  std::string samples;  ///< folder for a line a question; empty: none
  int64_t limit = 0;    ///< questions of each task, evenly spread; 0: all
  int shots = -1;       ///< examples, of tasks that have them; -1: the task\'s own
};

/// Whether `task` names such a task, or a file of one.
bool IsQuestionTask(const std::string& task);
/// A line a task, for --list.
void ListQuestionTasks();

/// Texts as this tokenizer has them. It outlives what is returned.
eval::TextCodec CodecOf(const tokenizer::Tokenizer& tokenizer);

/// The tasks with their questions, or an Error before anything is computed.
struct TaskSet {
  eval::TaskSpec task;
  std::vector<eval::Question> questions;
};
std::vector<TaskSet> ReadTaskSets(const TaskFlags& flags);

/// The tasks, absolute folder and numbers of `flags`, and back: what a training run keeps of them.
Json TaskFlagsToJson(const TaskFlags& flags);
TaskFlags TaskFlagsFromJson(const Json& json, const std::string& where);

struct TaskOutcome {
  Json json;
  std::vector<eval::Block> blocks;  ///< a table and what must be known of it
};
/// `sets` as ReadTaskSets gave them. `name`: of the model, for the table.
TaskOutcome RunTasks(const CommonFlags& common, const TaskFlags& flags, std::vector<TaskSet> sets,
                     const std::string& name, eval::LanguageModel* model,
                     const tokenizer::Tokenizer& tokenizer);

}  // namespace cria::app
