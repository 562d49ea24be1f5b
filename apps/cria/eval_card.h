// `cria eval card RUN`: a model card of a training run and its results.
#pragma once

#include "command.h"

namespace cria::app {

/// Adds the subcommand `card` under `cria eval`.
void AddEvalCardCommand(CLI::App* eval);

}  // namespace cria::app
