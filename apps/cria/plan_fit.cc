// `cria plan fit`: a scaling law of one's own runs.
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/units.h"
#include "command.h"
#include "eval/chart.h"
#include "output_path.h"
#include "plan/law_fit.h"
#include "result_table.h"
#include "train/run_folder.h"
#include "train/run_log.h"

namespace cria::app {
namespace {

using plan::LawForm;

struct Flags : CommonFlags {
  std::vector<std::string> runs;
  std::string out, form = "best";
  int resamples = 400;
  bool force = false;
};

/// Loss of held-out text at the end of a finished run.
plan::LossPoint PointOf(const std::string& run) {
  const train::RunRecord record = train::ReadRunRecord(run);
  if (!record.finished) {
    throw Error("the run is not finished", run, "go on with it: cria train --resume --out " + run);
  }
  const train::LogRecord log = train::ReadRunLog(fs::path(run) / train::kRunLogName);
  if (log.validations.empty()) {
    throw Error("the run was never validated", run, "train with held-out text");
  }
  return {static_cast<double>(ParameterCount(record.config)),
          static_cast<double>(record.summary.tokens), log.validations.back().loss};
}

// The law that is told, and what one of the other form would have missed the runs by.
struct Fit {
  plan::LawFit chosen;
  std::optional<double> other_residual = std::nullopt;  ///< unset: not tried
};

Fit FitRuns(const Flags& flags, const std::vector<plan::LossPoint>& points) {
  const auto fit = [&](LawForm form, int resamples) {
    return plan::FitLaw(points, form, resamples, flags.seed);
  };
  if (flags.form == "sum") return {.chosen = fit(LawForm::kSum, flags.resamples)};
  if (flags.form == "joint") return {.chosen = fit(LawForm::kJoint, flags.resamples)};
  const plan::LawFit sum = fit(LawForm::kSum, 0), joint = fit(LawForm::kJoint, 0);
  const bool joins = joint.residual < sum.residual;
  return {.chosen = fit(joins ? LawForm::kJoint : LawForm::kSum, flags.resamples),
          .other_residual = joins ? sum.residual : joint.residual};
}

LawForm Other(LawForm form) { return form == LawForm::kSum ? LawForm::kJoint : LawForm::kSum; }
std::string FormName(LawForm form) { return form == LawForm::kSum ? "sum" : "joint"; }

eval::Table LawTable(const Fit& runs) {
  const plan::LawFit& fit = runs.chosen;
  const auto row = [&](const char* name, double value, const plan::Interval& in) {
    std::vector<std::string> cells = {name, fmt::format("{:.4g}", value)};
    if (fit.resamples > 0) cells.push_back(fmt::format("{:.2g} to {:.2g}", in.low, in.high));
    return cells;
  };
  std::vector<eval::Table::Column> columns = {{"Constant"}, {"Value", true}};
  if (fit.resamples > 0) columns.push_back({"90 % of resampled fits", true});
  return {
      .caption =
          fmt::format("{}; misses the runs by {:.2f} % (root mean square){}{}",
                      plan::LawFormula(fit.law.form), 100 * fit.residual,
                      runs.other_residual
                          ? fmt::format(", --form {} by {:.2f} %", FormName(Other(fit.law.form)),
                                        100 * *runs.other_residual)
                          : "",
                      fit.determined() ? ""
                                       : ". These runs determine no law: an exponent lies at "
                                         "the edge of the search. Add runs whose loss falls "
                                         "with size, and with length"),
      .columns = std::move(columns),
      .rows = {row("E", fit.law.e, fit.e), row("A", fit.law.a, fit.a), row("B", fit.law.b, fit.b),
               row("alpha", fit.law.alpha, fit.alpha), row("beta", fit.law.beta, fit.beta)}};
}

eval::Table RunsTable(const Flags& flags, const std::vector<plan::LossPoint>& points,
                      const plan::LawFit& fit) {
  eval::Table table{.caption = "Runs",
                    .columns = {{"Run"},
                                {"Parameters", true},
                                {"Tokens", true},
                                {"Loss", true},
                                {"Fitted", true}},
                    .rows = {}};
  for (size_t i = 0; i < points.size(); ++i) {
    const plan::LossPoint& p = points[i];
    table.rows.push_back({flags.runs[i], FormatCount(p.parameters), FormatCount(p.tokens),
                          fmt::format("{:.4f}", p.loss),
                          fmt::format("{:.4f}", fit.law.Loss(p.parameters, p.tokens))});
  }
  return table;
}

// What to train for a budget, from that of the smallest run to ten times that of the largest.
std::vector<plan::Optimum> OptimaOf(const std::vector<plan::LossPoint>& points,
                                    const plan::ScalingLaw& law) {
  double least = INFINITY, most = 0;
  for (const plan::LossPoint& p : points) {
    least = std::min(least, 6 * p.parameters * p.tokens);
    most = std::max(most, 6 * p.parameters * p.tokens);
  }
  std::vector<plan::Optimum> optima;
  for (double flops = std::pow(10, std::ceil(std::log10(least))); flops <= 10 * most; flops *= 10) {
    optima.push_back(plan::ComputeOptimal(law, flops));
  }
  return optima;
}

eval::Table OptimaTable(const std::vector<plan::LossPoint>& points, const plan::ScalingLaw& law) {
  eval::Table table{.caption = "Least loss for a budget, by this law",
                    .columns = {{"FLOPs"},
                                {"Parameters", true},
                                {"Tokens", true},
                                {"Tokens a parameter", true},
                                {"Loss", true}},
                    .rows = {}};
  for (const plan::Optimum& o : OptimaOf(points, law)) {
    table.rows.push_back({fmt::format("{:.0e}", o.train_flops), FormatCount(o.parameters),
                          FormatCount(o.tokens), fmt::format("{:.1f}", o.tokens / o.parameters),
                          fmt::format("{:.3f}", o.loss)});
  }
  return table;
}

Json ToJson(const Flags& flags, const std::vector<plan::LossPoint>& points, const Fit& all) {
  const plan::LawFit& fit = all.chosen;
  const auto constant = [&](double value, const plan::Interval& in) {
    Json json = {{"value", value}};
    if (fit.resamples > 0) json.update({{"low", in.low}, {"high", in.high}});
    return json;
  };
  Json runs = Json::array();
  for (size_t i = 0; i < points.size(); ++i) {
    const plan::LossPoint& p = points[i];
    runs.push_back({{"run", flags.runs[i]},
                    {"parameters", p.parameters},
                    {"tokens", p.tokens},
                    {"loss", p.loss},
                    {"fitted", fit.law.Loss(p.parameters, p.tokens)}});
  }
  Json json = {{"form", FormName(fit.law.form)},
               {"e", constant(fit.law.e, fit.e)},
               {"a", constant(fit.law.a, fit.a)},
               {"b", constant(fit.law.b, fit.b)},
               {"alpha", constant(fit.law.alpha, fit.alpha)},
               {"beta", constant(fit.law.beta, fit.beta)},
               {"residual", fit.residual},
               {"resamples", fit.resamples},
               {"determined", fit.determined()},
               {"runs", runs}};
  if (all.other_residual) json["other_residual"] = *all.other_residual;
  if (!fit.determined()) return json;
  for (const plan::Optimum& o : OptimaOf(points, fit.law)) {
    json["optima"].push_back({{"flops", o.train_flops},
                              {"parameters", o.parameters},
                              {"tokens", o.tokens},
                              {"loss", o.loss}});
  }
  return json;
}

/// Loss over tokens, a curve of the law for each size and its runs beside it.
eval::Charts Picture(const std::vector<plan::LossPoint>& points, const plan::LawFit& fit) {
  constexpr int kCurvePoints = 48;
  eval::LineChart chart{.title = "Loss over tokens: runs, and the law (dashed)",
                        .x_label = "tokens",
                        .y_label = "held-out loss, nats a token",
                        .lines = {},
                        .log_x = true};
  std::map<double, std::vector<eval::Point>> runs;  // of each size
  double first = INFINITY, last = 0;
  for (const plan::LossPoint& p : points) {
    runs[p.parameters].push_back({p.tokens, p.loss});
    first = std::min(first, p.tokens / 1.5);
    last = std::max(last, p.tokens * 1.5);
  }
  for (auto& [parameters, line] : runs) {
    std::sort(line.begin(), line.end(),
              [](const eval::Point& a, const eval::Point& b) { return a.x < b.x; });
    eval::Line curve{.name = FormatCount(parameters) + " by the law",
                     .points = {},
                     .dashed = true,
                     .like = static_cast<int>(chart.lines.size())};
    for (int i = 0; i < kCurvePoints; ++i) {
      const double tokens = first * std::pow(last / first, i / (kCurvePoints - 1.0));
      curve.points.push_back({tokens, fit.law.Loss(parameters, tokens)});
    }
    chart.lines.push_back(
        {.name = FormatCount(parameters), .points = std::move(line), .markers = true});
    chart.lines.push_back(std::move(curve));
  }
  return {.items = {{.name = "law", .title = chart.title, .svg = eval::RenderLineChart(chart)}}};
}

void RunFit(const Flags& flags) {
  if (!flags.out.empty()) RequireReport(flags.out, flags.force, "--out");
  std::vector<plan::LossPoint> points;
  std::set<fs::path> seen;
  for (const std::string& run : flags.runs) {
    if (fs::exists(run) && !seen.insert(fs::canonical(run)).second) {
      throw Error("the same run is named twice", run, "name each once");
    }
    points.push_back(PointOf(run));
  }
  const Fit fit = FitRuns(flags, points);
  std::vector<eval::Block> blocks = {RunsTable(flags, points, fit.chosen), LawTable(fit)};
  if (fit.chosen.determined()) blocks.push_back(OptimaTable(points, fit.chosen.law));
  std::vector<eval::Block> page = blocks;
  page.push_back(Picture(points, fit.chosen));
  if (!flags.out.empty()) {
    WriteBlocks(flags.out, "A scaling law of these runs", ToJson(flags, points, fit), page);
  }
  if (flags.json) {
    fmt::print("{}\n", ToJson(flags, points, fit).dump());
    return;
  }
  for (const eval::Block& block : blocks) {
    if (&block != &blocks.front()) fmt::print("\n");
    PrintTable(std::get<eval::Table>(block));
  }
}

}  // namespace

void AddPlanFitCommand(CLI::App* plan) {
  static Flags flags;
  CLI::App* c = AddCommand(plan, "fit", "Fit E, A, B and the exponents to finished runs", &flags,
                           [] { RunFit(flags); });
  c->add_option("RUN", flags.runs, "Folders of `cria train`, of several sizes and lengths")
      ->required();
  c->add_option("--resamples", flags.resamples, "Fits to resampled runs, for the intervals")
      ->capture_default_str()
      ->check(CLI::Range(0, 100000));
  c->add_option(
       "--form", flags.form,
       "sum: E + A N^-alpha + B D^-beta; joint: the larger term hides the other (Kaplan et "
       "al.); best: that which misses the runs less")
      ->capture_default_str()
      ->check(CLI::IsMember({"best", "sum", "joint"}));
  c->add_option("--out", flags.out, "Write the fit: .json, .html with a picture, or .md");
  c->add_flag("--force", flags.force, "Replace the file");
  c->footer("Example: cria plan fit runs/* --out law.html");
}

}  // namespace cria::app
