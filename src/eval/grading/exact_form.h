// The form of a final answer under the rule of exact values (math_answer.h). For the files of this
// folder.
#pragma once

#include <string>
#include <string_view>

namespace cria::eval {

/// Drops what changes the look of a formula alone, and gives every fraction its braces.
std::string WithoutLook(std::string_view tex);
/// `text`, or its members, in one form each where they are numbers.
std::string CanonicalMembers(std::string_view text);

}  // namespace cria::eval
