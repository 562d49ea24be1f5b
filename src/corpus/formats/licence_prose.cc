// A table of names as people write them; READMEs by their headings.
#include "corpus/formats/licence_prose.h"

#include <algorithm>

#include "base/ascii.h"
#include "corpus/formats/licence.h"
#include "corpus/formats/licence_name.h"
#include "corpus/formats/licence_words.h"

namespace cria::corpus {
namespace {

constexpr size_t kMaxReadmeBytes = size_t{1} << 20;
constexpr size_t kMaxSectionBytes = 3000;

bool Has(std::string_view text, std::string_view phrase) { return text.find(phrase) != text.npos; }

struct Name {
  std::string_view phrase, id;
};
constexpr Name kNames[] = {{" apache license ", "Apache-2.0"},
                           {" apache 2 ", "Apache-2.0"},
                           {" apache 2 0 ", "Apache-2.0"},
                           {" apache software license ", "Apache-2.0"},
                           {" apache v2 ", "Apache-2.0"},
                           {" asl 2 0 ", "Apache-2.0"},
                           {" mit license ", "MIT"},
                           {" mit licensed ", "MIT"},
                           {" under mit ", "MIT"},
                           {" mit terms ", "MIT"},
                           {" mit style license ", "MIT"},
                           {" license mit ", "MIT"},
                           {" mit x11 license ", "MIT"},
                           {" the mit and ", "MIT"},
                           {" the mit or ", "MIT"},
                           {" and mit licenses ", "MIT"},
                           {" bsd license ", "BSD"},
                           {" bsd licenses ", "BSD"},
                           {" bsd licensed ", "BSD"},
                           {" bsd style license ", "BSD"},
                           {" license bsd ", "BSD"},
                           {" 2 clause bsd ", "BSD-2-Clause"},
                           {" two clause bsd ", "BSD-2-Clause"},
                           {" bsd 2 clause ", "BSD-2-Clause"},
                           {" bsd 2 ", "BSD-2-Clause"},
                           {" 2 clause bsdl ", "BSD-2-Clause"},
                           {" 3 clause bsd ", "BSD-3-Clause"},
                           {" three clause bsd ", "BSD-3-Clause"},
                           {" bsd 3 ", "BSD-3-Clause"},
                           {" bsd 3 clause ", "BSD-3-Clause"},
                           {" new bsd ", "BSD-3-Clause"},
                           {" modified bsd ", "BSD-3-Clause"},
                           {" affero general public license ", "AGPL"},
                           {" lesser general public license ", "LGPL"},
                           {" library general public license ", "LGPL"},
                           {" gnu general public license ", "GPL"},
                           {" gnu gpl ", "GPL"},
                           {" isc license ", "ISC"},
                           {" mozilla public license ", "MPL-2.0"},
                           {" mpl ", "MPL-2.0"},
                           {" mpl 2 0 ", "MPL-2.0"},
                           {" eclipse public license ", "EPL-2.0"},
                           {" boost software license ", "BSL-1.0"},
                           {" boost license ", "BSL-1.0"},
                           {" zlib license ", "Zlib"},
                           {" psf license ", "PSF-2.0"},
                           {" psf 2 license ", "PSF-2.0"},
                           {" artistic license ", "Artistic-2.0"},
                           {" creative commons ", "CC-BY"},
                           {" cc by ", "CC-BY"},
                           {" cc0 ", "CC0-1.0"},
                           {" unlicense ", "Unlicense"},
                           {" public domain ", "LicenseRef-public-domain"},
                           {" commercial license ", "LicenseRef-commercial"},
                           {" proprietary ", "LicenseRef-commercial"},
                           {" all rights reserved ", "LicenseRef-other"},
                           {" non commercial ", "LicenseRef-commercial"},
                           {" noncommercial ", "LicenseRef-commercial"}};

void Add(std::string id, std::vector<std::string>* ids) {
  if (std::find(ids->begin(), ids->end(), id) == ids->end()) ids->push_back(std::move(id));
}

// "gpl", "gplv2", "lgpl3", "agpl": words that begin so and go on with a version or nothing.
void AddGnuWords(std::string_view words, std::vector<std::string>* ids) {
  for (const auto& [start, family] : {Name{" gpl", "GPL"}, {" lgpl", "LGPL"}, {" agpl", "AGPL"}}) {
    for (size_t at = words.find(start); at != words.npos; at = words.find(start, at + 1)) {
      const char next = words[at + start.size()];
      if (next != ' ' && next != 'v' && (next < '1' || next > '3')) continue;
      Add(std::string(family), ids);
      break;
    }
  }
}

// The level of the heading that `line` is, with the line behind it; 0 for none.
bool IsHeading(std::string_view line, std::string_view next) {
  if (line.empty()) return false;
  if (line[0] == '#' || line.starts_with("<h") || (line[0] == '=' && line.find(' ') == 1)) {
    return true;
  }
  if (next.size() < 3 || line.size() > 80) return false;
  return next.find_first_not_of(next[0]) == next.npos && Has("=-~^*\"'`+", next.substr(0, 1));
}

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(Trimmed(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// "License", "Copyright and License", "Licensing information"; not "License server".
bool IsLicenceHeading(std::string_view words) {
  for (const std::string_view word : {" license ", " licenses ", " licensing ", " copying "}) {
    constexpr size_t kMaxHeadingBytes = 48;
    if (Has(words, word) && words.size() < kMaxHeadingBytes) return true;
  }
  return false;
}

std::string Joined(const std::vector<std::string>& ids, std::string_view with) {
  std::string out;
  for (const std::string& id : ids) {
    if (!out.empty()) out.append(" ").append(with) += ' ';
    out += id;
  }
  return out;
}

std::string OfSection(const std::string& section) {
  const std::string words = LicenceWords(section);
  const std::vector<std::string> ids = LicencesNamed(words);
  const std::string whole = LicenceOfText(section);
  if (!whole.empty() && ids.size() < 2) return whole;
  std::string out = Joined(ids, OffersChoice(words) ? "OR" : "AND");
  // "MIT" alone under the heading.
  return out.empty() ? LicenceOfDeclaration(Trimmed(section)) : out;
}

}  // namespace

std::vector<std::string> LicencesNamed(std::string_view words) {
  std::vector<std::string> ids;
  for (const Name& name : kNames) {
    if (Has(words, name.phrase)) Add(std::string(name.id), &ids);
  }
  AddGnuWords(words, &ids);
  // "BSD" says less than what another name of the text says of it.
  if (std::any_of(ids.begin(), ids.end(),
                  [](const std::string& id) { return id.starts_with("BSD-"); })) {
    std::erase(ids, "BSD");
  }
  return ids;
}

bool OffersChoice(std::string_view words) {
  constexpr std::string_view kPhrases[] = {" whichever you prefer ",
                                           " either of the licenses ",
                                           " either of these licenses ",
                                           " either of the following licenses ",
                                           " any of the following licenses ",
                                           " one of the following licenses ",
                                           " one of the above listed licenses ",
                                           " under either license ",
                                           " terms of either license ",
                                           " dual licensed ",
                                           " dual license ",
                                           " dually licensed ",
                                           " tri licensed ",
                                           " triple licensed ",
                                           " multi licensed ",
                                           " under either the ",
                                           " under either of ",
                                           " licensed under either ",
                                           " mit at your option ",
                                           " license at your option ",
                                           " dual bsd ",
                                           " dual mit ",
                                           " alternatively this software may be ",
                                           " alternatively this file may be ",
                                           " alternatively this product may be ",
                                           " alternatively this package may be ",
                                           " may choose to accept it either ",
                                           " alternatively the contents of this file may ",
                                           " alternatively you may "};
  return std::any_of(std::begin(kPhrases), std::end(kPhrases),
                     [&](std::string_view phrase) { return Has(words, phrase); });
}

std::string_view LicenceFamily(std::string_view id) { return id.substr(0, id.find('-')); }

ReadmeStatement LicenceOfReadme(std::string_view text) {
  ReadmeStatement found;
  if (text.size() > kMaxReadmeBytes) return found;
  const std::vector<std::string_view> lines = Lines(text);
  bool inside = false;
  std::string section;
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string_view next = i + 1 < lines.size() ? lines[i + 1] : std::string_view();
    const std::string words = LicenceWords(lines[i]);
    if (OffersChoice(words)) {
      std::vector<std::string> ids = LicencesNamed(words + LicenceWords(next).substr(1));
      if (ids.size() > 1) found.choices.push_back(std::move(ids));
    }
    if (IsHeading(lines[i], next)) {
      inside = IsLicenceHeading(words);
      if (inside) section.clear();
      if (lines[i][0] != '#' && !lines[i].starts_with("<h")) ++i;  // its underline
    } else if (inside && section.size() + lines[i].size() < kMaxSectionBytes) {
      section.append(lines[i]) += '\n';
    }
  }
  found.licence = OfSection(section);
  return found;
}

}  // namespace cria::corpus
