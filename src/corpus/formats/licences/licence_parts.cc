// Lists of phrases that open and close a part. A part closed too early makes the whole stricter, so
// what may be either is of the whole.
#include "corpus/formats/licences/licence_parts.h"

#include <algorithm>
#include <initializer_list>

#include "base/ascii.h"
#include "corpus/formats/code/code_language.h"
#include "corpus/formats/licences/licence_words.h"
#include "corpus/formats/phrases.h"

namespace cria::corpus {
namespace {

constexpr size_t kMaxPaths = 200;

constexpr std::string_view kThirdParty[] = {" third party software ",
                                            " third party code ",
                                            " third party library ",
                                            " third party libraries ",
                                            " third party components ",
                                            " third party packages ",
                                            " third party works ",
                                            " software from third parties ",
                                            " packages written by third parties ",
                                            " externally maintained ",
                                            " external libraries ",
                                            " external programs ",
                                            " bundled ",
                                            " bundles ",
                                            " includes code from ",
                                            " contains code from ",
                                            " incorporates ",
                                            " copied from ",
                                            " taken from ",
                                            " derived from ",
                                            " comes from ",
                                            " based on works by others ",
                                            " uses parts of ",
                                            " includes parts of ",
                                            " submodules ",
                                            " subcomponents with separate ",
                                            " number of subcomponents "};
// These count only where the paragraph speaks of terms.
constexpr std::string_view kAside[] = {
    " documentation ", " docs ",    " test data ", " testdata ", " benchmark data ",
    " sample code ",   " images ",  " icons ",     " fonts ",    " logo ",
    " logos ",         " artwork ", " test suite "};
constexpr std::string_view kTerms[] = {" license", " terms ", " copyright ", " waived "};
constexpr std::string_view kSome[] = {" portions of ",
                                      " parts of ",
                                      " some of the ",
                                      " some files ",
                                      " following files ",
                                      " the files ",
                                      " files in ",
                                      " files under ",
                                      " files located ",
                                      " the file ",
                                      " directory ",
                                      " subdirectory ",
                                      " folder ",
                                      " different license",
                                      " licensed differently ",
                                      " own license",
                                      " separate license",
                                      " located at ",
                                      " located in ",
                                      " licensed as follows ",
                                      " legacy "};
constexpr std::string_view kWhole[] = {
    " all other ",     " everything else ", " the rest of ",     " as a whole ",
    " except ",        " unless ",          " that are not ",    " applies to all ",
    " terms below ",   " license follows ", " this project is ", " this software is licensed ",
    " commons clause "};

// Letters, digits and what file names hold.
bool IsSegment(std::string_view segment) {
  return std::all_of(segment.begin(), segment.end(), [](char c) {
    return LowerAscii(c) != c || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-' || c == '*' || c == '+';
  });
}

bool LooksLikePath(std::string_view token) {
  if (token.size() < 4 || token.size() > 200 || token.find("://") != token.npos) return false;
  if (token.starts_with("www.") || token == "and/or" || token == "n/a") return false;
  const size_t slash = token.find('/');
  if (slash == token.npos) return LanguageOfFile(token) != nullptr && token.find('.') != token.npos;
  if (slash == 0) return false;
  // "MIT/X11", "BSD/GPL" are names.
  if (std::none_of(token.begin(), token.end(), [](char c) { return c >= 'a' && c <= 'z'; })) {
    return false;
  }
  for (std::string_view rest = token; !rest.empty();) {
    const size_t end = std::min(rest.find('/'), rest.size());
    if (!IsSegment(rest.substr(0, end))) return false;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return true;
}

void AddPaths(std::string_view paragraph, std::vector<std::string>* paths) {
  constexpr std::string_view kBlanks = " \t\r\n,;:()[]<>\"'`";
  while (!paragraph.empty() && paths->size() < kMaxPaths) {
    const size_t begin = std::min(paragraph.find_first_not_of(kBlanks), paragraph.size());
    paragraph.remove_prefix(begin);
    const size_t end = std::min(paragraph.find_first_of(" \t\r\n,;()[]<>\"'`"), paragraph.size());
    std::string_view token = paragraph.substr(0, end);
    paragraph.remove_prefix(end);
    while (token.ends_with('.') || token.ends_with(':')) token.remove_suffix(1);
    if (token.starts_with("./")) token.remove_prefix(2);
    if (LooksLikePath(token)) paths->emplace_back(token);
  }
}

// A line without the marks of comments and quotes in front; empty for rules of signs.
std::string_view Content(std::string_view line) {
  const size_t begin = line.find_first_not_of(" \t\r/*#>;=-_~+|\"");
  return begin == line.npos ? std::string_view() : line.substr(begin);
}

enum class Scope { kSame, kWhole, kPart };

Scope ScopeOf(std::string_view words) {
  // Wordings of licences speak of "portions of the software" as well.
  constexpr double kWording = 0.6;
  if (words.size() > 60 && KnownShare(words) > kWording) return Scope::kSame;
  if (HasOneOf(words, kWhole)) return Scope::kWhole;
  if (HasOneOf(words, kThirdParty) || HasOneOf(words, kSome)) return Scope::kPart;
  return HasOneOf(words, kAside) && HasOneOf(words, kTerms) ? Scope::kPart : Scope::kSame;
}

// "For lib/x.cpp", "For the a/b.m4 and c/d.m4 components:": a heading of what follows.
bool IsHeadingOfPaths(std::string_view paragraph) {
  constexpr size_t kMaxBytes = 300, kMaxWords = 12;
  paragraph = Trimmed(paragraph);
  if (paragraph.size() > kMaxBytes ||
      !StartsWithAny(LowerAscii(paragraph.substr(0, 4)), {"for "})) {
    return false;
  }
  if (std::count(paragraph.begin(), paragraph.end(), ' ') >=
      static_cast<std::ptrdiff_t>(kMaxWords)) {
    return false;
  }
  std::vector<std::string> paths;
  AddPaths(paragraph, &paths);
  return !paths.empty();
}

class Splitter {
 public:
  LicenceSections Run(std::string_view text) {
    std::string paragraph;
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      const std::string_view line = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      if (Content(line).empty()) {
        Paragraph(paragraph);
        paragraph.clear();
      } else {
        paragraph.append(line) += '\n';
      }
    }
    Paragraph(paragraph);
    return std::move(sections_);
  }

 private:
  void Paragraph(const std::string& text) {
    if (text.empty()) return;
    const std::string words = LicenceWords(text);
    const Scope scope = IsHeadingOfPaths(text) ? Scope::kPart : ScopeOf(words);
    if (scope == Scope::kWhole) in_part_ = false;
    if (scope == Scope::kPart) {
      in_part_ = true;
      LicenceSections::Part part;
      part.third_party = HasOneOf(words, kThirdParty);
      part.aside = HasOneOf(words, kAside);
      // What is said of "the following" holds for each of the list.
      if (!sections_.parts.empty()) part.third_party |= sections_.parts.back().third_party;
      sections_.parts.push_back(std::move(part));
    }
    if (!in_part_) {
      sections_.whole += text + "\n";
      return;
    }
    LicenceSections::Part& part = sections_.parts.back();
    part.text += text + "\n";
    if (words.size() <= 60 || KnownShare(words) < 0.5) AddPaths(text, &part.paths);
  }

  LicenceSections sections_;
  bool in_part_ = false;
};

}  // namespace

LicenceSections SplitLicence(std::string_view text) { return Splitter().Run(text); }

bool FitsNamedPath(std::string_view path, std::string_view named) {
  if (named.find('/') == named.npos) return FileName(path) == named;
  const size_t star = named.find('*');
  if (star != named.npos) return path.starts_with(named.substr(0, star));
  if (named.ends_with('/')) return path.starts_with(named);
  return path.starts_with(named) && (path.size() == named.size() || path[named.size()] == '/');
}

}  // namespace cria::corpus
