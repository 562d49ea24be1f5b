// The paper's Figures 1 and 2 with a run of one's own in them. Published curves are those that
// published_results.json has digitised; x is tokens, on a logarithmic axis, for a small run ends
// where they begin.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "eval/chart.h"
#include "eval/report_page.h"

namespace cria::eval {

struct LossCurve {
  std::string model;
  std::vector<Point> points;  ///< tokens seen, nats per token
};

/// Training loss (LLaMA, Figure 1). The first twentieth of the run may leave the frame at the top.
Charts Figure1(const LossCurve& run);
/// What must be known to compare: losses per token are of one tokenizer only. `vocab_size`: of the
/// run's.
std::string Figure1Note(int64_t vocab_size);

struct ScoreCurve {
  std::string task, title;         ///< piqa, PIQA: the figure has its panels by title
  std::vector<Point> points = {};  ///< tokens seen, per cent
  double chance = -1;              ///< per cent; below 0: not known
};

/// A picture a task (LLaMA, Figure 2): the run, the four models and Chinchilla where the figure has
/// a panel of that title, and chance.
Charts Figure2(const std::string& model, const std::vector<ScoreCurve>& curves);
std::string Figure2Note();

/// A task of the answers of a run, a line a validation: {"tokens": n, "tasks": {name: {"accuracy",
/// "chance", "questions"}}}. Validations that did not ask it, or where no question fitted, have no
/// point.
ScoreCurve ScoreCurveOf(const std::vector<Json>& lines, const std::string& task,
                        const std::string& title);

}  // namespace cria::eval
