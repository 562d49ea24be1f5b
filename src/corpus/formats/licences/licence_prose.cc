// Tables of names and of phrases as people write them.
#include "corpus/formats/licences/licence_prose.h"

#include <algorithm>
#include <cctype>

#include "corpus/formats/licences/licence_words.h"
#include "corpus/formats/phrases.h"

namespace cria::corpus {
namespace {

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

constexpr std::string_view kChoicePhrases[] = {" whichever you prefer ",
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

// By full stops in front of blanks, by empty lines, and by those that only hold marks of comments.
std::vector<std::string_view> Sentences(std::string_view text) {
  std::vector<std::string_view> sentences;
  size_t begin = 0;
  bool line_says = false;  // the line up to here holds a letter
  for (size_t i = 0; i < text.size(); ++i) {
    const bool last = i + 1 == text.size();
    const bool blank_behind = last || text[i + 1] == ' ' || text[i + 1] == '\n' ||
                              text[i + 1] == '\r' || text[i + 1] == '\t';
    const bool stop = (text[i] == '.' || text[i] == '!' || text[i] == '?') && blank_behind;
    const bool empty_line = text[i] == '\n' && !line_says;
    line_says =
        text[i] != '\n' && (line_says || std::isalnum(static_cast<unsigned char>(text[i])) != 0);
    if (!stop && !empty_line && !last) continue;
    sentences.push_back(text.substr(begin, i + 1 - begin));
    begin = i + 1;
  }
  return sentences;
}

// Whether one of the phrases that leave a choice stands in the words of a sentence, and nothing
// that takes it back: "no longer dual licensed", "formerly", "GPLv3 only". The "only" of an SPDX
// id ("GPL-2.0-only") takes nothing back.
bool SentenceOffersChoice(std::string_view words) {
  size_t first = words.npos;
  for (const std::string_view phrase : kChoicePhrases) first = std::min(first, words.find(phrase));
  if (first == words.npos) return false;
  const std::string_view before = words.substr(0, first + 1);
  if (Denies(before) || Has(before, " no ")) return false;
  for (size_t at = words.find(" only "); at != words.npos; at = words.find(" only ", at + 1)) {
    const std::string_view id_end = words.substr(at < 4 ? 0 : at - 4, std::min<size_t>(at, 4));
    if (!id_end.ends_with(" 0") && !id_end.ends_with(" 1")) return false;
  }
  return true;
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

std::vector<std::string> ChoicesOf(std::string_view text) {
  std::vector<std::string> choices;
  for (const std::string_view sentence : Sentences(text)) {
    std::string words = LicenceWords(sentence);
    if (SentenceOffersChoice(words)) choices.push_back(std::move(words));
  }
  return choices;
}

bool OffersChoice(std::string_view text) { return !ChoicesOf(text).empty(); }

std::string_view LicenceFamily(std::string_view id) { return id.substr(0, id.find('-')); }

}  // namespace cria::corpus
