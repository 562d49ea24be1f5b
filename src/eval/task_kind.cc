// The list of kinds, and what ranked choices have in common.
#include "eval/task_kind.h"

#include <algorithm>

#include "base/error.h"
#include "eval/kinds/kinds.h"
#include "eval/task_spec.h"

namespace cria::eval {
namespace {

// The task's own first; any choices can be ranked by likelihood and by characters.
std::vector<Measure> MeasuresOf(const TaskSpec& task) {
  std::vector<Measure> measures = {task.measure};
  for (const Measure measure : {Measure::kLikelihood, Measure::kCharacters}) {
    if (measure != task.measure) measures.push_back(measure);
  }
  return measures;
}

}  // namespace

std::string AccuracyName(Measure measure) {
  constexpr const char* kNames[kMeasures] = {"acc", "acc_norm", "acc_answer", "acc_perplexity",
                                             "exact_match"};
  return kNames[static_cast<int>(measure)];
}

std::vector<std::string> TaskKind::Metrics(const TaskSpec& task) const {
  std::vector<std::string> names;
  for (const Measure measure : MeasuresOf(task)) names.push_back(AccuracyName(measure));
  return names;
}

std::vector<double> TaskKind::Judge(const TaskSpec& task, const Question& question,
                                    const QuestionScore& score, const Graders&) const {
  std::vector<double> values;
  for (const Measure measure : MeasuresOf(task)) {
    values.push_back(score.Pick(measure) == question.gold ? 1 : 0);
  }
  return values;
}

double TaskKind::Chance(const Question& question) const {
  return question.choices.empty() ? 0 : 1.0 / static_cast<double>(question.choices.size());
}

void TaskKind::Require(const TaskSpec&, const Graders&) const {}

const TaskKind& KindNamed(const std::string& name, const std::string& where) {
  const std::vector<const TaskKind*> kinds = AllKinds();
  std::vector<std::string> names;
  for (const TaskKind* kind : kinds) {
    if (kind->name() == name) return *kind;
    if (*kind->name() != '\0') names.emplace_back(kind->name());
  }
  throw Error(fmt::format("no kind of task \"{}\"", name), where,
              fmt::format("use one of {}, or none", fmt::join(names, ", ")));
}

}  // namespace cria::eval
