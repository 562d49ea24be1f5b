// `cria eval judge`: trains the judge that stands in for PerspectiveAPI, and asks it.
#pragma once

#include <CLI/CLI.hpp>

namespace cria::app {

void AddEvalJudgeCommand(CLI::App* eval);

}  // namespace cria::app
