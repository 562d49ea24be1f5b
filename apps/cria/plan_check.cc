// `cria plan check`: finished runs beside what was planned for them.
#include <cmath>

#include "base/error.h"
#include "base/units.h"
#include "command.h"
#include "output_path.h"
#include "plan/step_time.h"
#include "result_table.h"
#include "this_machine.h"
#include "train/run_folder.h"

namespace cria::app {
namespace {

struct Flags : CommonFlags {
  std::vector<std::string> runs;
  std::string out;
  bool force = false;
};

/// What a run was to take and what it took; 0: not known.
struct Outcome {
  std::string run;
  train::RunRecord record;
  double speed = 0;  ///< tokens/s, planned
};

/// Ranks are planned as devices of one node that share the machine's memory and its ceiling.
double PlannedSpeed(const Context& context, const train::RunRecord& record) {
  plan::Device device = ThisMachine(context, record.ceiling_flops);
  const train::Layout& ranks = record.layout;
  device.per_node = ranks.ranks;
  device.matrix_flops_per_s /= ranks.ranks;
  device.memory_bytes_per_s /= ranks.ranks;
  device.link_bytes_per_s /= ranks.ranks;
  const plan::Layout layout = {.data = ranks.data(),
                               .tensor = ranks.tensor,
                               .zero = ranks.zero,
                               .micro_rows = record.plan.micro_rows,
                               .pieces = (record.plan.pieces() + ranks.data() - 1) / ranks.data(),
                               .recompute = plan::Recompute::kNone};
  const plan::StepTime step = plan::PlanStep(record.config, record.plan.seq_len, layout, device);
  return step.tokens_per_s(layout) * ranks.ranks;
}

Outcome OutcomeOf(const Context& context, const std::string& run) {
  Outcome o{.run = run, .record = train::ReadRunRecord(run)};
  if (!o.record.finished) {
    throw Error("the run is not finished", run, "go on with it: cria train --resume --out " + run);
  }
  if (o.record.ceiling_flops > 0) o.speed = PlannedSpeed(context, o.record);
  return o;
}

std::string Off(double planned, double was) {
  return planned > 0 && was > 0 ? fmt::format("{:+.1f} %", 100 * (was / planned - 1)) : "-";
}

eval::Table OutcomeTable(const Outcome& o) {
  const train::RunSummary& s = o.record.summary;
  const auto bytes = [](int64_t n) {
    return n > 0 ? FormatBytes(static_cast<double>(n)) : std::string("-");
  };
  eval::Table table{
      .caption = fmt::format("{}: {} parameters, {} tokens, {} rank{}{}", o.run,
                             FormatCount(static_cast<double>(ParameterCount(o.record.config))),
                             FormatCount(static_cast<double>(s.tokens)), o.record.layout.ranks,
                             o.record.layout.ranks == 1 ? "" : "s",
                             o.record.layout.tensor == 1
                                 ? ""
                                 : fmt::format(", {} share every layer", o.record.layout.tensor)),
      .columns = {{"What"}, {"Planned", true}, {"Was", true}, {"Off", true}},
      .rows = {}};
  const double seconds = o.speed > 0 ? static_cast<double>(s.tokens) / o.speed : 0;
  table.rows = {
      {"tokens/s", o.speed > 0 ? FormatCount(o.speed) : "-", FormatCount(s.tokens_per_s),
       Off(o.speed, s.tokens_per_s)},
      {"time", seconds > 0 ? FormatSeconds(seconds) : "-", FormatSeconds(s.seconds),
       Off(seconds, s.seconds)},
      {"memory of rank 0", bytes(s.planned_memory_bytes), bytes(s.memory_bytes),
       Off(static_cast<double>(s.planned_memory_bytes), static_cast<double>(s.memory_bytes))},
      {"sent by rank 0 in a step", bytes(s.planned_sent_bytes), bytes(s.sent_bytes),
       Off(static_cast<double>(s.planned_sent_bytes), static_cast<double>(s.sent_bytes))}};
  return table;
}

Json ToJson(const std::vector<Outcome>& outcomes) {
  Json runs = Json::array();
  for (const Outcome& o : outcomes) {
    const train::RunSummary& s = o.record.summary;
    runs.push_back({{"run", o.run},
                    {"ranks", o.record.layout.ranks},
                    {"tensor", o.record.layout.tensor},
                    {"zero", o.record.layout.zero},
                    {"planned_tokens_per_s", o.speed},
                    {"tokens_per_s", s.tokens_per_s},
                    {"planned_memory_bytes", s.planned_memory_bytes},
                    {"memory_bytes", s.memory_bytes},
                    {"planned_sent_bytes", s.planned_sent_bytes},
                    {"sent_bytes", s.sent_bytes}});
  }
  return {{"runs", runs}};
}

void RunCheck(const Flags& flags) {
  if (!flags.out.empty()) RequireReport(flags.out, flags.force, "--out");
  const Context context = flags.MakeContext();
  std::vector<Outcome> outcomes;
  for (const std::string& run : flags.runs) outcomes.push_back(OutcomeOf(context, run));
  std::vector<eval::Table> tables;
  for (const Outcome& o : outcomes) tables.push_back(OutcomeTable(o));
  if (!flags.out.empty()) WriteResult(flags.out, "Runs and their plans", ToJson(outcomes), tables);
  if (flags.json) {
    fmt::print("{}\n", ToJson(outcomes).dump());
    return;
  }
  for (eval::Table& table : tables) {
    fmt::print("{}\n\n", std::exchange(table.caption, ""));
    PrintTable(table);
  }
  fmt::print("Speed is planned from the run's product ceiling and this machine's memory.\n");
}

}  // namespace

void AddPlanCheckCommand(CLI::App* plan) {
  static Flags flags;
  CLI::App* c = AddCommand(plan, "check", "Finished runs beside what was planned for them", &flags,
                           [] { RunCheck(flags); });
  c->add_option("RUN", flags.runs, "Folders of `cria train`")->required();
  c->add_option("--out", flags.out, "Write the tables: .json, .html or .md");
  c->add_flag("--force", flags.force, "Replace the file");
  c->footer("Example: cria plan check runs/*");
}

}  // namespace cria::app
