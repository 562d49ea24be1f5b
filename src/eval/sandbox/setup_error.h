// Why a run could not be set up, and how to mend it, in words.
#pragma once

#include <string>

#include "base/error.h"
#include "eval/sandbox/report.h"
#include "eval/sandbox/tree.h"

namespace cria::eval::sandbox {

/// `report` is a failure; `command` the program that was to start.
Error SetupError(const Report& report, const Tree& tree, const std::string& command);

/// What a trial run found open.
Error TrialError(Trial trial);

}  // namespace cria::eval::sandbox
