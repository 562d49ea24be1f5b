// A table of the commands of LaTeX, hyperref, caption, placeins, lineno and the classes of
// journals.
#include "corpus/formats/latex_layout.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "corpus/formats/latex_scan.h"

namespace cria::corpus {
namespace {

constexpr size_t kNone = std::string_view::npos;
constexpr size_t kMaxArgument = 4096;

std::unordered_map<std::string_view, LatexLayout> MakeTable() {
  std::unordered_map<std::string_view, LatexLayout> table;
  for (const char* name : {"phantomsection",
                           "FloatBarrier",
                           "linenumbers",
                           "nolinenumbers",
                           "noindent",
                           "indent",
                           "hfill",
                           "hfil",
                           "vfill",
                           "vfil",
                           "clearpage",
                           "cleardoublepage",
                           "newpage",
                           "pagebreak",
                           "nopagebreak",
                           "maketitle",
                           "tableofcontents",
                           "listoffigures",
                           "listoftables",
                           "onecolumn",
                           "twocolumn",
                           "centering",
                           "raggedright",
                           "raggedleft",
                           "raggedbottom",
                           "flushbottom",
                           "sloppy",
                           "fussy",
                           "frenchspacing",
                           "nonfrenchspacing",
                           "bigskip",
                           "medskip",
                           "smallskip",
                           "bigbreak",
                           "medbreak",
                           "smallbreak",
                           "goodbreak",
                           "filbreak",
                           "allowdisplaybreaks",
                           "singlespacing",
                           "doublespacing",
                           "onehalfspacing",
                           "balance",
                           "theendnotes",
                           "IEEEpubidadjcol",
                           "IEEEpeerreviewmaketitle",
                           "printindex",
                           "frontmatter",
                           "mainmatter",
                           "backmatter",
                           "leavevmode",
                           "null",
                           "nobreak",
                           "filbreak",
                           "startlinenumbers",
                           "linebreak",
                           "nolinebreak",
                           "center",
                           "ignorespaces"}) {
    table[name] = {};
  }
  for (const char* name : {"vspace",
                           "bibliographystyle",
                           "nocite",
                           "thispagestyle",
                           "pagestyle",
                           "pagenumbering",
                           "markright",
                           "enlargethispage",
                           "hypersetup",
                           "bookmarksetup",
                           "captionsetup",
                           "thanks",
                           "lstset",
                           "tikzset",
                           "pgfplotsset",
                           "graphicspath",
                           "DeclareGraphicsExtensions",
                           "color",
                           "allowdisplaybreaks",
                           "linespread",
                           "biboptions",
                           "sisetup",
                           "setlist",
                           "received",
                           "hyphenation",
                           "index",
                           "addtolength"}) {
    table[name] = {1};
  }
  table["addtolength"] = table["setlength"] = table["setcounter"] = table["addtocounter"] = {2};
  table["markboth"] = table["pdfbookmark"] = table["addtocontents"] = table["fontsize"] = {2};
  table["addcontentsline"] = table["definecolor"] = {3};
  table["allowdisplaybreaks"] = {};
  table["vskip"] = {.skip = true};
  table["texorpdfstring"] = {2, 1};
  table["textcolor"] = table["scalebox"] = {2, 2};
  table["hypertarget"] = table["hyperlink"] = {.groups = 2, .text = 2, .unwraps = true};
  table["resizebox"] = {3, 3};
  table["IEEEPARstart"] = table["lettrine"] = {.groups = 2, .joined = true};
  return table;
}

// "-2.5\baselineskip plus 1pt minus 1pt"; `at` if none stands there.
size_t LengthEnd(std::string_view text, size_t at) {
  size_t end = SkipLatexBlanks(text, at);
  const std::string_view rest = text.substr(end, 24);
  const size_t number = std::min(rest.find_first_not_of("+-.0123456789 "), rest.size());
  if (number == 0 && (rest.empty() || rest[0] != '\\')) return at;
  end += number;
  if (end < text.size() && text[end] == '\\') {
    end = ControlEnd(text, end);
  } else {
    const std::string_view unit = text.substr(end, 4);
    size_t size = unit.starts_with("true") ? 4 : 0;
    size += 2;
    if (text.size() < end + size || !IsLatexLetter(text[end]) || !IsLatexLetter(text[end + 1])) {
      return at;
    }
    end += size;
  }
  for (const std::string_view word : {"plus", "minus"}) {
    const size_t next = SkipLatexBlanks(text, end);
    if (!text.substr(next).starts_with(word)) continue;
    const size_t more = LengthEnd(text, next + word.size());
    if (more != next + word.size()) end = more;
  }
  return end;
}

}  // namespace

const LatexLayout* FindLatexLayout(std::string_view name) {
  static const std::unordered_map<std::string_view, LatexLayout> table = MakeTable();
  const auto found = table.find(name);
  return found == table.end() ? nullptr : &found->second;
}

LatexLayoutUse FindLayoutUse(std::string_view text, size_t at, const LatexLayout& layout) {
  LatexLayoutUse use;
  if (layout.skip) {
    use.end = LengthEnd(text, at);
    if (use.end == at) use.end = kNone;
    return use;
  }
  if (at < text.size() && text[at] == '*' && layout.groups > 0) ++at;
  // Behind a command without arguments only a bracket that touches it is its own: \pagebreak[3].
  while (at < text.size()) {
    const size_t open = layout.groups > 0 ? SkipLatexBlanks(text, at) : at;
    if (open >= text.size() || text[open] != '[') break;
    const size_t close = GroupEnd(text, open, kMaxArgument);
    if (close == kNone) break;
    at = close;
  }
  for (int i = 1; i <= layout.groups; ++i) {
    size_t end = 0;
    constexpr size_t kMaxText = size_t{64} << 10;
    const bool last_text = i == layout.text && i == layout.groups;
    const std::string_view group = LatexGroup(text, at, last_text ? kMaxText : kMaxArgument, &end);
    if (end == kNone) {
      use.end = kNone;
      return use;
    }
    if (i == layout.text || (layout.joined && i == 1)) use.text = group;
    if (layout.joined && i == 2) use.more = group;
    at = end;
  }
  use.end = at;
  return use;
}

bool IsLayoutEnvironment(std::string_view name) {
  static const std::unordered_set<std::string_view> names = {
      "widetext",    "linenomath", "linenomath*",         "samepage",    "sloppypar", "singlespace",
      "doublespace", "strip",      "internallinenumbers", "raggedright", "flushleft", "landscape"};
  return names.contains(name);
}

bool IsFloatEnvironment(std::string_view name) {
  if (name.ends_with('*')) name.remove_suffix(1);
  return name == "figure" || name == "table" || name == "algorithm" || name == "listing" ||
         name == "sidewaystable" || name == "sidewaysfigure";
}

size_t PlacementEnd(std::string_view text, size_t at) {
  const size_t open = SkipLatexBlanks(text, at);
  if (open >= text.size() || text[open] != '[') return at;
  size_t end = open + 1;
  while (end < text.size() && std::string_view("htbpHc! ").find(text[end]) != kNone) ++end;
  return end < text.size() && text[end] == ']' ? end + 1 : at;
}

}  // namespace cria::corpus
