// `cria eval fetch`: where the public evaluation sets live, and their files from there to a folder.
#pragma once

#include <CLI/CLI.hpp>

namespace cria::app {

/// Adds the subcommand to `cria eval`.
void AddEvalFetchCommand(CLI::App* eval);

}  // namespace cria::app
