// Where the tokens of LaTeX source end: control sequences, groups, what is verbatim. Looks at one
// text, knows no macros; every function is linear and bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cria::corpus {

inline bool IsLatexLetter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
inline bool IsLatexBlank(char c) { return c == ' ' || c == '\t'; }

/// End of the control sequence whose backslash is text[at]: a word of letters, or one character.
size_t ControlEnd(std::string_view text, size_t at, bool at_is_letter = false);

/// Over blanks and at most one end of line; stays before an empty line, which ends a paragraph.
size_t SkipLatexBlanks(std::string_view text, size_t at);

/// One past the '}' (or ']') that closes the group opened at text[at]; npos if text[at] opens none
/// or it does not close within `max_bytes`.
size_t GroupEnd(std::string_view text, size_t at, size_t max_bytes);

/// What stands between the braces at text[at], blanks before them skipped; sets `end` behind them.
/// npos in `end` if there is no group of at most `max_bytes`.
std::string_view LatexGroup(std::string_view text, size_t at, size_t max_bytes, size_t* end);

/// Name in the "\begin{name}" or "\end{name}" whose word ends at `at`; empty if it is none.
std::string_view EnvironmentName(std::string_view text, size_t at, size_t* end);

/// If text[at] begins \verb, \lstinline, \mintinline or an environment that TeX reads as it stands
/// (verbatim, lstlisting, minted ...): its end; otherwise npos. `unclosed` remembers, for one text
/// read from front to end, which environments do not end any more; starts as 0.
size_t VerbatimEnd(std::string_view text, size_t at, uint32_t* unclosed);

/// True if `text` ends in a control word, so that a letter behind it would lengthen its name.
bool EndsInControlWord(std::string_view text);

/// Whether `text`, which is not empty, is one argument: a character, a control sequence or a group.
bool IsOneLatexToken(std::string_view text);

/// Appends, with a space between where the last control word would swallow the first letter.
void AppendLatex(std::string_view text, std::string* out);

}  // namespace cria::corpus
