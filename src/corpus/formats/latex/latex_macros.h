// User macros of LaTeX: what a definition in the source says, and a macro's text with its arguments
// put in. Finding arguments and rescanning is the expander's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cria::corpus {

struct LatexMacro {
  struct Parameter {
    enum Kind {
      kPlain,
      kOptional,
      kDelimited,
      kStar,      ///< \BooleanTrue or \BooleanFalse: whether `open` stands there
      kRequired,  ///< between `open` and `close`, which must be there
    } kind = kPlain;
    std::string text;  ///< the default of an optional one, what ends a delimited one
    char open = '[', close = ']';
  };
  std::string prefix;  ///< must stand behind the name: "(" in \def\at(#1){..}
  std::vector<Parameter> parameters;
  std::string body;
  std::string starred;  ///< body behind a '*', if `has_star`
  bool has_star = false;
  bool literal = false;  ///< body means what TeX itself means by it: not read again
  bool blocked = false;  ///< ran into a limit once: left as written
};

struct LatexDefinition {
  enum Kind {
    kMacro,  ///< name gets `macro`
    kLet,    ///< name gets what `target` means now
    kIf,     ///< \newif: name without "if", false at first
    kOther,  ///< removed without a meaning here: environments, theorems
  } kind = kMacro;
  std::string name;    ///< without the backslash
  std::string target;  ///< the token of a kLet, with its backslash if it has one
  LatexMacro macro;
  bool only_if_new = false;  ///< \providecommand
  /// False if the body programs TeX (\csname, \advance, names with '@' ...): expanding it would put
  /// program text in the place of a word, so its uses stay as written.
  bool expandable = true;
  size_t end = 0;  ///< one past the definition
};

/// True for the words that ParseLatexDefinition knows ("newcommand", "def", "let" ...).
bool DefinesLatexMacro(std::string_view word);

/// The definition whose control word is text[at, word_end). Knows \newcommand, \renewcommand,
/// \providecommand, \DeclareRobustCommand (and *), \def, \gdef, \edef, \xdef, \let, \newif,
/// \DeclareMathOperator, \DeclarePairedDelimiter (X, XPP), \NewDocumentCommand with m o O d D r R s
/// t arguments, \newenvironment, \NewDocumentEnvironment, \newtheorem; \csname around a name.
/// Nothing if it is not written in a way that can be read.
std::optional<LatexDefinition> ParseLatexDefinition(std::string_view text, size_t at,
                                                    size_t word_end);

/// The body with its arguments in `out`: "#1" is the first, "##" is "#". False if that is more than
/// `max_bytes`.
bool SubstituteLatex(std::string_view body, const std::vector<std::string>& arguments,
                     size_t max_bytes, std::string* out);

}  // namespace cria::corpus
