// `cria eval compare A B`: two models, or two versions of one, compared question by question.
#pragma once

#include "command.h"

namespace cria::app {

/// Adds the subcommand `compare` under `cria eval`.
void AddEvalCompareCommand(CLI::App* eval);

}  // namespace cria::app
