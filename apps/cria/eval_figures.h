// `cria eval figures RUN`: the paper's Figures 1 and 2 with a training run in them.
#pragma once

#include <vector>

#include "base/json.h"
#include "command.h"

namespace cria::app {

/// Adds the subcommand `figures` under `cria eval`.
void AddEvalFiguresCommand(CLI::App* eval);

/// The answers that `cria train --tasks` keeps, a line a validation; one that a killed process cut
/// off is none. Empty: there is no such file.
std::vector<Json> ReadAnswers(const fs::path& path);

/// The folder of the training run: `folder`, or `folder`/train as `cria raise` leaves it. Throws
/// Error if it is neither.
fs::path TrainingRun(const fs::path& folder);

}  // namespace cria::app
