// Cutting and joining; the work on tokens is the expander's.
#include "corpus/formats/latex.h"

#include <algorithm>
#include <tuple>
#include <unordered_set>

#include "base/ascii.h"
#include "corpus/formats/latex_expander.h"
#include "corpus/formats/latex_scan.h"
#include "corpus/formats/latex_title.h"

namespace cria::corpus {
namespace {

constexpr size_t kNone = std::string_view::npos;

bool IsOneOf(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// A heading has an argument: "\section{..}", "\section*[..]{..}"; \titleformat{\section} has none.
bool IsHeading(std::string_view text, size_t word_end, std::string_view word) {
  if (!IsOneOf(word, {"part", "chapter", "section", "subsection", "subsubsection", "paragraph",
                      "subparagraph"})) {
    return false;
  }
  size_t at = SkipLatexBlanks(text, word_end);
  if (at < text.size() && text[at] == '*') at = SkipLatexBlanks(text, at + 1);
  return at < text.size() && (text[at] == '{' || text[at] == '[');
}

bool IsBackMatter(std::string_view text, size_t word_end, std::string_view word) {
  if (word == "begin" || word == "end") {
    size_t end = 0;
    const std::string_view name = EnvironmentName(text, word_end, &end);
    if (word == "end") return name == "document";
    return IsOneOf(name, {"thebibliography", "references", "REFERENCES", "appendix", "appendices",
                          "biblist", "bibdiv"});
  }
  if (word == "input") {  // what BibTeX made
    size_t end = 0;
    return LatexFileName(text, word_end, false, &end).ends_with(".bbl");
  }
  if (word == "bibliography") {
    const size_t at = SkipLatexBlanks(text, word_end);
    return at < text.size() && text[at] == '{';
  }
  return IsOneOf(word, {"appendix", "appendices", "printbibliography", "thebibliography"});
}

// Position of the first control sequence from `at` that `wanted` takes; kNone if none does.
template <typename Wanted>
size_t FindControl(std::string_view text, size_t at, const Wanted& wanted) {
  uint32_t unclosed = 0;
  for (at = text.find('\\', at); at != kNone; at = text.find('\\', at)) {
    const size_t verbatim = VerbatimEnd(text, at, &unclosed);
    if (verbatim != kNone) {
      at = verbatim;
      continue;
    }
    const size_t end = ControlEnd(text, at);
    if (wanted(text, end, text.substr(at + 1, end - at - 1))) return at;
    at = end;
  }
  return kNone;
}

std::string WithoutEmptyLines(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  int empty_lines = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (!line.empty() && IsLatexBlank(line.back())) line.remove_suffix(1);
    // The blank of "\ " at the end of a line is what the backslash stands for.
    if (line.empty()) {
      ++empty_lines;
      continue;
    }
    if (!out.empty()) out += empty_lines > 0 ? "\n\n" : "\n";
    empty_lines = 0;
    out += line;
    if (line.back() == '\\' && !line.ends_with("\\\\")) out += ' ';
  }
  return out;
}

// The heading of the bibliography that was cut.
bool IsBibliographyHeading(std::string_view line) {
  if (!line.starts_with("\\section") && !line.starts_with("\\chapter") &&
      !line.starts_with("\\subsection") && !line.starts_with("\\paragraph")) {
    return false;
  }
  const size_t open = line.find('{');
  if (open == kNone || !line.ends_with('}')) return false;
  const std::string name = LowerAscii(line.substr(open + 1, line.size() - open - 2));
  return IsOneOf(name, {"references", "bibliography", "literature", "literature cited",
                        "references and notes", "works cited"});
}

void TrimEnd(std::string* text) {
  for (;;) {
    while (!text->empty() && (text->back() == '\n' || IsLatexBlank(text->back()))) text->pop_back();
    const size_t line = text->rfind('\n');
    const size_t begin = line == std::string::npos ? 0 : line + 1;
    const std::string_view last = std::string_view(*text).substr(begin);
    // A group around the list was opened on a line of its own: "{\\small".
    constexpr size_t kMaxOpening = 32;
    const bool opens =
        last.starts_with('{') && last.size() < kMaxOpening && last.find_first_of("} ") == kNone;
    const bool begins = last.starts_with("\\begin{") && last.ends_with('}');
    if (!IsBibliographyHeading(last) && !opens && !begins && last != "\\begingroup" &&
        last != "\\par")
      return;
    text->resize(begin);
  }
}

}  // namespace

std::string CutToSections(std::string_view text) {
  const size_t begin = FindControl(text, 0, IsHeading);
  if (begin == kNone) return "";
  const size_t end = FindControl(text, begin, IsBackMatter);
  std::string body = WithoutEmptyLines(text.substr(begin, end == kNone ? kNone : end - begin));
  TrimEnd(&body);
  return body;
}

namespace {

// One document of a paper's sources.
struct Candidate {
  std::string body, title;
  bool has_bibliography = false, has_abstract = false;
  ExpandedLatex expanded;  // without its text
  std::unordered_set<const LatexFile*> files;

  /// Whether this one is the paper, and `other` what goes with it: a letter to the referees, a
  /// supplement, a cover page.
  bool IsBefore(const Candidate& other) const {
    return std::tuple(has_bibliography, has_abstract, body.size()) >
           std::tuple(other.has_bibliography, other.has_abstract, other.body.size());
  }
};

Candidate Read(const LatexBundle& bundle, const LatexFile& document) {
  Candidate made;
  made.expanded = ExpandLatex(bundle, document, &made.files);
  const std::string_view text = made.expanded.text;
  made.body = CutToSections(text.substr(made.expanded.body_begin));
  made.title = LatexTitle(text);
  made.has_bibliography =
      FindControl(text, 0, [](std::string_view all, size_t end, std::string_view word) {
        return word != "appendix" && word != "appendices" && word != "end" &&
               IsBackMatter(all, end, word);
      }) != kNone;
  made.has_abstract = text.find("\\begin{abstract}") != kNone || text.find("\\abstract{") != kNone;
  made.expanded.text.clear();
  return made;
}

void Use(const Candidate& made, LatexPaper* paper) {
  if (!paper->text.empty()) paper->text += "\n\n";
  paper->text += made.body;
  if (paper->title.empty()) paper->title = made.title;
  paper->macro_limit += made.expanded.macro_limit;
  paper->input_limit += made.expanded.input_limit;
}

}  // namespace

LatexPaper CleanLatex(LatexBundle* bundle) {
  LatexPaper paper;
  const LatexBundle::Roots roots = bundle->FindRoots();
  Candidate best;
  for (const LatexFile* document : roots.documents) {
    Candidate made = Read(*bundle, *document);
    if (!made.body.empty() && (best.body.empty() || made.IsBefore(best))) best = std::move(made);
  }
  std::unordered_set<const LatexFile*> used;
  if (!best.body.empty()) {
    Use(best, &paper);
    used = std::move(best.files);
  } else {
    for (const LatexFile* file : roots.others) {
      const Candidate made = Read(*bundle, *file);
      if (made.body.empty()) continue;
      Use(made, &paper);
      used.insert(made.files.begin(), made.files.end());
    }
  }
  for (const LatexFile& file : bundle->files()) {
    const bool is_style = file.name.ends_with(".sty") || file.name.ends_with(".cls");
    if (is_style || used.contains(&file)) continue;
    ++paper.unused_files;
    paper.unused_bytes += static_cast<int64_t>(file.text.size());
  }
  return paper;
}

}  // namespace cria::corpus
