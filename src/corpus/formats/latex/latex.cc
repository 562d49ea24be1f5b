// Cutting and joining; the work on tokens is the expander's.
#include "corpus/formats/latex/latex.h"

#include <algorithm>
#include <tuple>
#include <unordered_set>

#include "base/ascii.h"
#include "corpus/formats/latex/latex_expander.h"
#include "corpus/formats/latex/latex_scan.h"
#include "corpus/formats/latex/latex_title.h"

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

// Whether the bibliography begins at this word, whose end is `word_end`; sets `end` behind it, to
// npos if it does not end.
bool IsBibliography(std::string_view text, size_t word_end, std::string_view word, size_t* end) {
  constexpr size_t kMaxArgument = 4096;
  *end = word_end;
  if (word == "begin") {
    const std::string_view name = EnvironmentName(text, word_end, end);
    if (!IsOneOf(name, {"thebibliography", "references", "REFERENCES", "biblist", "bibdiv"})) {
      return false;
    }
    const std::string close = "\\end{" + std::string(name) + "}";
    *end = text.find(close, *end);
    if (*end != kNone) *end += close.size();
    return true;
  }
  if (word == "input") return LatexFileName(text, word_end, false, end).ends_with(".bbl");
  if (word == "bibliography") {
    LatexGroup(text, word_end, kMaxArgument, end);
    return *end != kNone;
  }
  if (word == "printbibliography") {
    const bool has_option = word_end < text.size() && text[word_end] == '[';
    const size_t option = has_option ? GroupEnd(text, word_end, kMaxArgument) : kNone;
    if (option != kNone) *end = option;
    return true;
  }
  if (word != "thebibliography") return false;
  *end = text.find("\\endthebibliography", word_end);
  if (*end != kNone) *end = ControlEnd(text, *end);
  return true;
}

bool IsEndOfDocument(std::string_view text, size_t word_end, std::string_view word) {
  size_t end = 0;
  return word == "end" && EnvironmentName(text, word_end, &end) == "document";
}

