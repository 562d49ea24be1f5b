// Sections by the levels of their headings: Markdown, HTML, AsciiDoc, and underlines.
#include "corpus/formats/licences/licence_readme.h"

#include <algorithm>

#include "base/ascii.h"
#include "corpus/formats/licences/licence.h"
#include "corpus/formats/licences/licence_name.h"
#include "corpus/formats/licences/licence_prose.h"
#include "corpus/formats/licences/licence_words.h"
#include "corpus/formats/phrases.h"

namespace cria::corpus {
namespace {

constexpr size_t kMaxReadmeBytes = size_t{1} << 20;
constexpr size_t kMaxSectionBytes = 3000;
constexpr size_t kMaxChoiceBytes = 600;  // a longer "sentence" is a list of other things

constexpr std::string_view kLicenceHeadings[] = {" license ", " licenses ", " licensing ",
                                                 " copying "};
constexpr std::string_view kOfOthers[] = {" third ",      " 3rd ",     " dependencies ",
                                          " dependency ", " bundled ", " vendored "};
constexpr std::string_view kOfParts[] = {
    " logo ",  " logos ",  " data ", " dataset ", " datasets ", " font ",          " fonts ",
    " asset ", " assets ", " docs ", " images ",  " icons ",    " documentation ", " artwork "};
constexpr std::string_view kOfCode[] = {" code ", " source ", " software "};

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(Trimmed(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// "License", "Copyright and License", "Licensing information"; no whole sentences.
bool IsLicenceHeading(std::string_view words) {
  constexpr size_t kMaxHeadingBytes = 48;
  return words.size() < kMaxHeadingBytes && HasOneOf(words, kLicenceHeadings);
}

// Whether what stands below the heading is about something else than the project's own code.
bool NamesParts(std::string_view words) {
  return HasOneOf(words, kOfOthers) || (HasOneOf(words, kOfParts) && !HasOneOf(words, kOfCode));
}

std::string OfSection(const std::string& section) {
  const std::string words = LicenceWords(section);
  const std::vector<std::string> ids = LicencesNamed(words);
  const std::string whole = LicenceOfText(section);
  if (!whole.empty() && ids.size() < 2) return whole;
  if (!ids.empty()) return JoinedLicences(ids, OffersChoice(section) ? "OR" : "AND");
  // "MIT" alone under the heading.
  std::string declared = LicenceOfDeclaration(Trimmed(section));
  return declared.empty() && HasRestrictions(words) ? std::string(kOtherLicence) : declared;
}

class Readme {
 public:
  explicit Readme(std::string_view text) : lines_(Lines(text)) {}

  ReadmeStatement Read() {
    for (size_t i = 0; i < lines_.size(); ++i) {
      const std::string_view next = i + 1 < lines_.size() ? lines_[i + 1] : std::string_view();
      if (const size_t level = Level(lines_[i], next); level > 0) {
        Heading(LicenceWords(lines_[i]), level);
        if (underlined_) ++i;
        continue;
      }
      if (parts_level_ == 0) prose_.append(lines_[i]) += '\n';
      if (parts_level_ == 0 && licence_level_ > 0 &&
          section_.size() + lines_[i].size() < kMaxSectionBytes) {
        section_.append(lines_[i]) += '\n';
      }
    }
    EndSection();
    found_.licence = JoinedLicences(licences_, "AND");
    for (const std::string& words : ChoicesOf(prose_)) {
      std::vector<std::string> ids;
      if (words.size() < kMaxChoiceBytes) ids = LicencesNamed(words);
      if (ids.size() > 1) found_.choices.push_back(std::move(ids));
    }
    return std::move(found_);
  }

 private:
  // The level of the heading that `line` is, with the line behind it; 0 for none. Underlines have
  // the levels in which their marks come, as in reStructuredText.
  size_t Level(std::string_view line, std::string_view next) {
    underlined_ = false;
    if (line.empty()) return 0;
    if (line[0] == '#') return std::min(line.find_first_not_of('#'), line.size());
    if (line.starts_with("<h") && line.size() > 2 && line[2] >= '1' && line[2] <= '6') {
      return static_cast<size_t>(line[2] - '0');
    }
    if (const size_t level = line.find_first_not_of('='); level != line.npos && level > 0) {
      if (line[level] == ' ') return level;
    }
    constexpr size_t kMaxHeadingBytes = 80;
    if (next.size() < 3 || line.size() > kMaxHeadingBytes) return 0;
    const bool drawn = next.find_first_not_of(next[0]) == next.npos;
    if (!drawn || !Has("=-~^*\"'`+", next.substr(0, 1))) return 0;
    underlined_ = true;
    size_t level = underlines_.find(next[0]);
    if (level == underlines_.npos) {
      level = underlines_.size();
      underlines_ += next[0];
    }
    return level + 1;
  }

  // A heading further in belongs to the section; one of parts hides what stands below it.
  void Heading(const std::string& words, size_t level) {
    prose_ += "\n\n";
    if (parts_level_ > 0 && level > parts_level_) return;
    parts_level_ = 0;
    if (level <= licence_level_) EndSection();
    const bool licences = IsLicenceHeading(words);
    // "Data tools" may be the title of all.
    const bool of_others = level > 1 && HasOneOf(words, kOfOthers);
    if (of_others || (NamesParts(words) && (licences || licence_level_ > 0))) {
      parts_level_ = level;
    } else if (licence_level_ == 0 && licences) {
      licence_level_ = level;
    }
  }

  void EndSection() {
    std::string licence = OfSection(section_);
    const bool known = std::find(licences_.begin(), licences_.end(), licence) != licences_.end();
    if (!licence.empty() && !known) licences_.push_back(std::move(licence));
    section_.clear();
    licence_level_ = 0;
  }

  std::vector<std::string_view> lines_;
  bool underlined_ = false;
  std::string underlines_;    // their marks, each once
  size_t licence_level_ = 0;  // of the section on licences that is open; 0 for none
  size_t parts_level_ = 0;    // of the heading of parts above the line; 0 for none
  std::string section_, prose_;
  std::vector<std::string> licences_;
  ReadmeStatement found_;
};

}  // namespace

ReadmeStatement LicenceOfReadme(std::string_view text) {
  if (text.size() > kMaxReadmeBytes) return {};
  return Readme(text).Read();
}

}  // namespace cria::corpus
