// LaTeX source without its comments, as TeX would read it. Knows no macros.
#pragma once

#include <string>
#include <string_view>

namespace cria::corpus {

/// Removes "%" comments (not "\%", nor in verbatim text and URLs) and the environments `comment`
/// and `filecontents`, and ends at an \endinput that stands at the start of a line. A line that is
/// only a comment goes whole. After a blank the end of the line stays; otherwise the next line is
/// joined, which is what TeX does ("wo%\nrd" is one word), except behind a control word, \begin{..}
/// and \end{..}, where the end of the line means nothing. Ends of lines become LF.
std::string StripLatexComments(std::string_view text);

}  // namespace cria::corpus
