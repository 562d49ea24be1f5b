// Published curves as lines of a chart, the run's own first and strongest.
#include "eval/report/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "eval/task_spec.h"

namespace cria::eval {
namespace {

constexpr double kBillion = 1e9;
constexpr size_t kMostPoints = 400;
constexpr double kUnsettledShare = 0.05;  // of a run whose loss falls steeply
constexpr int64_t kReleaseVocabulary = 32000;

const Json& FigureOf(const char* name) { return PublishedResults().at(name); }

Line PublishedLine(const std::string& model, const Json& points) {
  Line line{.name = model, .points = {}};
  for (const auto& [billions, value] : points.items()) {
    line.points.push_back({kBillion * std::stod(billions), value.get<double>()});
  }
  std::sort(line.points.begin(), line.points.end(),
            [](const Point& a, const Point& b) { return a.x < b.x; });
  return line;
}

// A dashed line at `y` over the whole width of `lines`.
Line Level(std::string name, double y, const std::vector<Line>& lines) {
  double low = INFINITY, high = 0;
  for (const Line& line : lines) {
    for (const Point& p : line.points) {
      if (p.x <= 0) continue;
      low = std::min(low, p.x), high = std::max(high, p.x);
    }
  }
  Line level{.name = std::move(name), .points = {}, .dashed = true};
  if (high > 0) level.points = {{low, y}, {high, y}};
  return level;
}

// Where, on the logarithmic axis of all lines, the loss of the run has settled.
double UnsettledShare(const std::vector<Line>& lines) {
  const Line all = Level("", 0, lines);
  const std::vector<Point>& run = lines[0].points;
  if (all.points.empty() || run.empty() || run.back().x <= 0) return 0;
  const double low = all.points[0].x, high = all.points[1].x;
  if (high <= low) return 0;
  const double settled = std::max(low, kUnsettledShare * run.back().x);
  return std::log(settled / low) / std::log(high / low);
}

std::vector<Line> PanelLines(const std::string& title) {
  std::vector<Line> lines;
  const Json& panels = FigureOf("figure2_benchmarks_during_training_digitised").at("series");
  if (!panels.contains(title)) return lines;
  for (const auto& [model, curve] : panels[title].items()) {
    if (!curve.is_object()) continue;
    Line line = PublishedLine(model, curve["points"]);
    line.points.push_back(
        {kBillion * curve["end_tokens_B"].get<double>(), curve["end_value"].get<double>()});
    lines.push_back(std::move(line));
  }
  return lines;
}

// The levels of models that the panel has without a curve.
void AddLevels(const std::string& title, std::vector<Line>* lines) {
  const Json& panels = FigureOf("figure2_benchmarks_during_training_digitised").at("series");
  if (!panels.contains(title)) return;
  for (const auto& [model, level] : panels[title].items()) {
    if (level.is_number()) lines->push_back(Level(model, level.get<double>(), *lines));
  }
}

}  // namespace

Charts Figure1(const LossCurve& run) {
  LineChart chart{.title = "Training loss",
                  .x_label = "tokens",
                  .y_label = "nats per token",
                  .lines = {{.name = run.model, .points = Thin(run.points, kMostPoints)}},
                  .log_x = true};
  for (const auto& [model, points] :
       FigureOf("figure1_training_loss_digitised").at("series").items()) {
    chart.lines.push_back(PublishedLine(model, points));
  }
  chart.clip_start_share = UnsettledShare(chart.lines);
  return {{{"figure1_loss", chart.title, RenderLineChart(chart)}}};
}

std::string Figure1Note(int64_t vocab_size) {
  std::string note =
      "The published curves are digitised from the paper's Figure 1, a median over 10 billion "
      "tokens. Losses per token compare only between models of the same tokenizer on the same "
      "mixture of text: ";
  return note + (vocab_size == kReleaseVocabulary
                     ? "this run's must have LLaMA's tokenizer, not just as many pieces."
                     : fmt::format("this run's tokenizer has {} pieces and LLaMA's {}, so only the "
                                   "shapes of the curves compare.",
                                   vocab_size, kReleaseVocabulary));
}

Charts Figure2(const std::string& model, const std::vector<ScoreCurve>& curves) {
  Charts charts;
  for (const ScoreCurve& curve : curves) {
    LineChart chart{.title = curve.title,
                    .x_label = "tokens",
                    .y_label = "score, %",
                    .lines = {{.name = model, .points = curve.points, .markers = true}},
                    .log_x = true};
    const std::vector<Line> published = PanelLines(curve.title);
    chart.lines.insert(chart.lines.end(), published.begin(), published.end());
    AddLevels(curve.title, &chart.lines);
    if (curve.chance >= 0) {
      chart.lines.push_back(Level("chance", curve.chance, chart.lines));
    }
    charts.items.push_back({"figure2_" + curve.task, chart.title, RenderLineChart(chart)});
  }
  return charts;
}

std::string Figure2Note() {
  return "The published curves are digitised from the paper's Figure 2; the dashed line of "
         "Chinchilla is its published score. Those of TriviaQA and NaturalQuestions are probably "
         "5-shot, the others 0-shot. The axis of tokens is logarithmic, the paper's is not.";
}

ScoreCurve ScoreCurveOf(const std::vector<Json>& lines, const std::string& task,
                        const std::string& title) {
  const char* where = "tasks.jsonl";
  ScoreCurve curve{.task = task, .title = title};
  for (const Json& line : lines) {
    const Json tasks = JsonGetOr<Json>(line, "tasks", Json::object(), where);
    if (!tasks.contains(task)) continue;
    const Json& score = tasks[task];
    if (JsonGet<int64_t>(score, "questions", where) == 0) continue;
    curve.points.push_back(
        {JsonGet<double>(line, "tokens", where), 100 * JsonGet<double>(score, "accuracy", where)});
    curve.chance = 100 * JsonGetOr(score, "chance", -0.01, where);
  }
  return curve;
}

}  // namespace cria::eval
