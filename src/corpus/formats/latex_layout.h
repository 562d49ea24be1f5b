// Commands of LaTeX that set the page and say nothing: \noindent, \vspace{..}, \phantomsection,
// \hypertarget{..}{text}. Where they end, and which of their arguments is text.
#pragma once

#include <cstddef>
#include <string_view>

namespace cria::corpus {

struct LatexLayout {
  int groups = 0;        ///< arguments in braces; a star and options before them go too
  int text = 0;          ///< which of them is text, from 1; 0 if none
  bool skip = false;     ///< a length behind it: "\vskip 2pt plus 1pt"
  bool unwraps = false;  ///< the text loses its braces: pandoc puts whole headings into them
  bool joined = false;   ///< all arguments are one text: \IEEEPARstart{T}{he}
};

/// Null for the names of other commands.
const LatexLayout* FindLatexLayout(std::string_view name);

struct LatexLayoutUse {
  size_t end = 0;         ///< one past it; npos if its arguments are not there
  std::string_view text;  ///< without braces
  std::string_view more;  ///< the second text of a joined one
};

/// The use whose control word ends at `at`. Looks at no more than 4 KiB for an argument, at 64 KiB
/// for the last if it is the text.
LatexLayoutUse FindLayoutUse(std::string_view text, size_t at, const LatexLayout& layout);

/// Whether \begin{name} and \end{name} only set the page: widetext, linenomath, samepage.
bool IsLayoutEnvironment(std::string_view name);

/// figure, table and the like, whose placement may stand behind \begin{name}.
bool IsFloatEnvironment(std::string_view name);

/// One past the placement of a float, "[htbp]" and the like, that stands at `at`; `at` if none
/// does.
size_t PlacementEnd(std::string_view text, size_t at);

}  // namespace cria::corpus
