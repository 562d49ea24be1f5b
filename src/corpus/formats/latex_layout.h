// Commands of LaTeX that set the page and say nothing: \noindent, \vspace{..}, \phantomsection,
// \hypertarget{..}{text}. Where they end, and which of their arguments is text.
#pragma once

#include <cstddef>
#include <string_view>

namespace cria::corpus {

struct LatexLayout {
  int groups = 0;        ///< arguments in braces; a star and options before them go too
  int text = 0;          ///< which of them is text, from 1; 0 if none
  bool joined = false;   ///< all arguments are one text: \IEEEPARstart{T}{he}
  bool unwraps = false;  ///< the text loses its braces: pandoc puts whole headings into them
  bool skip = false;     ///< a length behind it: "\vskip 2pt plus 1pt"
  bool assigns = false;  ///< a register: goes with "=2pt" or "2pt" behind it, stays without
  bool number = false;   ///< the same with a number: "\hangafter=1"
  bool rule = false;     ///< "\hrule height 1pt", with or without sizes
  bool path = false;     ///< "\tikz[..] \draw (0,0);" beside "\tikz{..}"
  bool bare = false;     ///< its first argument may be a control word: \setlength\parskip{1pt}
  bool spaces = false;   ///< leaves a space between words: "a\hspace{1em}b"
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

/// How many arguments behind \begin{name} go with it if it only sets the page: widetext, spacing,
/// minipage. -1 for other environments.
int LayoutEnvironmentArguments(std::string_view name);

/// Drawings in TeX, which hold no prose: tikzpicture, pspicture.
bool IsPictureEnvironment(std::string_view name);

/// How many lengths stand behind \begin{name} of a figure, table, subfigure and the like, and
/// behind its placement. -1 for other environments.
int FloatArguments(std::string_view name);

/// One past the placement of a float, "[htbp]" and the like, that stands at `at`; `at` if none
/// does.
size_t PlacementEnd(std::string_view text, size_t at);

/// One past `count` options and groups of lengths at `at`; as far as they are there.
size_t LayoutArgumentsEnd(std::string_view text, size_t at, int count);

}  // namespace cria::corpus
