// The published rules (Lewkowycz et al. 2022, appendix D), their oddities included.
#include "eval/grading/minerva_form.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "base/utf8.h"
#include "eval/grading/exact_number.h"

namespace cria::eval {
namespace {

constexpr std::pair<std::string_view, std::string_view> kSubstitutions[] = {
    {"an ", ""},          {"a ", ""},
    {".$", "$"},          {"\\$", ""},
    {"\\ ", ""},          {" ", ""},
    {"mbox", "text"},     {",\\text{and}", ","},
    {"\\text{and}", ","}, {"\\text{m}", "\\text{}"}};

// In this order: removing one may make or break another.
constexpr std::string_view kRemoved[] = {"square",       "ways",
                                         "integers",     "dollars",
                                         "mph",          "inches",
                                         "ft",           "hours",
                                         "km",           "units",
                                         "\\ldots",      "sue",
                                         "points",       "feet",
                                         "minutes",      "digits",
                                         "cents",        "degrees",
                                         "cm",           "gm",
                                         "pounds",       "meters",
                                         "meals",        "edges",
                                         "students",     "childrentickets",
                                         "multiples",    "\\text{s}",
                                         "\\text{.}",    "\\text{\ns}",
                                         "\\text{}^2",   "\\text{}^3",
                                         "\\text{\n}",   "\\text{}",
                                         "\\mathrm{th}", "^\\circ",
                                         "^{\\circ}",    "\\;",
                                         ",\\!",         "{,}",
                                         "\"",           "\\dots"};

// The published expressions match within a line: applies `edit` to each by itself.
template <class Edit>
std::string EachLine(std::string_view text, const Edit& edit) {
  std::string out;
  for (size_t at = 0;;) {
    const size_t end = std::min(text.find('\n', at), text.size());
    edit(text.substr(at, end - at), &out);
    if (end == text.size()) return out;
    out += '\n';
    at = end + 1;
  }
}

// Of a line with formulas, the first alone, in its dollars.
void FirstFormula(std::string_view line, std::string* out) {
  const size_t first = line.find('$');
  const size_t second = first == line.npos ? line.npos : line.find('$', first + 1);
  out->append(second == line.npos ? line : line.substr(first, second + 1 - first));
}

// Takes off `opening` and the first brace that closes behind it, everywhere.
std::string Unwrap(std::string_view text, std::string_view opening) {
  return EachLine(text, [&](std::string_view line, std::string* out) {
    size_t at = 0;
    for (size_t hit; (hit = line.find(opening, at)) != line.npos;) {
      const size_t inside = hit + opening.size(), close = line.find('}', inside);
      if (close == line.npos) break;
      out->append(line, at, hit - at).append(line, inside, close - inside);
      at = close + 1;
    }
    out->append(line, at);
  });
}

// Takes off the first \boxed{ of a line and the line's last brace.
void Unbox(std::string_view line, std::string* out) {
  constexpr std::string_view kOpening = "\\boxed{";
  const size_t hit = line.find(kOpening), close = line.rfind('}');
  if (hit == line.npos || close == line.npos || close < hit + kOpening.size()) {
    out->append(line);
    return;
  }
  const size_t inside = hit + kOpening.size();
  out->append(line, 0, hit).append(line, inside, close - inside).append(line, close + 1);
}

// \fracab -> \frac{a}{b}, \sqrta -> \sqrt{a}: the `arguments` characters behind `name` get braces,
// unless the first is one; behind the first stands no line break.
std::string BraceArguments(std::string_view text, std::string_view name, int arguments) {
  std::string out;
  size_t at = 0;
  for (size_t hit; (hit = text.find(name, at)) != text.npos;) {
    size_t end = hit + name.size();
    out.append(text, at, end - at);
    at = end;
    if (end == text.size() || text[end] == '{') continue;
    std::string braced;
    for (int i = 0; i < arguments; ++i) {
      const int length = DecodeUtf8(text.substr(end)).length;
      if (length == 0 || (i > 0 && text[end] == '\n')) {
        braced.clear();
        break;
      }
      braced.append("{").append(text, end, length).append("}");
      end += length;
    }
    if (braced.empty()) continue;
    out += braced;
    at = end;
  }
  return out.append(text, at);
}

}  // namespace

std::string_view RightSide(std::string_view answer) { return answer.substr(answer.rfind('=') + 1); }

std::string NormalizeRightSide(std::string_view side) {
  std::string text(side);
  for (const auto& [before, after] : kSubstitutions) text = ReplaceAll(text, before, after);
  for (const std::string_view removed : kRemoved) {
    if (text.find(removed) != text.npos) text = ReplaceAll(text, removed, "");
  }
  text = EachLine(text, FirstFormula);
  for (const std::string_view opening : {"\\text{", "\\textbf{", "\\overline{"}) {
    text = Unwrap(text, opening);
  }
  text = EachLine(text, Unbox);
  text = BraceArguments(text, "frac", 2);
  text = BraceArguments(text, "sqrt", 1);
  return ReplaceAll(text, "$", "");
}

}  // namespace cria::eval
