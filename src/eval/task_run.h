// Questions put to a model: how it ranks their choices or what it writes, and what that is worth.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "eval/language_model.h"
#include "eval/task_spec.h"

namespace cria::eval {

/// Texts as the model reads and writes them.
struct TextCodec {
  std::function<std::vector<int32_t>(const std::string&)> encode;  ///< BOS in front
  /// Of ids that continue a text: a leading blank is one. Only for what is written.
  std::function<std::string(std::span<const int32_t>)> decode = {};
};

/// Mean of values with its standard error.
struct Mean {
  double sum = 0, squares = 0;
  int64_t count = 0;
  double value() const { return count > 0 ? sum / static_cast<double>(count) : 0; }
  /// Of the mean; for outcomes of 0 and 1 sqrt(p (1 - p) / (count - 1)).
  double standard_error() const;
  void Add(double x) {
    ++count;
    sum += x;
    squares += x * x;
  }
  void Add(const Mean& other) {
    count += other.count;
    sum += other.sum;
    squares += other.squares;
  }
};

struct TaskResult {
  TaskSpec task;
  std::vector<Question> questions;
  std::vector<QuestionScore> scores;
  std::vector<std::string> metrics;         ///< names, the headline first
  std::vector<std::vector<double>> values;  ///< of each question, a metric each; left out: empty
  double chance = 0;                        ///< headline of a guess
  int64_t not_fitting = 0;                  ///< questions longer than the context, not counted
  int64_t cut_contexts = 0;   ///< of choices; they lost their beginning at an endpoint
  int64_t cut_replies = 0;    ///< written; prompt and reply were too long together for an endpoint
  int64_t set_questions = 0;  ///< of the set, of which `questions` were drawn
  int64_t fewer_shots = 0;    ///< questions that got fewer examples than the task asks for

  Mean MeanOf(size_t metric) const;
  Mean headline() const { return MeanOf(0); }
  /// Headline of each group; where questions are in no group: empty.
  std::map<std::string, Mean> Groups() const;
};

struct RunOptions {
  std::function<void(int64_t done, int64_t all)> progress = nullptr;  ///< between batches
  Graders graders = {};
  uint64_t seed = 1;          ///< of texts that are drawn
  int64_t set_questions = 0;  ///< of the set, if the questions are only some of it
};

/// Runs every question. The context is encoded by itself and with the choice behind it; what is
/// beyond the length of the former is scored. Throws Interrupted.
TaskResult RunTask(LanguageModel* model, const TextCodec& codec, TaskSpec task,
                   std::vector<Question> questions, const RunOptions& options = {});

}  // namespace cria::eval