// Position of the first control sequence from `at` that `wanted` takes; kNone if none does.
// `unclosed` is VerbatimEnd's, for who goes on behind it.
template <typename Wanted>
size_t FindControl(std::string_view text, size_t at, const Wanted& wanted, uint32_t* unclosed) {
  for (at = text.find('\\', at); at != kNone; at = text.find('\\', at)) {
    const size_t verbatim = VerbatimEnd(text, at, unclosed);
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

template <typename Wanted>
size_t FindControl(std::string_view text, size_t at, const Wanted& wanted) {
  uint32_t unclosed = 0;
  return FindControl(text, at, wanted, &unclosed);
}

// Whether `line` ends an environment in which nothing stands; what began it is then taken back.
bool ClosesEmpty(std::string_view line, std::string* out) {
  constexpr std::string_view kBegin = "\\begin{", kEnd = "\\end{";
  const std::string_view end = Trimmed(line);
  if (!end.starts_with(kEnd) || end.find('}') != end.size() - 1) return false;
  const size_t last = out->rfind('\n');
  const size_t begin = last == std::string::npos ? 0 : last + 1;
  const std::string_view open = Trimmed(std::string_view(*out).substr(begin));
  if (!open.starts_with(kBegin) || open.substr(kBegin.size()) != end.substr(kEnd.size())) {
    return false;
  }
  out->resize(begin);
  while (out->ends_with('\n')) out->pop_back();
  return true;
}

// "\begin{tabular}{>{}l}" had layout in front of each cell.
void AppendWithoutHooks(std::string_view line, std::string* out) {
  const bool table = line.find("\\begin{") != kNone;
  for (size_t at = table ? line.find("{}") : kNone; at != kNone; at = line.find("{}")) {
    const bool hook = at > 0 && (line[at - 1] == '>' || line[at - 1] == '<');
    *out += line.substr(0, hook ? at - 1 : at + 2);
    line.remove_prefix(at + 2);
  }
  *out += line;
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
    if (line.empty() || Trimmed(line) == "{}") {
      ++empty_lines;
      continue;
    }
    if (ClosesEmpty(line, &out)) continue;
    if (!out.empty()) out += empty_lines > 0 ? "\n\n" : "\n";
    empty_lines = 0;
    AppendWithoutHooks(line, &out);
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

// "\begin{spacing}{0.9}" and nothing behind it: what stood in it was cut.
bool OnlyBegins(std::string_view line) {
  constexpr std::string_view kBegin = "\\begin";
  if (!line.starts_with(kBegin)) return false;
  size_t end = 0;
  EnvironmentName(line, kBegin.size(), &end);
  while (end < line.size()) end = GroupEnd(line, end, line.size());
  return end == line.size();
}

// Takes away what led to the bibliography. Returns how many groups and environments it had opened.
int TrimEnd(std::string* text) {
  for (int opened = 0;;) {
    while (!text->empty() && (text->back() == '\n' || IsLatexBlank(text->back()))) text->pop_back();
    const size_t line = text->rfind('\n');
    const size_t begin = line == std::string::npos ? 0 : line + 1;
    const std::string_view last = std::string_view(*text).substr(begin);
    // A group around the list was opened on a line of its own: "{\\small".
    constexpr size_t kMaxOpening = 32;
    const bool opens =
        (last.starts_with('{') && last.size() < kMaxOpening && last.find_first_of("} ") == kNone) ||
        last == "\\begingroup" || OnlyBegins(last);
    if (!IsBibliographyHeading(last) && !opens && last != "\\par" && last != "\\appendix") {
      return opened;
    }
    opened += opens ? 1 : 0;
    text->resize(begin);
  }
}

// Takes away the ends of what stood around the bibliography.
std::string_view TrimBegin(std::string_view text, int opened) {
  for (; opened > 0; --opened) {
    const size_t begin = text.find_first_not_of(" \t\n");
    if (begin == kNone) return text;
    const std::string_view rest = text.substr(begin);
    size_t end = 0;
    if (rest[0] == '}') {
      end = 1;
    } else if (rest.starts_with("\\endgroup")) {
      end = ControlEnd(rest, 0);
    } else if (rest.starts_with("\\end{")) {
      EnvironmentName(rest, ControlEnd(rest, 0), &end);
    }
    if (end == 0 || end == kNone) return text;
    text = rest.substr(end);
  }
  return text;
}

// Without bibliographies, to the end of the document.
std::string Body(std::string_view text) {
  text = text.substr(0, FindControl(text, 0, IsEndOfDocument));
  std::string body;
  int opened = 0;
  uint32_t unclosed = 0;
  for (;;) {
    size_t end = kNone;
    const auto wanted = [&](std::string_view all, size_t word_end, std::string_view word) {
      return IsBibliography(all, word_end, word, &end);
    };
    const size_t begin = FindControl(text, 0, wanted, &unclosed);
    std::string part = WithoutEmptyLines(TrimBegin(text.substr(0, begin), opened));
    opened = TrimEnd(&part);
    if (!body.empty() && !part.empty()) body += "\n\n";
    body += part;
    if (begin == kNone || end == kNone) return body;
    text = text.substr(end);
  }
}

// Headings of what stands behind the text of a letter.
bool IsEndMatterHeading(std::string_view rest) {
  const size_t open = rest.find('{');
  if (open == kNone) return false;
  const std::string name = LowerAscii(rest.substr(open + 1, 32));
  const auto words = {"acknowledg",    "references",  "bibliography",   "appendix",
                      "supplement",    "data avail",  "supporting inf", "code avail",
                      "author contri", "competing i", "conflict"};
  return std::any_of(words.begin(), words.end(),
                     [&](const char* word) { return name.starts_with(word); });
}

}  // namespace

std::string CutToSections(std::string_view text) {
  const size_t begin = FindControl(text, 0, IsHeading);
  return begin == kNone ? "" : Body(text.substr(begin));
}

std::string CutToText(std::string_view text, size_t title_end) {
  size_t begin = std::min(title_end, text.size());
  size_t end = kNone;
  uint32_t unclosed = 0;
  int open = 0;
  const auto ends_front = [&](std::string_view all, size_t word_end, std::string_view word) {
    // Of those that do not end few are looked at.
    constexpr size_t kMaxAbstract = size_t{64} << 10;
    constexpr int kMaxOpen = 16;
    if (word == "abstract") {
      if (open == kMaxOpen) return false;
      LatexGroup(all, word_end, kMaxAbstract, &end);
      open += end == kNone ? 1 : 0;
      return end != kNone;
    }
    if (word != "end") return false;
    const std::string_view name = EnvironmentName(all, word_end, &end);
    return name == "abstract" || name == "frontmatter";
  };
  while (FindControl(text, begin, ends_front, &unclosed) != kNone) begin = end;
  return begin == 0 ? "" : Body(text.substr(begin));
}

namespace {

// One document of a paper's sources.
struct Candidate {
  std::string body, title;
  bool has_bibliography = false, has_abstract = false;
  ExpandedLatex expanded;  // without its text
  std::unordered_set<const LatexFile*> files;

  bool is_supplement = false;

  /// Whether this one is the paper, and `other` what goes with it: a letter to the referees, a
  /// supplement, a cover page.
  bool IsBefore(const Candidate& other) const {
    return std::tuple(!is_supplement, has_bibliography, has_abstract, body.size()) >
           std::tuple(!other.is_supplement, other.has_bibliography, other.has_abstract,
                      other.body.size());
  }
};

bool IsSupplement(std::string_view path, std::string_view title) {
  const std::string name = LowerAscii(path.substr(path.rfind('/') + 1));
  const std::string_view stem = std::string_view(name).substr(0, name.rfind('.'));
  const std::string heading = LowerAscii(title);
  for (const std::string_view word : {"supp", "appendix", "response", "referee", "rebuttal",
                                      "coverletter", "cover_letter", "cover-letter"}) {
    if (stem.find(word) != kNone) return true;
  }
  for (const std::string_view word : {"supplement", "supporting information", "response to"}) {
    if (heading.starts_with(word)) return true;
  }
  return IsOneOf(stem, {"si", "sm", "esi", "reply", "cover"}) || stem.starts_with("si_") ||
         stem.starts_with("si-");
}

// The paper's text: a letter has no sections, or only some for what stands behind its text.
std::string BodyOf(std::string_view text, size_t title_end) {
  std::string sections = CutToSections(text);
  bool behind = !sections.empty();
  for (size_t at = FindControl(text, 0, IsHeading); at != kNone && behind;
       at = FindControl(text, at + 1, IsHeading)) {
    behind = IsEndMatterHeading(text.substr(at));
  }
  std::string all = CutToText(text, title_end);
  const bool is_letter =
      all.size() > 2 * sections.size() || (behind && all.size() > sections.size());
  return is_letter ? all : sections;
}

Candidate Read(const LatexBundle& bundle, const LatexFile& document) {
  Candidate made;
  made.expanded = ExpandLatex(bundle, document, &made.files);
  const std::string_view text = made.expanded.text;
  const size_t begin = made.expanded.body_begin, title_end = made.expanded.title_end;
  made.title = LatexTitle(text);
  made.body = begin > 0 && !made.title.empty()
                  ? BodyOf(text.substr(begin), title_end > begin ? title_end - begin : 0)
                  : CutToSections(text.substr(begin));
  size_t end = 0;
  made.has_bibliography =
      FindControl(text, 0, [&](std::string_view all, size_t word_end, std::string_view word) {
        return IsBibliography(all, word_end, word, &end);
      }) != kNone;
  made.has_abstract = text.find("\\begin{abstract}") != kNone || text.find("\\abstract{") != kNone;
  made.is_supplement = IsSupplement(document.name, made.title);
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
