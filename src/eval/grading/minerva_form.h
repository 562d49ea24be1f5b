// Minerva's normal form of a final answer in its steps. For the files of this folder.
#pragma once

#include <string>
#include <string_view>

namespace cria::eval {

/// What stands behind the last equals sign: the first step.
std::string_view RightSide(std::string_view answer);
/// The normal form but for its first step and its last, the commas.
std::string NormalizeRightSide(std::string_view side);

}  // namespace cria::eval
