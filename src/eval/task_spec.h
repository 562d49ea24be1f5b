// A task as data: which files, how a question is put and scored, what was published. The built-in
// ones are src/eval/tasks/*.json (docs/evaluation.md says how to add one); a user's own file has
// the same form.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "eval/task_kind.h"

namespace cria::eval {

/// Whose rules: the paper's, or those of EleutherAI's lm-evaluation-harness.
enum class Profile { kPaper, kHarness };

/// How replies are written, where a task has no choices.
struct Writing {
  int64_t max_tokens = 32;
  int samples = 1;  ///< of each question
  double temperature = 0, top_p = 1;
  std::vector<std::string> stop = {"\n"};  ///< the reply ends before the first of them
};

struct TaskSpec {
  std::string name;  ///< piqa
  const TaskKind* kind = nullptr;
  std::string title, note;
  std::string published_table, published_row;  ///< in published_results.json; empty: none
  std::string group_table;                     ///< the table whose rows are the groups
  int64_t questions = 0;                       ///< of the whole set
  bool altered = false;                        ///< the set is not as published
  int shots = 0;
  Measure measure = Measure::kLikelihood;
  Writing writing;
  Json body;          ///< the rest, of one profile: what the kind reads
  std::string where;  ///< for errors
};

/// Numbers in place of a task's own; negative: its own.
struct TaskChanges {
  int shots = -1;    ///< of tasks that have examples
  int samples = -1;  ///< of tasks that write several replies
};

/// Of a task's file. Throws Error, naming `where`, for what makes no task under this profile.
TaskSpec TaskFromJson(std::string name, const Json& json, Profile profile, const std::string& where,
                      const TaskChanges& changes = {});

/// Those that have rules under the profile, sorted by name.
std::vector<TaskSpec> BuiltInTasks(Profile profile, const TaskChanges& changes = {});

/// All questions of a task from the folder of the sets, their ids below it. Throws Error for files
/// that are not there (naming those that would do) and for rows that make no question.
std::vector<Question> ReadQuestions(const TaskSpec& task, const fs::path& folder);

/// published_results.json, parsed once.
const Json& PublishedResults();
/// Published values of a row as printed (per cent or, tables 11 and 14, shares), by model in the
/// order of the paper; empty: none.
std::vector<std::pair<std::string, double>> PublishedRow(const std::string& table,
                                                         const std::string& row);

}  // namespace cria::eval
