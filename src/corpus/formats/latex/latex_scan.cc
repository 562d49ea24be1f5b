// Tokens of LaTeX source: control sequences, groups, verbatim text.
#include "corpus/formats/latex/latex_scan.h"

#include <algorithm>

#include "base/utf8.h"

namespace cria::corpus {
namespace {

constexpr size_t kNone = std::string_view::npos;

// fancyvrb, listings, minted, alltt and moreverb beside LaTeX's own. At most 32: one bit each.
constexpr std::string_view kVerbatim[] = {
    "verbatim",     "verbatim*",   "Verbatim",      "Verbatim*",  "BVerbatim",   "LVerbatim",
    "SaveVerbatim", "lstlisting",  "minted",        "alltt",      "spverbatim",  "verbatimtab",
    "tcblisting",   "listingcont", "boxedverbatim", "pyverbatim", "Highlighting"};

// Names of environments and options are short; hostile text need not be searched for their end.
constexpr size_t kMaxNameBytes = 64;
constexpr size_t kMaxOptionBytes = 1024;
constexpr size_t kMaxInlineBytes = 4096;

size_t DelimitedEnd(std::string_view text, size_t at) {
  if (at >= text.size()) return kNone;
  const char open = text[at];
  // A character of several bytes must not be cut in two.
  if (open == '\n' || IsLatexBlank(open) || IsLatexLetter(open) || (open & 0x80) != 0) return kNone;
  const char close = open == '{' ? '}' : open;
  const std::string_view line = text.substr(at, kMaxInlineBytes);
  const size_t end = line.substr(0, line.find('\n')).find(close, 1);
  return end == kNone ? kNone : at + end + 1;
}

size_t InlineVerbatimEnd(std::string_view text, size_t at, std::string_view word) {
  if (at < text.size() && text[at] == '*') ++at;
  if (word == "verb") return DelimitedEnd(text, at);
  if (at < text.size() && text[at] == '[') {
    at = GroupEnd(text, at, kMaxOptionBytes);
    if (at == kNone) return kNone;
  }
  if (word == "mintinline") {  // the language stands before the code
    at = GroupEnd(text, at, kMaxNameBytes);
    if (at == kNone) return kNone;
  }
  return DelimitedEnd(text, at);
}

}  // namespace

size_t ControlEnd(std::string_view text, size_t at, bool at_is_letter) {
  size_t end = at + 1;
  while (end < text.size() && (IsLatexLetter(text[end]) || (at_is_letter && text[end] == '@'))) {
    ++end;
  }
  if (end > at + 1 || end == text.size()) return end;
  return end + static_cast<size_t>(std::max(1, DecodeUtf8(text.substr(end, 4)).length));
}

size_t SkipLatexBlanks(std::string_view text, size_t at) {
  while (at < text.size() && IsLatexBlank(text[at])) ++at;
  if (at == text.size() || text[at] != '\n') return at;
  size_t next = at + 1;
  while (next < text.size() && IsLatexBlank(text[next])) ++next;
  return next < text.size() && text[next] == '\n' ? at : next;
}

size_t GroupEnd(std::string_view text, size_t at, size_t max_bytes) {
  if (at >= text.size() || (text[at] != '{' && text[at] != '[')) return kNone;
  const bool brackets = text[at] == '[';
  const size_t limit = text.size() - at > max_bytes ? at + max_bytes : text.size();
  int64_t depth = 0;
  for (size_t i = at; i < limit; ++i) {
    const char c = text[i];
    if (c == '\\') {
      ++i;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}') {
      if (--depth < 0) return kNone;
      if (depth == 0 && !brackets) return i + 1;
    } else if (c == ']' && depth == 0) {
      return i + 1;
    }
  }
  return kNone;
}

std::string_view LatexGroup(std::string_view text, size_t at, size_t max_bytes, size_t* end) {
  at = SkipLatexBlanks(text, at);
  *end = at < text.size() && text[at] == '{' ? GroupEnd(text, at, max_bytes) : kNone;
  return *end == kNone ? std::string_view() : text.substr(at + 1, *end - at - 2);
}

std::string_view EnvironmentName(std::string_view text, size_t at, size_t* end) {
  return LatexGroup(text, at, kMaxNameBytes, end);
}

size_t VerbatimEnd(std::string_view text, size_t at, uint32_t* unclosed) {
  const std::string_view rest = text.substr(at + 1, 12);
  if (!rest.starts_with("verb") && !rest.starts_with("begin") && !rest.starts_with("lstinline") &&
      !rest.starts_with("mintinline")) {
    return kNone;
  }
  const size_t word_end = ControlEnd(text, at);
  const std::string_view word = text.substr(at + 1, word_end - at - 1);
  if (word == "verb" || word == "lstinline" || word == "mintinline") {
    return InlineVerbatimEnd(text, word_end, word);
  }
  if (word != "begin") return kNone;
  size_t name_end = 0;
  const std::string_view name = EnvironmentName(text, word_end, &name_end);
  const auto* found = std::find(std::begin(kVerbatim), std::end(kVerbatim), name);
  if (found == std::end(kVerbatim)) return kNone;
  const uint32_t bit = uint32_t{1} << (found - std::begin(kVerbatim));
  if ((*unclosed & bit) != 0) return kNone;
  const std::string close = "\\end{" + std::string(name) + "}";
  const size_t end = text.find(close, name_end);
  if (end == kNone) {
    *unclosed |= bit;
    return kNone;
  }
  return end + close.size();
}

bool EndsInControlWord(std::string_view text) {
  // No command's name is longer; without the bound, joining long words would be quadratic.
  const size_t lowest = text.size() > kMaxNameBytes ? text.size() - kMaxNameBytes : 0;
  size_t at = text.size();
  while (at > lowest && IsLatexLetter(text[at - 1])) --at;
  if (at == text.size() || at == lowest || text[at - 1] != '\\') return false;
  size_t slashes = 0;
  while (at > lowest && text[at - 1] == '\\') --at, ++slashes;
  return slashes % 2 == 1;
}

bool IsOneLatexToken(std::string_view text) {
  if (text[0] == '\\') return ControlEnd(text, 0) == text.size();
  if (text[0] == '{') return GroupEnd(text, 0, text.size()) == text.size();
  return text.size() == 1;
}

void AppendLatex(std::string_view text, std::string* out) {
  if (!text.empty() && IsLatexLetter(text[0]) && EndsInControlWord(*out)) *out += ' ';
  *out += text;
}

}  // namespace cria::corpus
