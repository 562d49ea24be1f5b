// What every subcommand shares: common flags, the context they make, and the way a command is
// added. One file per subcommand beside this one; main.cc lists them in the order of the stream.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "base/context.h"
#include "base/file.h"
#include "base/progress.h"

namespace cria::app {

/// Flags with the same name and meaning everywhere.
struct CommonFlags {
  int threads = 0;             ///< 0: all cores
  std::string device = "cpu";  ///< of AddDeviceFlag
  uint64_t seed = 1;
  bool json = false;
  bool quiet = false;
  bool verbose = false;

  /// Throws Error if the device is not there.
  Context MakeContext() const;
  Progress::Style progress_style() const;
};

/// Adds --device, for commands whose kernels a GPU can run.
void AddDeviceFlag(CLI::App* command, CommonFlags* flags);

/// Where fetched packages are kept: $CRIA_CACHE, $XDG_CACHE_HOME/cria or ~/.cache/cria.
fs::path DefaultCache();

/// Checks of numbers, with a message that people can read.
CLI::Validator Above0();
CLI::Validator AtLeast0();
/// NaN is not between any.
CLI::Validator Between(double low, double high);

/// The program as it was called, to print commands that can be pasted.
std::string ProgramName();
void SetProgramName(const char* argv0);
/// For a shell: as it is if nothing in it is special, else in single quotes.
std::string Quoted(const fs::path& path);

/// Adds a subcommand with the common flags; `run` is its body, called after parsing unless one of
/// its own subcommands was. Returns the CLI11 object to add flags to. `flags` must outlive parsing.
CLI::App* AddCommand(CLI::App* parent, const std::string& name, const std::string& description,
                     CommonFlags* flags, std::function<void()> run);

// One function per file; each owns its flag values for the life of the program.
void AddRaiseCommand(CLI::App* app);
void AddCorpusCommand(CLI::App* app);
void AddTokenizerCommand(CLI::App* app);
void AddTokenizeCommand(CLI::App* app);
void AddTrainCommand(CLI::App* app);
void AddEvalCommand(CLI::App* app);
void AddGenerateCommand(CLI::App* app);
void AddScoreCommand(CLI::App* app);
void AddChatCommand(CLI::App* app);
void AddConvertCommand(CLI::App* app);
void AddQuantizeCommand(CLI::App* app);
void AddInspectCommand(CLI::App* app);
void AddVerifyCommand(CLI::App* app);
void AddPlanCommand(CLI::App* app);
void AddPlanLawsCommand(CLI::App* plan);
void AddPlanFitCommand(CLI::App* plan);
void AddPlanCheckCommand(CLI::App* plan);
void AddBenchCommand(CLI::App* app);

// Parts of `cria bench` that have a file of their own.
void AddBenchTrain(CLI::App* bench);
void AddBenchModel(CLI::App* bench);
void AddBenchInfer(CLI::App* bench);
void AddBenchBatch(CLI::App* bench);
void AddBenchCorpus(CLI::App* bench);
void AddBenchEval(CLI::App* bench);

}  // namespace cria::app
