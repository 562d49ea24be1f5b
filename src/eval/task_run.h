// Questions put to a model: which choice it ranks first under each measure, or what it writes, and
// how often that is right.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "eval/language_model.h"
#include "eval/questions.h"

namespace cria::eval {

/// Texts as the model reads and writes them.
struct TextCodec {
  std::function<std::vector<int32_t>(const std::string&)> encode;    ///< BOS in front
  std::function<std::string(std::span<const int32_t>)> decode = {};  ///< closed book alone
};

struct ChoiceScore {
  double logprob = 0;         ///< ln p(choice | context)
  double answer_logprob = 0;  ///< ln p(choice | "Answer:"); 0 unless the measure asks for it
  int64_t characters = 0;     ///< code points, the leading blank not counted
  double Value(Measure measure) const;
};

struct QuestionScore {
  std::vector<ChoiceScore> choices;
  std::string answer;  ///< closed book: as written by the model, up to its end
  bool fits = true;    ///< false: longer than the context, not scored
  int64_t shots = 0;   ///< that did fit
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
  std::array<Accuracy, kMeasures>
      accuracy;             ///< by Measure; the last two of tasks that ask for them
  double chance = 0;        ///< accuracy of a guess
  int64_t not_fitting = 0;  ///< questions longer than the context, not counted
  int64_t fewer_shots = 0;  ///< questions that got fewer examples than the task asks for

  const Accuracy& headline() const { return accuracy[static_cast<size_t>(task.measure)]; }
  /// Of each group, under the task's measure.
  std::map<std::string, Accuracy> Groups() const;
};

/// Whether the task's measure calls the question answered.
bool IsRight(const Question& question, const QuestionScore& score, Measure measure);

/// Runs every question. The context is encoded by itself and with the choice behind it; what is
/// beyond the length of the former is scored. `progress(done, all)` between batches. Throws
/// Interrupted.
TaskResult RunTask(LanguageModel* model, const TextCodec& codec, TaskSpec task,
                   std::vector<Question> questions,
                   const std::function<void(int64_t, int64_t)>& progress);

}  // namespace cria::eval
