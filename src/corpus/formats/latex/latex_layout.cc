// Where uses of layout end; which commands there are is in latex_layout_table.cc.
#include "corpus/formats/latex/latex_layout.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "corpus/formats/latex/latex_scan.h"

namespace cria::corpus {
namespace {

constexpr size_t kNone = std::string_view::npos;
constexpr size_t kMaxArgument = 4096;

// "-2.5\baselineskip" or "3 true cm"; `at` if none stands there.
size_t PlainLengthEnd(std::string_view text, size_t at) {
  size_t end = SkipLatexBlanks(text, at);
  const std::string_view rest = text.substr(end, 24);
  const size_t number = std::min(rest.find_first_not_of("+-.0123456789 "), rest.size());
  if (number == 0 && (rest.empty() || rest[0] != '\\')) return at;
  end += number;
  if (end < text.size() && text[end] == '\\') return ControlEnd(text, end);
  if (text.substr(end, 4) == "true") end = SkipLatexBlanks(text, end + 4);
  for (const std::string_view unit : {"filll", "fill", "fil"}) {
    if (text.substr(end).starts_with(unit)) return end + unit.size();
  }
  const bool is_unit =
      text.size() >= end + 2 && IsLatexLetter(text[end]) && IsLatexLetter(text[end + 1]);
  return is_unit ? end + 2 : at;
}

// The same with "plus 1pt minus 1fil" behind it.
size_t LengthEnd(std::string_view text, size_t at) {
  size_t end = PlainLengthEnd(text, at);
  if (end == at) return at;
  for (const std::string_view word : {"plus", "minus"}) {
    const size_t next = SkipLatexBlanks(text, end);
    if (!text.substr(next).starts_with(word)) continue;
    const size_t more = PlainLengthEnd(text, next + word.size());
    if (more != next + word.size()) end = more;
  }
  return end;
}

// "=2pt", "2pt", "=\\parindent": what a register takes; `at` if none stands there.
size_t AssignmentEnd(std::string_view text, size_t at, bool number) {
  size_t begin = SkipLatexBlanks(text, at);
  const bool equals = begin < text.size() && text[begin] == '=';
  if (equals) begin = SkipLatexBlanks(text, begin + 1);
  if (begin == text.size()) return at;
  const bool digit = std::string_view("0123456789.-").find(text[begin]) != kNone;
  if (!number) {
    if (!digit && !equals) return at;
    const size_t end = LengthEnd(text, begin);
    return end == begin ? at : end;
  }
  if (!digit) return at;
  size_t end = begin + 1;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  return end;
}

size_t RuleEnd(std::string_view text, size_t at) {
  for (int i = 0; i < 3; ++i) {
    const size_t next = SkipLatexBlanks(text, at);
    for (const std::string_view word : {"height", "width", "depth"}) {
      if (!text.substr(next).starts_with(word)) continue;
      const size_t end = LengthEnd(text, next + word.size());
      if (end != next + word.size()) at = end;
    }
  }
  return at;
}

// One past the ';' of a path of TikZ; npos if there is none.
size_t PathEnd(std::string_view text, size_t at) {
  int depth = 0;
  const std::string_view rest = text.substr(at, kMaxArgument);
  for (size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] == '\\') ++i;
    if (i >= rest.size()) break;
    if (rest[i] == '{') ++depth;
    if (rest[i] == '}' && --depth < 0) return kNone;
    if (rest[i] == ';' && depth == 0) return at + i + 1;
  }
  return kNone;
}

int64_t Looked(std::string_view text, size_t from) {
  return static_cast<int64_t>(std::min(text.size() - from, kMaxArgument));
}

// Behind the options at `at`. No command of the table takes more than two; without a bound
// "\thanks[\thanks[][\thanks[].." would be read once for each.
size_t OptionsEnd(std::string_view text, size_t at, bool blanks, int64_t* vain_bytes) {
  for (int i = 0; i < 2; ++i) {
    const size_t open = blanks ? SkipLatexBlanks(text, at) : at;
    if (open >= text.size() || text[open] != '[') break;
    const size_t close = GroupEnd(text, open, kMaxArgument);
    if (close == kNone) {
      *vain_bytes += Looked(text, open);
      break;
    }
    at = close;
  }
  return at;
}

}  // namespace

size_t RowGapEnd(std::string_view text, size_t at) {
  const size_t open = at < text.size() && text[at] == '*' ? at + 1 : at;
  if (open >= text.size() || text[open] != '[') return at;
  const size_t end = SkipLatexBlanks(text, LengthEnd(text, open + 1));
  return end > open + 1 && end < text.size() && text[end] == ']' ? end + 1 : at;
}

