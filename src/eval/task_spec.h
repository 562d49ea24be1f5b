// A task as data: which files, how a question is put and scored, what was published. The built-in
// ones are src/eval/tasks/*.json (docs/evaluation.md says how to add one); a user's own file has
// the same form.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace cria::eval {

/// Whose rules: the paper's, or those of EleutherAI's lm-evaluation-harness.
enum class Profile { kPaper, kHarness };

/// What makes a choice the first, or an answer right.
enum class Measure {
  kLikelihood,  ///< ln p(choice | context)
  kCharacters,  ///< the same per character of the choice, its leading blank not counted
  kAnswer,      ///< ln p(choice | context) - ln p(choice | "Answer:")
  kExactMatch,  ///< no choices: the answer written is one of those given (closed_book.h)
};
inline constexpr int kMeasures = 4;
const char* MeasureName(Measure measure);

/// How its questions are made of the files (questions.h).
enum class TaskKind { kGeneral, kRace, kMmlu, kClosedBook };

struct TaskSpec {
  std::string name;  ///< piqa
  TaskKind kind = TaskKind::kGeneral;
  std::string title, note;
  std::string published_table, published_row;  ///< in published_results.json; empty: none
  int64_t questions = 0;                       ///< of the whole set
  int shots = 0;
  Measure measure = Measure::kLikelihood;
  Json body;          ///< the rest, of one profile: what questions.h reads
  std::string where;  ///< for errors
};

/// Of a task's file. `shots`, if not negative, in place of its own, for tasks that have examples.
/// Throws Error, naming `where`, for what makes no task under this profile.
TaskSpec TaskFromJson(std::string name, const Json& json, Profile profile, const std::string& where,
                      int shots = -1);

/// Those that have rules under the profile, sorted by name.
std::vector<TaskSpec> BuiltInTasks(Profile profile, int shots = -1);

/// published_results.json, parsed once.
const Json& PublishedResults();
/// Published values of a row, in per cent, by model in the order of the paper; empty: none.
std::vector<std::pair<std::string, double>> PublishedRow(const std::string& table,
                                                         const std::string& row);

}  // namespace cria::eval
