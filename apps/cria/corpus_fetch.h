// `cria corpus fetch`: raw public dumps from their servers to a folder.
#pragma once

#include "command.h"

namespace cria::app {

void AddCorpusFetch(CLI::App* corpus);

}  // namespace cria::app
