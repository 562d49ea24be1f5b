// The commands of `cria corpus` that have a file of their own.
#pragma once

#include "command.h"

namespace cria::app {

void AddCorpusTrace(CLI::App* corpus);
void AddCorpusVerify(CLI::App* corpus);

}  // namespace cria::app
