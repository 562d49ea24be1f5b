// Commands of LaTeX that set the page and say nothing: \noindent, \vspace{..}, \phantomsection,
// \hypertarget{..}{text}. Where they end, and which of their arguments is text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cria::corpus {

struct LatexLayout {
  int groups = 0;        ///< arguments in braces; a star and options before them go too
  int text = 0;          ///< which of them is text, from 1; 0 if none
  bool option = false;   ///< without arguments; an option may touch it: \pagebreak[3]
  bool joined = false;   ///< all arguments are one text: \IEEEPARstart{T}{he}
  bool unwraps = false;  ///< the text loses its braces: pandoc puts whole headings into them
  bool skip = false;     ///< a length behind it: "\vskip 2pt plus 1pt"
  bool assigns = false;  ///< a register: goes with "=2pt" or "2pt" behind it, stays without
  bool number = false;   ///< the same with a number: "\hangafter=1"
  bool rule = false;     ///< "\hrule height 1pt", with or without sizes
  bool path = false;     ///< "\tikz[..] \draw (0,0);" beside "\tikz{..}"
  bool bare = false;     ///< its first argument may be a control word: \setlength\parskip{1pt}
  bool within = false;   ///< stands within words and leaves nothing: "sympy.\allowbreak{}core"
  bool spaces = false;   ///< leaves a space between words: "a\hspace{1em}b"
};

/// Null for the names of other commands.
const LatexLayout* FindLatexLayout(std::string_view name);

struct LatexLayoutUse {
  size_t end = 0;         ///< one past it; npos if its arguments are not there, or see `open`
  std::string_view text;  ///< without braces
  std::string_view more;  ///< the second text of a joined one
  /// The '{' of a last argument that is text: it is read on from there, and keeps its braces. npos
  /// if there is none, or the text loses its braces.
  size_t open = std::string_view::npos;
  int64_t vain_bytes = 0;  ///< looked at for the end of arguments that do not end
};

/// One past the star and the length that may stand behind "\\": "\\*[2pt]"; else `at`.
size_t RowGapEnd(std::string_view text, size_t at);

/// The use whose control word ends at `at`. Looks at no more than 4 KiB for an argument or option.
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