LatexLayoutUse FindLayoutUse(std::string_view text, size_t at, const LatexLayout& layout) {
  LatexLayoutUse use;
  if (layout.skip || layout.assigns || layout.number) {
    use.end = layout.skip ? LengthEnd(text, at) : AssignmentEnd(text, at, layout.number);
    if (use.end == at) use.end = kNone;
    return use;
  }
  if (layout.rule) {
    use.end = RuleEnd(text, at);
    return use;
  }
  if (at < text.size() && text[at] == '*' && layout.groups > 0) ++at;
  // Behind a command without arguments only a bracket that touches it is its own: \pagebreak[3].
  if (layout.groups > 0 || layout.option) {
    at = OptionsEnd(text, at, layout.groups > 0, &use.vain_bytes);
  }
  for (int i = 1; i <= layout.groups; ++i) {
    const size_t open = SkipLatexBlanks(text, at);
    const bool is_group = open < text.size() && text[open] == '{';
    if (is_group && i == layout.text && i == layout.groups && !layout.unwraps) {
      use.open = open;
      use.end = kNone;
      return use;
    }
    size_t end = is_group ? GroupEnd(text, open, kMaxArgument) : kNone;
    if (is_group && end == kNone) use.vain_bytes += Looked(text, open);
    std::string_view group = end == kNone ? "" : text.substr(open + 1, end - open - 2);
    if (!is_group && layout.bare && i == 1 && open < text.size() && text[open] == '\\') {
      end = ControlEnd(text, open);
      group = text.substr(open, end - open);
    }
    if (end == kNone) {
      if (is_group && i == layout.text && i == layout.groups) use.open = open;
      use.end = layout.path ? PathEnd(text, at) : kNone;
      if (layout.path && use.end == kNone) use.vain_bytes += Looked(text, at);
      return use;
    }
    if (i == layout.text || (layout.joined && i == 1)) use.text = group;
    if (layout.joined && i == 2) use.more = group;
    at = end;
  }
  use.end = at;
  return use;
}

int LayoutEnvironmentArguments(std::string_view name) {
  static const std::unordered_map<std::string_view, int> names = {
      {"widetext", 0},     {"linenomath", 0},   {"linenomath*", 0}, {"samepage", 0},
      {"sloppypar", 0},    {"singlespace", 0},  {"doublespace", 0}, {"onehalfspace", 0},
      {"strip", 0},        {"raggedright", 0},  {"flushleft", 0},   {"internallinenumbers", 0},
      {"landscape", 0},    {"tiny", 0},         {"scriptsize", 0},  {"footnotesize", 0},
      {"small", 0},        {"normalsize", 0},   {"large", 0},       {"fullwidth", 0},
      {"spacing", 1},      {"minipage", 1},     {"multicols", 1},   {"multicols*", 1},
      {"adjustwidth", 2},  {"adjustwidth*", 2}, {"adjustbox", 1},   {"turn", 1},
      {"changemargin", 2}, {"addmargin", 1},    {"sideways", 0}};
  const auto found = names.find(name);
  return found == names.end() ? -1 : found->second;
}

bool IsPictureEnvironment(std::string_view name) {
  static const std::unordered_set<std::string_view> names = {
      "tikzpicture", "tikzpicture*", "pgfpicture", "circuitikz",
      "pspicture",   "pspicture*",   "picture"};
  return names.contains(name);
}

int FloatArguments(std::string_view name) {
  static const std::unordered_map<std::string_view, int> names = {
      {"figure", 0},         {"table", 0},    {"algorithm", 0}, {"listing", 0},
      {"sidewaysfigure", 0}, {"subtable", 1}, {"subfigure", 1}, {"sidewaystable", 0},
      {"wrapfigure", 2},     {"wraptable", 2}};
  if (name.ends_with('*')) name.remove_suffix(1);
  const auto found = names.find(name);
  return found == names.end() ? -1 : found->second;
}

size_t LayoutArgumentsEnd(std::string_view text, size_t at, int count) {
  while (count > 0) {
    const size_t open = SkipLatexBlanks(text, at);
    constexpr size_t kMaxLength = 256;
    const size_t end = GroupEnd(text, open, kMaxLength);
    if (end == kNone) break;
    if (text[open] == '{') --count;
    at = end;
  }
  return at;
}

size_t PlacementEnd(std::string_view text, size_t at) {
  const size_t open = SkipLatexBlanks(text, at);
  if (open >= text.size() || text[open] != '[') return at;
  size_t end = open + 1;
  while (end < text.size() && std::string_view("htbpHc! ").find(text[end]) != kNone) ++end;
  return end < text.size() && text[end] == ']' ? end + 1 : at;
}

}  // namespace cria::corpus
