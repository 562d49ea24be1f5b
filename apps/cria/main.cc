// The front door: parses the command line, calls one subcommand, turns errors into exit statuses.
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <iostream>

#include "base/error.h"
#include "base/interrupt.h"
#include "command.h"
#include "failure.h"
#include "kernels/instructions.h"
#include "ranks.h"

namespace {

constexpr char kIsaFlag[] = "--isa (or CRIA_ISA)";

// The first word that is no flag, if it names no command: CLI11 would only say that one is missing.
std::string UnknownCommand(const CLI::App& app, int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--isa") ++i;
    if (word.starts_with("-")) continue;
    for (const CLI::App* command : app.get_subcommands({})) {
      if (command->get_name() == word) return "";
    }
    return word;
  }
  return "";
}

int Run(int argc, char** argv) {
  using namespace cria::app;
  CLI::App app(
      "cria raises a LLaMA: raw public text in, a trained, evaluated model that talks out.");
  app.name("cria");
  app.set_version_flag("--version", "cria " CRIA_VERSION);
  app.require_subcommand(1);
  app.add_option_function<std::string>(
         "--isa",
         [](const std::string& name) {
           cria::kernels::LimitInstructions(cria::ParseIsa(name, kIsaFlag), kIsaFlag);
         },
         "Best instruction set to use: portable, avx2, avx512, avx512-bf16 or amx-bf16")
      ->envname("CRIA_ISA");
  AddRaiseCommand(&app);
  AddCorpusCommand(&app);
  AddTokenizerCommand(&app);
  AddTokenizeCommand(&app);
  AddTrainCommand(&app);
  AddEvalCommand(&app);
  AddGenerateCommand(&app);
  AddScoreCommand(&app);
  AddChatCommand(&app);
  AddQuantizeCommand(&app);
  AddConvertCommand(&app);
  AddInspectCommand(&app);
  AddVerifyCommand(&app);
  AddPlanCommand(&app);
  AddBenchCommand(&app);
  if (const std::string unknown = UnknownCommand(app, argc, argv); !unknown.empty()) {
    std::string known;
    for (const CLI::App* command : app.get_subcommands({})) {
      known += (known.empty() ? "" : ", ") + command->get_name();
    }
    fmt::print(stderr, "cria: there is no command \"{}\"\n  mend:  use one of {}\n", unknown,
               known);
    return kBadUsage;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (!SpeaksForAllRanks()) return error.get_exit_code() == 0 ? 0 : kBadUsage;
    return app.exit(error) == 0 ? 0 : kBadUsage;
  }
  // What is still buffered may not fit onto the disk.
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0 || !std::cout.flush()) {
    throw cria::Error("the result could not be written", "standard output",
                      "make room, or write it elsewhere");
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("cria"));
  spdlog::set_pattern("%v");
  cria::InstallInterruptHandler();
  cria::app::SetProgramName(argc > 0 ? argv[0] : nullptr);
  try {
    return Run(argc, argv);
  } catch (...) {
    return cria::app::ReportFailure(std::current_exception(), "cria",
                                    cria::app::SpeaksForAllRanks());
  }
}
