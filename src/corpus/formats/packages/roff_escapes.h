// The inline escapes of roff (\fB, \(em, \*(lq, \-) to plain text. Knows no macros.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace cria::corpus {

/// Strings that a page defined with .ds, by name.
using RoffStrings = std::map<std::string, std::string, std::less<>>;

/// Text with every escape replaced by what it prints. A comment (\") ends the line.
std::string ExpandRoffEscapes(std::string_view line, const RoffStrings& strings);

}  // namespace cria::corpus
