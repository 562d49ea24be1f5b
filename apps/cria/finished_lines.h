// What an interrupted `cria generate --json --out FILE` left in its file, so that it goes on from
// there.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "prompt_file.h"

namespace cria::app {

/// The indices of the results in `path`; none if there is no such file. A last line that is torn is
/// cut off the file. Throws Error, naming the line, if a line is no result of its prompt.
std::set<int64_t> FinishedLines(const std::string& path, const std::vector<Prompt>& prompts);

}  // namespace cria::app
