// Questions with alternatives, put as texts for a model: what the files of a set and its task say.
#pragma once

#include <string>
#include <vector>

#include "base/file.h"
#include "eval/task_spec.h"

namespace cria::eval {

/// The context of choice c is header + shots + (contexts[c], or the only one).
struct Question {
  std::string id;
  std::string group = {};   ///< a subject, empty where there are none
  std::string header = {};  ///< before the shots
  std::vector<std::string> shots =
      {};  ///< solved examples; the last ones go first where all do not fit
  std::vector<std::string> contexts;
  std::vector<std::string> choices = {};  ///< with the blank before them
  int gold = 0;
  std::vector<std::string> answers = {};  ///< closed book: what is right; then there are no choices
  std::string ContextOf(size_t choice, size_t shots_given) const;
};

/// All questions of a task from the folder of the sets. Throws Error for files that are not there
/// (naming those that would do) and for rows that make no question.
std::vector<Question> ReadQuestions(const TaskSpec& task, const fs::path& folder);

}  // namespace cria::eval
