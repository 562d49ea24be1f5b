// Cutting and joining; the work on tokens is the expander's.
#include "corpus/formats/latex.h"

#include <algorithm>
#include <unordered_set>

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

// Commands that belong to the bibliography that was cut, or to the layout before it.
void TrimEnd(std::string* text) {
  for (;;) {
    while (!text->empty() && (text->back() == '\n' || IsLatexBlank(text->back()))) text->pop_back();
    const size_t line = text->rfind('\n');
    const size_t begin = line == std::string::npos ? 0 : line + 1;
    const std::string_view last = std::string_view(*text).substr(begin);
    if (!last.starts_with("\\bibliographystyle{") && last != "\\newpage" && last != "\\clearpage" &&
        last != "\\cleardoublepage" && last != "\\pagebreak") {
      return;
    }
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

LatexPaper CleanLatex(LatexBundle* bundle) {
  LatexPaper paper;
  std::unordered_set<const LatexFile*> used;
  size_t longest = 0;
  const auto read = [&](const std::vector<const LatexFile*>& documents) {
    for (const LatexFile* document : documents) {
      std::unordered_set<const LatexFile*> files;
      const ExpandedLatex expanded = ExpandLatex(*bundle, *document, &files);
      const std::string body =
          CutToSections(std::string_view(expanded.text).substr(expanded.body_begin));
      if (body.empty()) continue;
      used.insert(files.begin(), files.end());
      if (body.size() > longest) {
        longest = body.size();
        paper.title = LatexTitle(expanded.text);
      }
      if (!paper.text.empty()) paper.text += "\n\n";
      paper.text += body;
      paper.macro_limit += expanded.macro_limit;
      paper.input_limit += expanded.input_limit;
    }
  };
  const LatexBundle::Roots roots = bundle->FindRoots();
  read(roots.documents);
  if (paper.text.empty()) read(roots.others);
  for (const LatexFile& file : bundle->files()) {
    const bool is_style = file.name.ends_with(".sty") || file.name.ends_with(".cls");
    if (is_style || used.contains(&file)) continue;
    ++paper.unused_files;
    paper.unused_bytes += static_cast<int64_t>(file.text.size());
  }
  return paper;
}

}  // namespace cria::corpus
