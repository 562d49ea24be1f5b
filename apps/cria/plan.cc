// `cria plan`: what a run takes, before it starts.
#include <cmath>

#include "base/error.h"
#include "base/units.h"
#include "command.h"
#include "plan/run_cost.h"
#include "result_table.h"

namespace cria::app {
namespace {

struct Flags : CommonFlags {
  std::string params, tokens, devices = "2048xA100-80GB", batch = "4M", out;
  int64_t seq_len = 2048;
  double price = 0;
  plan::Surroundings surroundings;
  bool force = false;
};

std::string Number(double value, int digits = 2) { return fmt::format("{:.{}f}", value, digits); }
std::string Share(double part, double whole) { return fmt::format("{:.1f} %", 100 * part / whole); }
std::string Dollars(double dollars) {
  return dollars > 0 ? "$" + FormatCount(dollars) : std::string("?");
}

/// Sequences of a step: the power of two next to what was asked for, so that it can be shared.
int64_t BatchRows(const Flags& flags) {
  const double rows =
      static_cast<double>(ParseCount(flags.batch, "--batch")) / static_cast<double>(flags.seq_len);
  if (rows < 0.75) {
    throw Error("a step must hold a sequence", "--batch", "raise it, or lower --seq-len");
  }
  return int64_t{1} << std::lround(std::log2(rows));
}

plan::RunShape Shape(const Flags& flags) {
  plan::RunShape run;
  run.seq_len = flags.seq_len;
  run.batch_rows = BatchRows(flags);
  run.config = IsPreset(flags.params)
                   ? PresetConfig(flags.params)
                   : DeriveConfig(ParseCount(flags.params, "--params"), 32000, flags.seq_len);
  return run;
}

plan::Choice Best(const plan::RunShape& run, const plan::Devices& devices) {
  std::optional<plan::Choice> best = plan::BestLayout(run, devices);
  if (best) return *std::move(best);
  const double least =
      16 * static_cast<double>(ParameterCount(run.config)) / devices.device.memory_bytes;
  throw Error(fmt::format("no layout of {} devices fits into their {} each, or shares {} sequences",
                          devices.count, FormatBytes(devices.device.memory_bytes), run.batch_rows),
              "--devices",
              fmt::format("weights, gradients and optimizer alone fill {:.0f}; take a power of two",
                          std::ceil(least)));
}

eval::Table StepTable(const plan::Choice& choice) {
  eval::Table table{.caption = "One step of " + FormatSeconds(choice.step.seconds) + ", " +
                               FormatCount(choice.step.tokens) + " tokens",
                    .columns = {{"Phase"}, {"Seconds", true}, {"Share", true}},
                    .rows = {}};
  for (const plan::Phase& phase : choice.step.phases) {
    table.rows.push_back(
        {phase.name, Number(phase.seconds, 3), Share(phase.seconds, choice.step.seconds)});
  }
  return table;
}

eval::Table MemoryTable(const plan::Choice& choice, const plan::Device& device) {
  eval::Table table{.caption = "Memory of one device, of " + FormatBytes(device.memory_bytes),
                    .columns = {{"Part"}, {"Memory", true}},
                    .rows = {},
                    .total_row = true};
  const plan::MemoryParts& m = choice.memory;
  const std::pair<const char*, double> parts[] = {{"weights (bf16)", m.weights},
                                                  {"gradients (bf16)", m.gradients},
                                                  {"optimizer (fp32)", m.optimizer},
                                                  {"activations", m.activations},
                                                  {"logits", m.head},
                                                  {"total", m.total()}};
  for (const auto& [name, bytes] : parts) table.rows.push_back({name, FormatBytes(bytes)});
  return table;
}

eval::Table SizesTable(const Flags& flags, const plan::RunShape& run, plan::Devices devices,
                       double tokens) {
  eval::Table table{
      .caption = "The same run on other numbers of devices, each in its fastest layout",
      .columns = {{"Devices", true},
                  {"Tokens/s each", true},
                  {"Of peak", true},
                  {"Days", true},
                  {"Device-hours", true},
                  {"MB sent a step", true},
                  {"Layout"}},
      .rows = {}};
  for (const int64_t count : {16, 256, 2048, 16384}) {
    devices.count = count;
    const std::optional<plan::Choice> best = plan::BestLayout(run, devices);
    if (!best) {
      table.rows.push_back({std::to_string(count), "-", "-", "-", "-", "-", "none fits"});
      continue;
    }
    const double speed = best->step.tokens_per_s(best->layout);
    const plan::RunCost cost = plan::CostOf(run.config, tokens, devices, speed, flags.surroundings);
    table.rows.push_back({std::to_string(count), Number(speed, 0),
                          Share(best->step.utilisation(best->layout, devices.device), 1),
                          Number(cost.seconds / 86400, 1), FormatCount(cost.device_hours),
                          Number((best->step.network_bytes + best->step.link_bytes) / 1e6, 0),
                          plan::LayoutName(best->layout)});
  }
  return table;
}

eval::Table CostTable(const Flags& flags, const plan::RunShape& run, const plan::Devices& devices,
                      const plan::Choice& choice, const plan::RunCost& cost, double tokens) {
  const double speed = choice.step.tokens_per_s(choice.layout);
  const plan::Surroundings& s = flags.surroundings;
  return {
      .caption = "Shares of the devices' peaks as the paper's runs reached them; not measured here",
      .columns = {{"What"}, {"How much"}},
      .rows = {
          {"model", fmt::format("{} parameters, {} tokens",
                                FormatCount(static_cast<double>(ParameterCount(run.config))),
                                FormatCount(tokens))},
          {"devices", fmt::format("{} x {}", devices.count, devices.device.name)},
          {"layout", plan::LayoutName(choice.layout)},
          {"speed", fmt::format("{:.0f} tokens/s on each, {} of its peak", speed,
                                Share(choice.step.utilisation(choice.layout, devices.device), 1))},
          {"time", fmt::format("{:.1f} days, {} device-hours", cost.seconds / 86400,
                               FormatCount(cost.device_hours))},
          {"energy",
           fmt::format("{:.1f} MWh ({} W, PUE {})", cost.mwh, devices.device.watts, s.pue)},
          {"carbon", fmt::format("{:.1f} tCO2eq ({} kg/kWh)", cost.t_co2eq, s.kg_co2_per_kwh)},
          {"money", fmt::format("{} (${:.2f} a device-hour)", Dollars(cost.dollars),
                                devices.device.dollars_per_hour)},
          {"disk",
           fmt::format("{} tokens, {} a checkpoint, {} the model", FormatBytes(cost.token_bytes),
                       FormatBytes(cost.checkpoint_bytes), FormatBytes(cost.model_bytes))}}};
}

Json ToJson(const plan::Devices& devices, const plan::Choice& choice, const plan::RunCost& cost) {
  Json phases = Json::object();
  for (const plan::Phase& phase : choice.step.phases) phases[phase.name] = phase.seconds;
  const plan::Layout& l = choice.layout;
  const plan::MemoryParts& m = choice.memory;
  return {{"devices", devices.count},
          {"device", devices.device.name},
          {"layout",
           {{"data", l.data},
            {"tensor", l.tensor},
            {"zero", l.zero},
            {"micro_rows", l.micro_rows},
            {"pieces", l.pieces},
            {"recompute", plan::RecomputeName(l.recompute)}}},
          {"tokens_per_s_per_device", choice.step.tokens_per_s(l)},
          {"utilisation", choice.step.utilisation(l, devices.device)},
          {"step_seconds", choice.step.seconds},
          {"step_phases", phases},
          {"memory_bytes",
           {{"weights", m.weights},
            {"gradients", m.gradients},
            {"optimizer", m.optimizer},
            {"activations", m.activations},
            {"logits", m.head},
            {"total", m.total()}}},
          {"days", cost.seconds / 86400},
          {"device_hours", cost.device_hours},
          {"mwh", cost.mwh},
          {"t_co2eq", cost.t_co2eq},
          {"dollars", cost.dollars},
          {"token_bytes", cost.token_bytes},
          {"checkpoint_bytes", cost.checkpoint_bytes},
          {"model_bytes", cost.model_bytes}};
}

void RunPlan(const Flags& flags) {
  if (flags.params.empty() || flags.tokens.empty()) {
    throw Error("the model and its tokens must be given", "--params, --tokens",
                "such as --params 65B --tokens 1.4T");
  }
  if (!flags.out.empty()) RequireReport(flags.out, flags.force, "--out");
  const plan::RunShape run = Shape(flags);
  const auto tokens = static_cast<double>(ParseCount(flags.tokens, "--tokens"));
  plan::Devices devices = plan::ParseDevices(flags.devices, "--devices");
  if (flags.price > 0) devices.device.dollars_per_hour = flags.price;
  const plan::Choice best = Best(run, devices);
  const plan::RunCost cost = plan::CostOf(run.config, tokens, devices,
                                          best.step.tokens_per_s(best.layout), flags.surroundings);
  const Json json = ToJson(devices, best, cost);
  const std::vector<eval::Table> tables = {CostTable(flags, run, devices, best, cost, tokens),
                                           StepTable(best), MemoryTable(best, devices.device),
                                           SizesTable(flags, run, devices, tokens)};
  if (!flags.out.empty()) {
    WriteResult(flags.out, fmt::format("{} on {}", flags.params, flags.devices), json, tables);
  }
  if (flags.json) {
    fmt::print("{}\n", json.dump());
    return;
  }
  for (const eval::Table& table : tables) {
    PrintTable(table);
    fmt::print("\n");
  }
}

}  // namespace

void AddPlanCommand(CLI::App* app) {
  static Flags flags;
  CLI::App* c = AddCommand(app, "plan", "What a run takes, before it starts", &flags, nullptr);
  c->callback([c] {
    if (c->get_subcommands().empty()) RunPlan(flags);
  });
  c->add_option("--params", flags.params, "Size: 7B, 13B, 33B, 65B, or any number such as 350M");
  c->add_option("--tokens", flags.tokens, "Tokens to train on, such as 1.4T");
  c->add_option("--devices", flags.devices, "How many of what: 2048xA100-80GB")
      ->capture_default_str();
  c->add_option("--batch", flags.batch, "Tokens of a step (the next power of two of sequences)")
      ->capture_default_str();
  c->add_option("--seq-len", flags.seq_len, "Tokens of a sequence")
      ->capture_default_str()
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 20));
  c->add_option("--price", flags.price, "Dollars for a device-hour (default: the table's)")
      ->check(Above0());
  c->add_option("--pue", flags.surroundings.pue, "Power of the building over that of the devices")
      ->capture_default_str()
      ->check(Above0());
  c->add_option("--co2", flags.surroundings.kg_co2_per_kwh, "kg of CO2 equivalent for a kWh")
      ->capture_default_str()
      ->check(AtLeast0());
  c->add_option("--out", flags.out, "Write the plan: .json, .html or .md");
  c->add_flag("--force", flags.force, "Replace the file");
  c->footer("Example: cria plan --params 65B --tokens 1.4T --devices 2048xA100-80GB");
  AddPlanLawsCommand(c);
}

}  // namespace cria::app
