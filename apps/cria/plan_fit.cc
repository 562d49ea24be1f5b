// `cria plan fit`: a scaling law of one's own runs.
#include <algorithm>

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

struct Flags : CommonFlags {
  std::vector<std::string> runs;
  std::string out;
  int resamples = 200;
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

eval::Table LawTable(const plan::LawFit& fit) {
  const auto row = [](const char* name, double value, const plan::Interval& in, int digits) {
    return std::vector<std::string>{
        name, fmt::format("{:.{}f}", value, digits),
        fmt::format("{:.{}f} to {:.{}f}", in.low, digits, in.high, digits)};
  };
  return {.caption =
              fmt::format("L(N, D) = E + A N^-alpha + B D^-beta; misses the runs by {:.2f} % "
                          "(root mean square){}",
                          100 * fit.residual,
                          fit.determined() ? ""
                                           : ". These runs determine no law: an exponent lies at "
                                             "the edge of the search. Add runs whose loss falls "
                                             "with size, and with length"),
          .columns = {{"Constant"}, {"Value", true}, {"90 % of resampled fits", true}},
          .rows = {row("E", fit.law.e, fit.e, 4), row("A", fit.law.a, fit.a, 1),
                   row("B", fit.law.b, fit.b, 1), row("alpha", fit.law.alpha, fit.alpha, 4),
                   row("beta", fit.law.beta, fit.beta, 4)}};
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

Json ToJson(const std::vector<plan::LossPoint>& points, const plan::LawFit& fit) {
  const auto constant = [](double value, const plan::Interval& in) {
    return Json{{"value", value}, {"low", in.low}, {"high", in.high}};
  };
  Json runs = Json::array();
  for (const plan::LossPoint& p : points) {
    runs.push_back({{"parameters", p.parameters}, {"tokens", p.tokens}, {"loss", p.loss}});
  }
  return {{"e", constant(fit.law.e, fit.e)},          {"a", constant(fit.law.a, fit.a)},
          {"b", constant(fit.law.b, fit.b)},          {"alpha", constant(fit.law.alpha, fit.alpha)},
          {"beta", constant(fit.law.beta, fit.beta)}, {"residual", fit.residual},
          {"determined", fit.determined()},           {"runs", runs}};
}

/// What was measured over what the law says: on the line, all is well.
eval::Charts Picture(const std::vector<plan::LossPoint>& points, const plan::LawFit& fit) {
  eval::LineChart chart{
      .title = "Loss of the runs over the law's",
      .x_label = "loss by the law",
      .y_label = "loss of the run",
      .lines = {{.name = "law", .points = {}}, {.name = "runs", .points = {}, .markers = true}}};
  for (const plan::LossPoint& p : points) {
    const double by_law = fit.law.Loss(p.parameters, p.tokens);
    chart.lines[0].points.push_back({by_law, by_law});
    chart.lines[1].points.push_back({by_law, p.loss});
  }
  for (eval::Line& line : chart.lines) {
    std::sort(line.points.begin(), line.points.end(),
              [](const eval::Point& a, const eval::Point& b) { return a.x < b.x; });
  }
  return {.items = {{.name = "law", .title = chart.title, .svg = eval::RenderLineChart(chart)}}};
}

void RunFit(const Flags& flags) {
  if (!flags.out.empty()) RequireReport(flags.out, flags.force, "--out");
  std::vector<plan::LossPoint> points;
  for (const std::string& run : flags.runs) points.push_back(PointOf(run));
  const plan::LawFit fit = plan::FitLaw(points, flags.resamples, flags.seed);
  const std::vector<eval::Block> blocks = {LawTable(fit), RunsTable(flags, points, fit),
                                           Picture(points, fit)};
  if (!flags.out.empty()) {
    WriteBlocks(flags.out, "A scaling law of these runs", ToJson(points, fit), blocks);
  }
  if (flags.json) {
    fmt::print("{}\n", ToJson(points, fit).dump());
    return;
  }
  PrintTable(RunsTable(flags, points, fit));
  PrintTable(LawTable(fit));
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
  c->add_option("--out", flags.out, "Write the fit: .json, .html with a picture, or .md");
  c->add_flag("--force", flags.force, "Replace the file");
  c->footer("Example: cria plan fit runs/* --out law.html");
}

}  // namespace cria::app
