// The title of a LaTeX document as plain text.
#pragma once

#include <string>
#include <string_view>

namespace cria::corpus {

/// Argument of the first \title in `text` (macros expanded) as plain text in one line: commands and
/// braces gone, accents as letters (NFC), footnotes left out, formulas between '$' as they stand.
/// Empty if there is none, or it is longer than 4096 bytes.
std::string LatexTitle(std::string_view text);

}  // namespace cria::corpus
