// `cria corpus model`: the models that judge documents, trained from texts that the user has.
#pragma once

#include "command.h"

namespace cria::app {

void AddCorpusModel(CLI::App* corpus);

}  // namespace cria::app
