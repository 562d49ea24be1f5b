// Runs another program and waits for it, without a shell.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/file.h"

namespace cria::corpus {

struct ProcessResult {
  int status = 0;      ///< exit status; 128 + signal if killed
  std::string output;  ///< standard output and error together
};

/// True if `program` is found on PATH.
bool HasProgram(const std::string& program);

/// Runs `command` (name on PATH, then arguments) in `folder`, with no input. `poll` is called about
/// ten times a second meanwhile. After an interrupt the program is ended and Interrupted thrown.
ProcessResult RunProgram(const std::vector<std::string>& command, const fs::path& folder,
                         const std::function<void()>& poll);

}  // namespace cria::corpus
