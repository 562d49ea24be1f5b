// Reads log.jsonl and tasks.jsonl of a run; the pictures are src/eval/report/figures.h.
#include "eval_figures.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "eval/report/figures.h"
#include "eval/task_spec.h"
#include "output_path.h"
#include "result_table.h"
#include "train/run_folder.h"
#include "train/run_log.h"

namespace cria::app {
namespace {

struct Flags : CommonFlags {
  std::string run, out;
  bool force = false;
};

eval::LossCurve ReadLosses(const fs::path& run, const std::string& name) {
  eval::LossCurve curve{.model = name, .points = {}};
  for (const train::LogStep& step : train::ReadRunLog(run / train::kRunLogName).steps) {
    if (!std::isfinite(step.loss)) continue;  // a skipped step
    curve.points.push_back({static_cast<double>(step.tokens), step.loss});
  }
  return curve;
}

// Tasks of all validations, in the order in which they first appear.
std::vector<eval::ScoreCurve> ReadScores(const fs::path& run) {
  const std::vector<Json> lines = ReadAnswers(run / train::kRunAnswersName);
  const std::vector<eval::TaskSpec> known = eval::BuiltInTasks(eval::Profile::kPaper);
  std::vector<eval::ScoreCurve> curves;
  for (const Json& line : lines) {
    const Json tasks = JsonGetOr<Json>(line, "tasks", Json::object(), train::kRunAnswersName);
    for (const auto& entry : tasks.items()) {
      const std::string& task = entry.key();
      if (std::any_of(curves.begin(), curves.end(),
                      [&](const eval::ScoreCurve& curve) { return curve.task == task; })) {
        continue;
      }
      const auto spec = std::find_if(known.begin(), known.end(),
                                     [&](const eval::TaskSpec& s) { return s.name == task; });
      curves.push_back(eval::ScoreCurveOf(lines, task, spec == known.end() ? task : spec->title));
    }
  }
  return curves;
}

Json ToJson(const std::vector<eval::Point>& points, const char* y) {
  Json list = Json::array();
  for (const eval::Point& p : points) list.push_back({{"tokens", p.x}, {y, p.y}});
  return list;
}

eval::Table SummaryTable(const eval::LossCurve& losses,
                         const std::vector<eval::ScoreCurve>& scores) {
  eval::Table table{.caption = "Last values of the run",
                    .columns = {{"Curve"}, {"Tokens", true}, {"Points", true}, {"Last", true}},
                    .rows = {}};
  const auto add = [&](const std::string& name, const std::vector<eval::Point>& points,
                       int digits) {
    if (points.empty()) return;
    table.rows.push_back({name, fmt::format("{:.0f}", points.back().x),
                          std::to_string(points.size()),
                          fmt::format("{:.{}f}", points.back().y, digits)});
  };
  add("training loss, nats per token", losses.points, 3);
  for (const eval::ScoreCurve& curve : scores) add(curve.title + ", %", curve.points, 1);
  return table;
}

void RunFigures(const Flags& flags) {
  if (!flags.out.empty()) RequireReport(flags.out, flags.force, "--out");
  const fs::path run = TrainingRun(flags.run);
  const train::RunRecord record = train::ReadRunRecord(run);
  const std::string name = fs::canonical(flags.run).filename().string();
  const eval::LossCurve losses = ReadLosses(run, name);
  const std::vector<eval::ScoreCurve> scores = ReadScores(run);
  if (losses.points.empty() && scores.empty()) {
    throw Error("the run has no step behind it", run.string(), "train on");
  }
  Json json = {{"run", run.string()}, {"loss", ToJson(losses.points, "nats_per_token")}};
  for (const eval::ScoreCurve& curve : scores) {
    json["scores"][curve.task] = {{"title", curve.title},
                                  {"chance_percent", curve.chance},
                                  {"points", ToJson(curve.points, "percent")}};
  }
  const eval::Table summary = SummaryTable(losses, scores);
  if (!flags.out.empty()) {
    std::vector<eval::Block> blocks = {summary, eval::Heading{"Figure 1: training loss"},
                                       eval::Figure1(losses),
                                       eval::Paragraph{eval::Figure1Note(record.config.vocab_size)},
                                       eval::Heading{"Figure 2: tasks while training"}};
    if (scores.empty()) {
      blocks.push_back(eval::Paragraph{
          "The run was asked nothing: cria train --tasks piqa,hellaswag --task-data SETS."});
    } else {
      blocks.push_back(eval::Figure2(name, scores));
      blocks.push_back(eval::Paragraph{eval::Figure2Note()});
    }
    WriteBlocks(flags.out, "The paper's figures with " + name, json, blocks);
  }
  if (flags.json) return fmt::print("{}\n", json.dump());
  PrintTable(summary);
}

}  // namespace

fs::path TrainingRun(const fs::path& folder) {
  for (const fs::path& run : {folder, folder / "train"}) {
    if (fs::is_regular_file(run / train::kRunFileName)) return run;
  }
  throw Error("neither the folder of a training run nor one of `cria raise`", folder.string(),
              "start one with `cria train`");
}

std::vector<Json> ReadAnswers(const fs::path& path) {
  std::vector<Json> lines;
  if (!fs::exists(path)) return lines;
  const std::string text = ReadFile(path);
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    Json line = TryParseJson(std::string_view(text).substr(at, end - at));
    const bool whole = line.is_object() && line.contains("step") && line.contains("tasks") &&
                       WholeNumber<int64_t>(line["step"]) && line["tasks"].is_object();
    if (whole) lines.push_back(std::move(line));
    at = end + 1;
  }
  return lines;
}

void AddEvalFiguresCommand(CLI::App* eval) {
  static Flags flags;
  CLI::App* c = AddCommand(eval, "figures", "The paper's Figures 1 and 2 with a run in them",
                           &flags, [] { RunFigures(flags); });
  c->add_option("RUN", flags.run, "Folder of `cria train` or `cria raise`")->required();
  c->add_option("--out", flags.out, "Write the figures: .html, .md, or .json (the run's points)");
  c->add_flag("--force", flags.force, "Overwrite --out");
  c->footer("Example: cria eval figures runs/demo --out figures.html");
}

}  // namespace cria::app
