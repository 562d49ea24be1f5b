// Questions with alternatives scored by a model: which choice it ranks first under each measure,
// and how often that is right.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "eval/choice_questions.h"
#include "eval/language_model.h"

namespace cria::eval {

/// Ids of a whole text as the model reads it, BOS in front.
using EncodeText = std::function<std::vector<int32_t>(const std::string&)>;

struct ChoiceScore {
  double logprob = 0;         ///< ln p(choice | context)
  double answer_logprob = 0;  ///< ln p(choice | "Answer:"); 0 unless the measure asks for it
  int64_t characters = 0;     ///< code points, the leading blank not counted
  double Value(Measure measure) const;
};

struct QuestionScore {
  std::vector<ChoiceScore> choices;  ///< empty: the question did not fit the context
  int64_t shots = 0;                 ///< that did
  /// The choice ranked first, the earlier one of equals.
  int Pick(Measure measure) const;
};

struct Accuracy {
  int64_t right = 0, total = 0;
  double value() const { return total > 0 ? static_cast<double>(right) / total : 0; }
  /// Standard error of the mean of `total` outcomes.
  double standard_error() const;
  void Add(bool is_right) {
    ++total;
    right += is_right;
  }
};

struct TaskResult {
  TaskSpec task;
  std::vector<Question> questions;
  std::vector<QuestionScore> scores;
  std::array<Accuracy, 3> accuracy;  ///< by Measure; kAnswer of tasks that ask for it
  double chance = 0;                 ///< accuracy of a guess
  int64_t not_fitting = 0;           ///< questions longer than the context, not counted
  int64_t fewer_shots = 0;           ///< questions that got fewer examples than the task asks for

  const Accuracy& headline() const { return accuracy[static_cast<size_t>(task.measure)]; }
  /// Of each group, under the task's measure.
  std::map<std::string, Accuracy> Groups() const;
};

/// Scores every question. The context is encoded by itself and with the choice behind it; what is
/// beyond the length of the former is scored. `progress(done, all)` between batches. Throws
/// Interrupted.
TaskResult RunChoiceTask(LanguageModel* model, const EncodeText& encode, TaskSpec task,
                         std::vector<Question> questions,
                         const std::function<void(int64_t, int64_t)>& progress);

}  // namespace cria::eval
