// `cria plan laws`: what to train for a budget of compute.
#include "base/error.h"
#include "base/units.h"
#include "command.h"
#include "plan/scaling_law.h"
#include "result_table.h"

namespace cria::app {
namespace {

struct Flags : CommonFlags {
  double flops = 0, loss = 0;
  std::string served = "0";
};

void RunLaws(const Flags& flags) {
  if ((flags.flops > 0) == (flags.loss > 0)) {
    throw Error("one of compute and loss must be given", "--flops, --loss",
                "such as --flops 1e22, with --serve 1T for a model that serves so many tokens");
  }
  const auto served = static_cast<double>(ParseCount(flags.served, "--serve"));
  eval::Table table{
      .caption = "Losses belong to the data of the fit; differences carry over, values do not",
      .columns = {{"Law"},
                  {"For"},
                  {"Parameters", true},
                  {"Tokens", true},
                  {"Tokens/parameter", true},
                  {"Training FLOP", true},
                  {"Serving FLOP", true},
                  {"Loss", true}},
      .rows = {}};
  Json json = Json::array();
  const auto add = [&](const plan::ScalingLaw& law, const std::string& what,
                       const plan::Optimum& o) {
    const double serving = 2 * o.parameters * served;
    table.rows.push_back({law.name, what, FormatCount(o.parameters), FormatCount(o.tokens),
                          fmt::format("{:.1f}", o.tokens / o.parameters),
                          fmt::format("{:.2e}", o.train_flops), fmt::format("{:.2e}", serving),
                          fmt::format("{:.4f}", o.loss)});
    json.push_back({{"law", law.name},
                    {"for", what},
                    {"parameters", o.parameters},
                    {"tokens", o.tokens},
                    {"train_flops", o.train_flops},
                    {"serving_flops", serving},
                    {"loss", o.loss}});
  };
  for (const plan::ScalingLaw& law : plan::PublishedLaws()) {
    if (flags.flops > 0) {
      const plan::Optimum best = plan::ComputeOptimal(law, flags.flops);
      add(law, "least loss for the compute", best);
      if (served > 0) {
        add(law, "that loss, least compute with serving",
            plan::ServingOptimal(law, best.loss, served));
      }
    } else if (law.Reaches(flags.loss)) {
      add(law, served > 0 ? "the loss, least compute with serving" : "the loss, least compute",
          plan::ServingOptimal(law, flags.loss, served));
    } else {
      table.rows.push_back({law.name, "never falls so low", "-", "-", "-", "-", "-",
                            fmt::format("> {:.4f}", law.e)});
    }
  }
  if (flags.flops > 0) {
    add(plan::PublishedLaws()[0], "20 tokens a parameter",
        plan::TwentyTokens(plan::PublishedLaws()[0], flags.flops));
  }
  if (flags.json) {
    fmt::print("{}\n", json.dump());
  } else {
    PrintTable(table);
  }
}

}  // namespace

void AddPlanLawsCommand(CLI::App* plan) {
  static Flags flags;
  CLI::App* l = AddCommand(plan, "laws", "Size and tokens for a budget, by published scaling laws",
                           &flags, [] { RunLaws(flags); });
  l->add_option("--flops", flags.flops, "Operations of the training, such as 1e22")
      ->check(Between(1e9, 1e30));
  l->add_option("--loss", flags.loss, "Loss to reach, nats a token")->check(Between(0.1, 12));
  l->add_option("--serve", flags.served, "Tokens the model will serve, such as 1T")
      ->capture_default_str();
  l->footer("Example: cria plan laws --flops 1e22 --serve 1T");
}

}  // namespace cria::app
