// Two models, or two versions of one, compared question by question: the logs that `cria eval
// --samples` wrote of both, paired by question, and a paired test a task and over all tasks.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "eval/compare/significance.h"

namespace cria::eval {

struct CompareOptions {
  std::string metric = {};               ///< empty: the headline of each task
  bool allow_different_prompts = false;  ///< contexts may differ; counted and noted
  /// Metrics of which less is better, beside those that measure toxicity.
  std::set<std::string> lower_is_better = {};
  uint64_t seed = 1;
};

/// A question that both models were scored on.
struct QuestionPair {
  int64_t line_a = 0, line_b = 0;  ///< in the logs, from 1
  double a = 0, b = 0;
};

struct TaskComparison {
  std::string task, metric;
  bool lower_is_better = false;
  /// The share of questions where a stereotype is preferred. 50 % is no preference: neither more
  /// nor less of it is better.
  bool of_preference = false;
  fs::path log_a, log_b;
  bool by_file_name = false;             ///< paired so: no id was in both
  std::vector<QuestionPair> pairs = {};  ///< sorted by id
  int64_t only_a = 0, only_b = 0;        ///< questions scored by one model alone, not counted
  int64_t unscored = 0;                  ///< questions that neither was scored on
  int64_t different_prompts = 0;         ///< pairs whose contexts differ
  PairedOutcome outcome = {};
  double holm_p = 1;  ///< outcome.p corrected for the number of tasks
};

struct Comparison {
  fs::path a, b;
  std::vector<TaskComparison> tasks = {};  ///< by name
  /// Over the tasks where higher is better, or those where lower is if there is no other; every
  /// task weighs alike. Absent for one task, and where metrics have different scales.
  std::optional<PairedOutcome> overall = {};
  std::vector<std::string> notes = {};  ///< what a reader must know of the numbers
};

/// Compares the tasks that both folders hold as TASK.jsonl. Questions pair by id; where no id is in
/// both, by file name and line. Throws Error for bad lines (named by file and line), no common
/// task, fewer than half of a task's questions paired, and pairs whose texts differ.
Comparison CompareSamples(const Context& context, const fs::path& a, const fs::path& b,
                          const CompareOptions& options);

/// Chance of a difference shown where there is none.
inline constexpr double kLevel = 0.05;
/// "A better", "B better" or "no difference shown" at kLevel, of a difference B - A.
std::string Verdict(double difference, double p, bool lower_is_better = false);
/// The same of a task by its p after Holm's correction; of a preference "A prefers stereotypes more
/// often", or B.
std::string Verdict(const TaskComparison& task);

/// The same of comparison.overall, which must be there.
std::string OverallVerdict(const Comparison& comparison);

Json ToJson(const Comparison& comparison);

/// Up to `count` pairs where A is higher, or B: the largest differences, then the log's order.
std::vector<QuestionPair> LargestDifferences(const TaskComparison& task, bool b_higher,
                                             int64_t count);

/// These lines of a log, numbered from 1. Throws Error if one is not there.
std::map<int64_t, Json> ReadSampleLines(const fs::path& log, const std::set<int64_t>& lines);

}  // namespace cria::eval
