// What a kind of task adds to the common run: how questions are made of its files, and what a
// model's reply is worth. One class a kind, in kinds/.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/file.h"
#include "eval/question.h"

namespace cria::eval {

struct TaskSpec;
class Sandbox;
class ToxicityJudge;

/// What some kinds need to judge a reply. Pointers outlive the run; null: not there.
struct Graders {
  const Context* context = nullptr;  ///< questions are judged side by side on its threads
  const Sandbox* sandbox = nullptr;  ///< runs programs that a model wrote
  std::string python = "/usr/bin/python3";
  const ToxicityJudge* toxicity = nullptr;
};

class TaskKind {
 public:
  virtual ~TaskKind() = default;
  /// As task files name it under "kind"; empty: the general one.
  virtual const char* name() const = 0;
  /// Keys of its task files beside those of all kinds.
  virtual std::vector<std::string_view> keys() const = 0;
  /// All questions, from the folder of the sets. Throws Error for files that are not there (naming
  /// those that would do) and for rows that make no question.
  virtual std::vector<Question> Read(const TaskSpec& task, const fs::path& folder) const = 0;
  /// Whether its replies are written: then its measure is `written`, else any other.
  virtual bool writes() const { return false; }
  /// The flag of `cria eval` that gives what Judge needs beside the reply; empty: nothing.
  virtual const char* needs() const { return ""; }
  /// Names of what Judge gives, the headline first. By default the measures that ranked choices
  /// have: the task's own, likelihood and characters.
  virtual std::vector<std::string> Metrics(const TaskSpec& task) const;
  /// A value a metric. Thread-safe.
  virtual std::vector<double> Judge(const TaskSpec& task, const Question& question,
                                    const QuestionScore& score, const Graders& graders) const;
  /// The headline of a guess.
  virtual double Chance(const Question& question) const;
  /// Throws Error, before anything is computed, for what Judge lacks.
  virtual void Require(const TaskSpec& task, const Graders& graders) const;
};

/// The name that lm-evaluation-harness has for accuracy under a measure: acc, acc_norm.
std::string AccuracyName(Measure measure);

/// Throws Error that lists the kinds.
const TaskKind& KindNamed(const std::string& name, const std::string& where);

}  // namespace cria::eval
