// Tables of the commands of LaTeX, hyperref, caption, placeins, lineno and the classes of
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

void AddLengths(std::unordered_map<std::string_view, LatexLayout>* table) {
  for (const char* name : {"setlength", "addtolength", "settowidth"}) {
    (*table)[name] = {.groups = 2, .bare = true};
  }
  for (const char* name : {"vskip", "kern", "mkern", "vglue"}) (*table)[name] = {.skip = true};
  for (const char* name : {"hskip", "hglue", "mskip"}) {
    (*table)[name] = {.skip = true, .spaces = true};
  }
  for (const char* name : {"hangindent",
                           "parindent",
                           "parskip",
                           "baselineskip",
                           "leftskip",
                           "rightskip",
                           "tabcolsep",
                           "arraycolsep",
                           "abovedisplayskip",
                           "belowdisplayskip",
                           "columnsep",
                           "topsep",
                           "itemsep",
                           "partopsep",
                           "parsep",
                           "lineskip",
                           "fboxsep",
                           "textfloatsep",
                           "intextsep",
                           "abovecaptionskip",
                           "belowcaptionskip",
                           "emergencystretch",
                           "fboxrule",
                           "leftmargin",
                           "abovedisplayshortskip",
                           "belowdisplayshortskip"}) {
    (*table)[name] = {.assigns = true};
  }
  for (const char* name :
       {"hangafter", "tolerance", "pretolerance", "hyphenpenalty", "exhyphenpenalty", "clubpenalty",
        "widowpenalty", "looseness", "penalty", "interlinepenalty", "interdisplaylinepenalty",
        "hbadness", "vbadness", "binoppenalty", "relpenalty"}) {
    (*table)[name] = {.number = true};
  }
}

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
                           "ignorespaces",
                           "ignorespacesafterend",
                           "tiny",
                           "scriptsize",
                           "footnotesize",
                           "small",
                           "normalsize",
                           "large",
                           "Large",
                           "LARGE",
                           "huge",
                           "Huge",
                           "selectfont",
                           "normalfont",
                           "rmfamily",
                           "sffamily",
                           "mdseries",
                           "upshape",
                           "boldmath",
                           "unboldmath",
                           "hrulefill",
                           "dotfill",
                           "strut",
                           "mathstrut",
                           "nonscript",
                           "allowbreak",
                           "relax",
                           "unskip",
                           "protect",
                           "AP",
                           "DontPrintSemicolon",
                           "SetAlgoLined",
                           "LinesNumbered"}) {
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
                           "showmatmethods",
                           "showacknow",
                           "phantom",
                           "hphantom",
                           "vphantom",
                           "rowcolor",
                           "columncolor",
                           "cellcolor",
                           "arrayrulecolor",
                           "tabletypesize",
                           "tablewidth",
                           "RestyleAlgo",
                           "usetikzlibrary",
                           "addtolength"}) {
    table[name] = {1};
  }
  AddLengths(&table);
  table["setcounter"] = table["addtocounter"] = {2};
  table["markboth"] = table["pdfbookmark"] = table["addtocontents"] = table["fontsize"] = {2};
  table["rule"] = table["SetKwInOut"] = {2};
  table["addcontentsline"] = table["definecolor"] = table["rowcolors"] = {3};
  table["allowdisplaybreaks"] = {};
  table["hrule"] = table["vrule"] = {.rule = true};
  table["hspace"] = {.groups = 1, .spaces = true};
  table["tikz"] = {.groups = 1, .path = true};
  table["texorpdfstring"] = {2, 1};
  table["textcolor"] = table["scalebox"] = table["mathcolor"] = {2, 2};
  table["parbox"] = table["raisebox"] = table["adjustbox"] = {2, 2};
  table["smash"] = table["centerline"] = table["afterpage"] = {1, 1};
  table["hypertarget"] = table["hyperlink"] = {.groups = 2, .text = 2, .unwraps = true};
  table["colorbox"] = table["rotatebox"] = {.groups = 2, .text = 2, .unwraps = true};
  table["makebox"] = table["framebox"] = {.groups = 1, .text = 1, .unwraps = true};
  table["dropcap"] = table["IEEEraisesectionheading"] = {.groups = 1, .text = 1, .unwraps = true};
  table["fcolorbox"] = {.groups = 3, .text = 3, .unwraps = true};
  // The package knowledge: links between a notion and its definition.
  for (const char* name : {"kl", "intro", "reintro"}) {
    table[name] = {.groups = 1, .text = 1, .unwraps = true, .bare = true};
  }
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
    // fil, fill, filll
    while (unit.starts_with("fi") && end < text.size() && text[end] == 'l') ++end;
  }
  for (const std::string_view word : {"plus", "minus"}) {
    const size_t next = SkipLatexBlanks(text, end);
    if (!text.substr(next).starts_with(word)) continue;
    const size_t more = LengthEnd(text, next + word.size());
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

}  // namespace

const LatexLayout* FindLatexLayout(std::string_view name) {
  static const std::unordered_map<std::string_view, LatexLayout> table = MakeTable();
  const auto found = table.find(name);
  return found == table.end() ? nullptr : &found->second;
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
    std::string_view group = LatexGroup(text, at, last_text ? kMaxText : kMaxArgument, &end);
    const size_t next = SkipLatexBlanks(text, at);
    if (end == kNone && layout.bare && i == 1 && next < text.size() && text[next] == '\\') {
      end = ControlEnd(text, next);
      group = text.substr(next, end - next);
    }
    if (end == kNone) {
      use.end = layout.path ? PathEnd(text, at) : kNone;
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
