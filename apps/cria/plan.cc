// `cria plan`: what a run takes, before it starts.
#include <algorithm>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/units.h"
#include "command.h"
#include "output_path.h"
#include "plan/model_shape.h"
#include "plan/run_cost.h"
#include "result_table.h"
#include "this_machine.h"

namespace cria::app {
namespace {

struct Flags : CommonFlags {
  std::string params, tokens, devices = "2048xA100-80GB", batch = "4194304", out;
  int64_t seq_len = 2048, vocab_size = 32000;
  double price = 0;
  plan::Surroundings surroundings;
  bool force = false;
  const CLI::App* command = nullptr;
};

/// All that the tables show.
struct Planned {
  plan::RunShape run;
  plan::Devices devices;
  plan::Choice choice;
  plan::RunCost cost;
  double tokens = 0;
};

std::string Number(double value, int digits) { return fmt::format("{:.{}f}", value, digits); }
std::string Share(double part, double whole) { return fmt::format("{:.1f} %", 100 * part / whole); }

// "here" is this machine, "4xhere" four like it.
plan::Devices ParseDevices(const Flags& flags) {
  constexpr std::string_view kHere = "here";
  const std::string& text = flags.devices;
  if (!text.ends_with(kHere)) return plan::ParseDevices(text, "--devices");
  const std::string count = text.substr(0, text.size() - kHere.size());
  // The count as of any other device.
  const std::string other = count + plan::KnownDevices()[0].name;
  return {ThisMachine(flags.MakeContext()), plan::ParseDevices(other, "--devices").count};
}

Planned MakePlan(const Flags& flags) {
  if (flags.params.empty() || flags.tokens.empty()) {
    throw Error("the model and its tokens must be given", "--params, --tokens",
                "such as --params 65B --tokens 1.4T");
  }
  Planned p;
  p.tokens = static_cast<double>(ParseCount(flags.tokens, "--tokens"));
  if (p.tokens < 1) throw Error("a run has tokens", "--tokens", "such as 1.4T");
  p.run.seq_len = flags.seq_len;
  const int64_t batch = ParseCount(flags.batch, "--batch");
  if (flags.command->count("--batch") > 0 && static_cast<double>(batch) > p.tokens) {
    throw Error(fmt::format("a step of {} tokens, a run of {}", flags.batch, flags.tokens),
                "--batch, --tokens", "lower --batch; the paper's is 4M");
  }
  p.run.batch_rows = std::max<int64_t>(1, (batch + flags.seq_len / 2) / flags.seq_len);
  p.run.config = plan::PlannedShape(flags.params, flags.vocab_size, flags.seq_len, "--params");
  p.devices = ParseDevices(flags);
  if (flags.price > 0) p.devices.device.dollars_per_hour = flags.price;
  p.choice = plan::RequireLayout(p.run, p.devices);
  p.cost = plan::CostOf(p.run.config, p.tokens, p.devices,
                        p.choice.step.tokens_per_s(p.choice.layout), flags.surroundings);
  return p;
}

std::string ShapeName(const ModelConfig& c) {
  return fmt::format("{} parameters: {} layers of {}, {} heads, hidden {}, vocabulary {}",
                     FormatCount(static_cast<double>(ParameterCount(c))), c.n_layers, c.dim,
                     c.n_heads, c.hidden_dim, c.vocab_size);
}

eval::Table CostTable(const Flags& flags, const Planned& p) {
  const plan::Layout& layout = p.choice.layout;
  const plan::Surroundings& s = flags.surroundings;
  const plan::Device& device = p.devices.device;
  const auto known = [](double value, const std::string& text) {
    return value > 0 ? text : std::string("not known of this device");
  };
  return {
      .caption = "The run",
      .columns = {{"What"}, {"How much"}},
      .rows = {
          {"model", ShapeName(p.run.config)},
          {"tokens", fmt::format("{}, {} sequences of {} a step", FormatCount(p.tokens),
                                 layout.batch_rows(), p.run.seq_len)},
          {"devices", fmt::format("{} x {}", p.devices.count, device.name)},
          {"layout", plan::LayoutName(layout)},
          {"speed", fmt::format("{:.0f} tokens/s on each, {} of its peak",
                                p.choice.step.tokens_per_s(layout),
                                Share(p.choice.step.utilisation(layout, device), 1))},
          {"time", fmt::format("{:.1f} days, {} device-hours", p.cost.seconds / 86400,
                               FormatCount(p.cost.device_hours))},
          {"energy", known(device.watts,
                           fmt::format("{:.1f} MWh ({} W a device, PUE {}; no hosts, no network)",
                                       p.cost.mwh, device.watts, s.pue))},
          {"carbon", known(device.watts, fmt::format("{:.1f} tCO2eq ({} kg/kWh)", p.cost.t_co2eq,
                                                     s.kg_co2_per_kwh))},
          {"money", known(device.dollars_per_hour,
                          fmt::format("${} (${:.2f} a device-hour)", FormatCount(p.cost.dollars),
                                      device.dollars_per_hour))},
          {"disk",
           fmt::format("{} tokens, {} a checkpoint, {} the model", FormatBytes(p.cost.token_bytes),
                       FormatBytes(p.cost.checkpoint_bytes), FormatBytes(p.cost.model_bytes))}}};
}

eval::Table StepTable(const plan::Choice& choice) {
  eval::Table table{.caption = "One step: " + Number(choice.step.seconds, 3) + " s for " +
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
  eval::Table table{
      .caption = "Memory of one device, which has " + FormatBytes(device.memory_bytes),
      .columns = {{"Part"}, {"Memory", true}},
      .rows = {},
      .total_row = true};
  const plan::MemoryParts& m = choice.memory;
  const std::pair<const char*, double> parts[] = {
      {"weights (bf16)", m.weights_bytes},
      {"gradients (fp32)", m.gradients_bytes},
      {"master weights and moments (fp32)", m.optimizer_bytes},
      {"activations (bf16)", m.activations_bytes},
      {"logits and their gradient (bf16)", m.logits_bytes},
      {"buffers of ZeRO", m.buffers_bytes},
      {"total", m.total_bytes()}};
  for (const auto& [name, bytes] : parts) table.rows.push_back({name, FormatBytes(bytes)});
  return table;
}

eval::Table SizesTable(const Flags& flags, const Planned& p) {
  eval::Table table{
      .caption = "The same run on other numbers of devices, each in its fastest layout",
      .columns = {{"Devices", true},
                  {"Tokens/s each", true},
                  {"Of peak", true},
                  {"Days", true},
                  {"Device-hours", true},
                  {"By links", true},
                  {"By network", true},
                  {"Layout"}},
      .rows = {}};
  std::set<int64_t> counts = {16, 256, 2048, 16384, p.devices.count};
  for (const int64_t count : counts) {
    const plan::Devices devices{p.devices.device, count};
    const std::optional<plan::Choice> best = plan::BestLayout(p.run, devices);
    if (!best) {
      table.rows.push_back({std::to_string(count), "-", "-", "-", "-", "-", "-", "none fits"});
      continue;
    }
    const double speed = best->step.tokens_per_s(best->layout);
    const plan::RunCost cost =
        plan::CostOf(p.run.config, p.tokens, devices, speed, flags.surroundings);
    table.rows.push_back({std::to_string(count), Number(speed, 0),
                          Share(best->step.utilisation(best->layout, devices.device), 1),
                          Number(cost.seconds / 86400, 1), FormatCount(cost.device_hours),
                          FormatBytes(best->step.link_bytes), FormatBytes(best->step.network_bytes),
                          plan::LayoutName(best->layout)});
  }
  return table;
}

Json ToJson(const Flags& flags, const Planned& p) {
  Json phases = Json::array();
  for (const plan::Phase& phase : p.choice.step.phases) {
    phases.push_back({{"name", phase.name}, {"seconds", phase.seconds}});
  }
  const plan::Layout& l = p.choice.layout;
  const plan::MemoryParts& m = p.choice.memory;
  return {{"model", ConfigToJson(p.run.config)},
          {"parameters", ParameterCount(p.run.config)},
          {"tokens", p.tokens},
          {"seq_len", p.run.seq_len},
          {"batch_rows", l.batch_rows()},
          {"devices", p.devices.count},
          {"device", p.devices.device.name},
          {"dollars_per_device_hour", p.devices.device.dollars_per_hour},
          {"pue", flags.surroundings.pue},
          {"kg_co2_per_kwh", flags.surroundings.kg_co2_per_kwh},
          {"layout",
           {{"data", l.data},
            {"tensor", l.tensor},
            {"zero", l.zero},
            {"micro_rows", l.micro_rows},
            {"pieces", l.pieces},
            {"recomputed", plan::RecomputeName(l.recompute)}}},
          {"tokens_per_s_per_device", p.choice.step.tokens_per_s(l)},
          {"utilisation", p.choice.step.utilisation(l, p.devices.device)},
          {"step_seconds", p.choice.step.seconds},
          {"step_phases", phases},
          {"step_link_bytes", p.choice.step.link_bytes},
          {"step_network_bytes", p.choice.step.network_bytes},
          {"memory_bytes",
           {{"weights", m.weights_bytes},
            {"gradients", m.gradients_bytes},
            {"optimizer", m.optimizer_bytes},
            {"activations", m.activations_bytes},
            {"logits", m.logits_bytes},
            {"buffers", m.buffers_bytes},
            {"total", m.total_bytes()}}},
          {"days", p.cost.seconds / 86400},
          {"device_hours", p.cost.device_hours},
          {"mwh", p.cost.mwh},
          {"t_co2eq", p.cost.t_co2eq},
          {"dollars", p.cost.dollars},
          {"token_bytes", p.cost.token_bytes},
          {"checkpoint_bytes", p.cost.checkpoint_bytes},
          {"model_bytes", p.cost.model_bytes}};
}

void RunPlan(const Flags& flags) {
  const Planned planned = MakePlan(flags);
  if (!flags.out.empty()) RequireReport(flags.out, flags.force, "--out");
  const Json json = ToJson(flags, planned);
  std::vector<eval::Table> tables = {CostTable(flags, planned), StepTable(planned.choice),
                                     MemoryTable(planned.choice, planned.devices.device),
                                     SizesTable(flags, planned)};
  if (!flags.out.empty()) {
    WriteResult(flags.out, fmt::format("{} on {}", flags.params, flags.devices), json, tables);
  }
  if (flags.json) {
    fmt::print("{}\n", json.dump());
    return;
  }
  for (eval::Table& table : tables) {
    fmt::print("{}\n\n", std::exchange(table.caption, ""));
    PrintTable(table);
  }
  fmt::print("Shares of the devices' peaks are fitted to the paper's runs (docs/planning.md).\n");
}

}  // namespace

void AddPlanCommand(CLI::App* app) {
  static Flags flags;
  CLI::App* c =
      AddCommand(app, "plan", "What a run takes, before it starts", &flags, [] { RunPlan(flags); });
  flags.command = c;
  c->add_option("--params", flags.params, "Size: 7B, 13B, 33B, 65B, or any number such as 350M");
  c->add_option("--tokens", flags.tokens, "Tokens to train on, such as 1.4T");
  c->add_option("--devices", flags.devices,
                "How many of what: 2048xA100-80GB; here: this machine, measured")
      ->capture_default_str();
  c->add_option("--batch", flags.batch, "Tokens of a step, to a tenth: what devices can share")
      ->capture_default_str();
  c->add_option("--seq-len", flags.seq_len, "Tokens of a sequence")
      ->capture_default_str()
      ->check(CLI::Range(int64_t{16}, int64_t{1} << 20));
  c->add_option("--vocab-size", flags.vocab_size, "Entries of the vocabulary")
      ->capture_default_str()
      ->check(CLI::Range(int64_t{256}, int64_t{1} << 20));
  c->add_option("--price", flags.price, "Dollars for a device-hour (default: the table's)")
      ->check(Above0());
  c->add_option("--pue", flags.surroundings.pue, "Power of the building over that of the devices")
      ->capture_default_str()
      ->check(Between(1, 10));
  c->add_option("--co2", flags.surroundings.kg_co2_per_kwh, "kg of CO2 equivalent for a kWh")
      ->capture_default_str()
      ->check(AtLeast0());
  c->add_option("--out", flags.out, "Write the plan: .json, .html or .md");
  c->add_flag("--force", flags.force, "Replace the file");
  c->footer("Example: cria plan --params 65B --tokens 1.4T --devices 2048xA100-80GB");
  AddPlanLawsCommand(c);
  AddPlanFitCommand(c);
  AddPlanCheckCommand(c);
}

}  // namespace cria::app
