// One table of phrases decides; the order of its rows does not matter.
#include "corpus/formats/licence.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <unordered_set>
#include <vector>

#include "base/hash.h"
#include "corpus/formats/licence_name.h"
#include "corpus/formats/licence_texts.h"

namespace cria::corpus {
namespace {

constexpr size_t kMaxLicenceBytes = size_t{1} << 20;
constexpr size_t kMaxDeclarationWords = 12;  // a file that says "MIT" or "Released under the BSD"

bool Has(std::string_view text, std::string_view phrase) { return text.find(phrase) != text.npos; }

// Words in lower case with one space before, between and behind; "licence" is "license".
std::string Normalised(std::string_view text) {
  std::string out = " ";
  out.reserve(text.size() + 2);
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter || (c >= '0' && c <= '9')) {
      out += letter ? static_cast<char>(c | 0x20) : c;
    } else if (out.back() != ' ') {
      out += ' ';
    }
    if (c == 'e' || c == 'E') {
      if (out.size() > 7 && out.ends_with("licence")) out[out.size() - 2] = 's';
    }
  }
  if (out.back() != ' ') out += ' ';
  return out;
}

struct Rule {
  std::string_view id;
  std::array<std::string_view, 3> all;   // must be there
  std::array<std::string_view, 3> none;  // must not
};

constexpr std::string_view kMit =
    "to any person obtaining a copy of this software and associated documentation files the "
    "software to deal in the software without restriction";
constexpr std::string_view kMitNotice = "shall be included in all copies or";
constexpr std::string_view kX11 = "except as contained in this notice the name";
constexpr std::string_view kBsdSource = "of source code must retain the";
constexpr std::string_view kIscGrant = "for any purpose with or without fee is hereby granted";

constexpr Rule kRules[] = {
    {"MIT", {kMit, kMitNotice}, {kX11, "used for good not evil"}},
    {"X11", {kMit, kMitNotice, kX11}, {"used for good not evil"}},
    {"MIT-0", {kMit}, {kMitNotice, "provided that the above copyright notice"}},
    {"ICU", {kMit, "provided that the above copyright notice"}, {kMitNotice}},
    {"JSON", {"used for good not evil"}, {}},
    {"NCSA", {"to deal with the software without restriction", kBsdSource}, {}},
    {"MIT-Modern-Variant", {"to deal in the software without restriction", "to deal with the"}, {}},
    {"Apache-2.0", {"apache license version 2 0 january 2004"}, {"llvm exceptions"}},
    {"Apache-2.0", {"version 2 0 january 2004 http www apache org licenses"}, {"llvm exceptions"}},
    {"Apache-2.0", {"under the apache license version 2 0"}, {"llvm exceptions"}},
    {"Apache-2.0", {"licensed under the apache 2 0 license"}, {"section 3 the indemnity"}},
    {"Apache-2.0 WITH LLVM-exception", {"llvm exceptions", "apache license"}, {}},
    {"ISC", {kIscGrant, "permission notice appear in all copies"}, {kX11}},
    {"curl", {kIscGrant, "permission notice appear in all copies", kX11}, {}},
    {"0BSD", {kIscGrant}, {"appear in all copies"}},
    {"PostgreSQL", {"without fee and without a written agreement is hereby granted"}, {}},
    {"HPND", {"and its documentation for any purpose", "appear in supporting documentation"}, {}},
    {"HPND", {"and its documentation for any purpose and without fee is hereby granted"}, {}},
    {"Zlib", {"altered source versions must be plainly marked"}, {}},
    {"BSL-1.0", {"boost software license"}, {}},
    {"BSL-1.0",
     {"any person or organization obtaining a copy of the software and accompanying"},
     {}},
    {"Unlicense", {"free and unencumbered software released into the public domain"}, {}},
    {"CC0-1.0", {"cc0 1 0 universal"}, {}},
    {"CC0-1.0", {"creative commons zero"}, {}},
    {"CC0-1.0", {"creativecommons org publicdomain zero"}, {}},
    {"CC-BY", {"creativecommons org licenses by"}, {}},
    {"CC-BY", {"creative commons attribution"}, {}},
    {"CC-BY", {"attribution sharealike"}, {}},
    {"WTFPL", {"do what the fuck you want to public license"}, {}},
    {"MPL-2.0", {"mozilla public license version 2 0"}, {}},
    {"MPL-2.0", {"mozilla public license v 2 0"}, {}},
    {"MPL-1.1", {"mozilla public license version 1 1"}, {}},
    {"EPL-2.0", {"eclipse public license v 2 0"}, {}},
    {"EPL-1.0", {"eclipse public license v 1 0"}, {}},
    {"CDDL-1.0", {"common development and distribution license"}, {}},
    {"CPL-1.0", {"common public license"}, {}},
    {"Artistic-2.0", {"the artistic license 2 0"}, {}},
    {"Artistic-1.0", {"state the conditions under which a package may be copied"}, {}},
    {"Artistic-1.0-Perl", {"under the terms of the artistic license"}, {}},
    {"Artistic-1.0-Perl OR GPL-1.0-or-later", {"same terms as perl"}, {}},
    {"GFDL", {"gnu free documentation license"}, {}},
    {"PSF-2.0", {"python software foundation license version 2"}, {}},
    {"PSF-2.0", {"psf license agreement"}, {}},
    {"ZPL-2.1", {"zope public license"}, {}},
    {"OFL-1.1", {"sil open font license"}, {}},
    {"OLDAP", {"the openldap public license"}, {}},
    {"Unicode", {"unicode data files"}, {}},
    {"FTL", {"the freetype project license"}, {}},
    {"IJG", {"independent jpeg group s software"}, {}},
    {"libpng", {"png reference library"}, {}},
    {"Ruby", {"you may make and give away verbatim copies of the source form of the software"}, {}},
    {"FSFAP",
     {"copying and distribution of this file with or without modification are permitted"},
     {}},
    {"FSFULLR", {"free software foundation gives unlimited permission"}, {}},
    {"BlueOak-1.0.0", {"blue oak model license"}, {}},
    {"UPL-1.0", {"universal permissive license"}, {}},
    {"MS-PL", {"microsoft public license"}, {}},
    {"EUPL", {"european union public license"}, {}},
    {"CeCILL", {"cecill"}, {}},
    {"BUSL-1.1", {"business source license"}, {}},
    {"SSPL-1.0", {"server side public license"}, {}},
    {"Elastic-2.0", {"elastic license"}, {}},
    {"Beerware", {"buy me a beer"}, {}},
    {"GPL-1.0", {"gnu general public license version 1 february 1989"}, {}},
    {"GPL-2.0", {"gnu general public license version 2 june 1991"}, {}},
    {"GPL-3.0", {"gnu general public license version 3 29 june 2007"}, {}},
    {"LGPL-2.0", {"gnu library general public license version 2 june 1991"}, {}},
    {"LGPL-2.1", {"gnu lesser general public license version 2 1 february 1999"}, {}},
    {"LGPL-3.0", {"gnu lesser general public license version 3 29 june 2007"}, {}},
    {"AGPL-3.0", {"gnu affero general public license version 3 19 november 2007"}, {}},
    {"LicenseRef-Commons-Clause", {"commons clause"}, {}},
};

bool Fits(const Rule& rule, std::string_view text) {
  for (const std::string_view phrase : rule.all) {
    if (!phrase.empty() && !Has(text, phrase)) return false;
  }
  for (const std::string_view phrase : rule.none) {
    if (!phrase.empty() && Has(text, phrase)) return false;
  }
  return true;
}

// The family whose licences differ by their clauses; names of other owners in them make others.
std::string BsdId(std::string_view text) {
  const bool grant = Has(text, "redistribution and use") || Has(text, "redistribution use and") ||
                     Has(text, "redistribution and modification");
  if (!grant || (!Has(text, kBsdSource) && !Has(text, "of source code retain the"))) return "";
  const bool called = Has(text, "may not be called") || Has(text, "nor may");
  if (Has(text, "developed by the apache")) {
    return Has(text, "license version 1 1") || Has(text, "alternately this acknowledg")
               ? "Apache-1.1"
               : "Apache-1.0";
  }
  if (Has(text, "openssl toolkit")) return "OpenSSL";
  if (Has(text, "php") && called) return "PHP-3.01";
  if (called) return "LicenseRef-other";
  if (Has(text, "openldap") || Has(text, "to deal with the software without restriction"))
    return "";
  if (Has(text, "nuclear facility")) return "BSD-3-Clause-No-Nuclear-License";
  if (Has(text, "all advertising materials mentioning")) {
    return Has(text, "regents of the university") ? "BSD-4-Clause-UC" : "BSD-4-Clause";
  }
  const bool names = Has(text, "endorse or promote") || Has(text, "to promote or endorse") ||
                     Has(text, "used to endorse");
  if (Has(text, "patent rights are granted")) return "BSD-3-Clause-Clear";
  if (names) return "BSD-3-Clause";
  if (Has(text, "each copyright holder and contributor hereby grants"))
    return "BSD-2-Clause-Patent";
  return Has(text, "binary form must reproduce") ? "BSD-2-Clause" : "BSD-1-Clause";
}

std::string_view WordBefore(std::string_view text, size_t at) {
  const size_t end = at;  // the space before a word
  const size_t begin = end == 0 ? 0 : text.rfind(' ', end - 1) + 1;
  return text.substr(begin, end - begin);
}

// "2 1" or "2" behind the word "version" in `text`, or empty.
std::string VersionIn(std::string_view text) {
  for (const std::string_view word : {" version ", " v"}) {
    size_t at = text.find(word);
    if (at == text.npos) continue;
    at += word.size();
    if (at >= text.size() || text[at] < '1' || text[at] > '3') continue;
    const std::string major(1, text[at]);
    return text.substr(at + 1, 3) == " 1 " ? major + ".1" : major + ".0";
  }
  return "";
}

// Notices that name a GNU licence, in a text that does not hold the licence itself.
std::string GnuNotice(std::string_view text) {
  constexpr std::string_view kName = " general public license ";
  std::string best;
  int looked_at = 0;
  for (size_t at = text.find(kName); at != text.npos && looked_at < 64;
       at = text.find(kName, at + 1), ++looked_at) {
    const std::string_view kind = WordBefore(text, at);
    std::string id = kind == "lesser" || kind == "library" ? "LGPL"
                     : kind == "affero"                    ? "AGPL"
                                                           : "GPL";
    const std::string_view behind = text.substr(at + kName.size() - 1, 150);
    std::string version = VersionIn(behind);
    if (version.empty()) version = VersionIn(text.substr(at < 60 ? 0 : at - 60, 60));
    if (version.empty()) {
      if (best.empty()) best = id;
      continue;
    }
    const bool later = Has(text.substr(at + kName.size() - 1, 260), "any later version") ||
                       Has(text.substr(at < 60 ? 0 : at - 60, 60), "any later version");
    return id + "-" + version + (later ? "-or-later" : "-only");
  }
  if (best.empty() && (Has(text, " gplv2 ") || Has(text, " gplv3 ") || Has(text, " lgpl "))) {
    best = "GPL";
  }
  return best;
}

// Hashes of the runs of three words, words of one letter or digit left out: numbers of clauses.
std::vector<uint64_t> WordRuns(std::string_view normalised, std::vector<std::string_view>* words) {
  words->clear();
  for (size_t at = 1; at < normalised.size();) {
    const size_t end = normalised.find(' ', at);
    if (end - at > 1) words->push_back(normalised.substr(at, end - at));
    at = end + 1;
  }
  std::vector<uint64_t> runs;
  for (size_t i = 0; i + 2 < words->size(); ++i) {
    uint64_t hash = 0;
    for (size_t k = 0; k < 3; ++k) hash = Hash64((*words)[i + k], hash + k);
    runs.push_back(hash);
  }
  return runs;
}

const std::unordered_set<uint64_t>& KnownRuns() {
  static const std::unordered_set<uint64_t> runs = [] {
    std::unordered_set<uint64_t> all;
    std::vector<std::string_view> words;
    for (const std::string_view text : kLicenceTexts) {
      for (const uint64_t run : WordRuns(Normalised(text), &words)) all.insert(run);
    }
    return all;
  }();
  return runs;
}

// Whether the words of a permissive licence file that no known wording explains state conditions.
bool HasOtherConditions(std::string_view normalised) {
  std::vector<std::string_view> words;
  const std::vector<uint64_t> runs = WordRuns(normalised, &words);
  std::vector<char> known(words.size(), 0);
  for (size_t i = 0; i < runs.size(); ++i) {
    if (KnownRuns().contains(runs[i])) known[i] = known[i + 1] = known[i + 2] = 1;
  }
  std::string rest = " ";
  int64_t rest_words = 0;
  for (size_t i = 0; i < words.size(); ++i) {
    if (known[i] != 0) continue;
    rest.append(words[i]) += ' ';
    ++rest_words;
  }
  constexpr std::string_view kConditions[] = {" commercial ",
                                              " noncommercial ",
                                              " non commercial ",
                                              " evil ",
                                              " proprietary ",
                                              " confidential ",
                                              " prohibited ",
                                              " you may not ",
                                              " must not ",
                                              " shall not ",
                                              " gpl ",
                                              " lgpl ",
                                              " academic ",
                                              " research purposes ",
                                              " evaluation ",
                                              " only for use ",
                                              " royalty ",
                                              " fee ",
                                              " patents ",
                                              " restrictions "};
  for (const std::string_view word : kConditions) {
    if (Has(rest, word)) return true;
  }
  // A second licence in words that no rule knows: many words, and they speak of rights.
  constexpr int64_t kManyWords = 120;
  int64_t rights = 0;
  for (const std::string_view word :
       {" license", " permission ", " permitted ", " granted ", " warranty ", " liable "}) {
    rights += Has(rest, word);
  }
  return rest_words > kManyWords && rights >= 3;
}

// "This project is dual-licensed under A and B.", in a file of a few lines that says no more.
std::string OfSentence(std::string_view text) {
  constexpr size_t kMaxBytes = 600;
  if (text.size() > kMaxBytes) return "";
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.find("icensed under") == line.npos) continue;
    std::string id = LicenceOfDeclaration(line);
    if (!id.empty()) return id;
  }
  return "";
}

// The expression behind "SPDX-License-Identifier:", or empty.
std::string SpdxTag(std::string_view text) {
  constexpr std::string_view kTag = "SPDX-License-Identifier:";
  const size_t at = text.find(kTag);
  if (at == text.npos) return "";
  std::string_view line = text.substr(at + kTag.size());
  line = line.substr(0, std::min(line.find('\n'), line.size()));
  for (const std::string_view end : {"*/", "-->", "\"", "'", "#}", "*)"}) {
    line = line.substr(0, std::min(line.find(end), line.size()));
  }
  while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.remove_suffix(1);
  return LicenceOfDeclaration(line);
}

}  // namespace

std::string LicenceOfText(std::string_view text) {
  if (text.size() > kMaxLicenceBytes) return "";
  std::string tag = SpdxTag(text);
  if (!tag.empty()) return tag;
  const std::string words = Normalised(text);
  if (static_cast<size_t>(std::count(words.begin(), words.end(), ' ')) <= kMaxDeclarationWords) {
    return LicenceOfDeclaration(text);
  }
  std::vector<std::string> ids;
  const auto add = [&](std::string id) {
    if (!id.empty() && std::find(ids.begin(), ids.end(), id) == ids.end())
      ids.push_back(std::move(id));
  };
  bool whole_copyleft = false;  // these texts name GNU licences without being under them
  for (const Rule& rule : kRules) {
    if (!Fits(rule, words)) continue;
    add(std::string(rule.id));
    whole_copyleft |= Has(rule.id, "GPL-") || rule.id.starts_with("MPL") ||
                      rule.id.starts_with("EPL") || rule.id == "CeCILL" || rule.id == "EUPL";
  }
  add(BsdId(words));
  if (!whole_copyleft) add(GnuNotice(words));
  if (ids.empty()) add(OfSentence(text));
  if (ids.empty() && Has(words, "public domain")) add("LicenseRef-public-domain");
  const bool allowed = std::all_of(ids.begin(), ids.end(),
                                   [](const std::string& id) { return IsAllowedLicence(id); });
  if (!ids.empty() && allowed && HasOtherConditions(words)) add("LicenseRef-other");
  std::sort(ids.begin(), ids.end());
  std::string out;
  for (const std::string& id : ids) {
    if (!out.empty()) out += " AND ";
    out += ids.size() > 1 && Has(id, " OR ") ? "(" + id + ")" : id;
  }
  return out;
}

bool IsLicenceFile(std::string_view name) {
  std::string lower;
  for (const char c : name) {
    lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  for (const char* other : {"third", "3rd", "bundled", "vendor", "template", "header", "notice"}) {
    if (Has(lower, other)) return false;
  }
  constexpr std::string_view kStems[] = {"license", "licence", "copying", "unlicense", "copyright"};
  std::string_view rest = lower;
  bool found = false;
  for (const std::string_view stem : kStems) {
    if (found || !rest.starts_with(stem)) continue;
    rest.remove_prefix(stem.size());
    found = rest.empty() || rest[0] == '.' || rest[0] == '-' || rest[0] == '_' || rest[0] == ' ';
    if (!found) rest = lower;
  }
  for (const std::string_view end : {"-license", "_license", "-licence", ".license"}) {
    const std::string_view stem = rest.substr(0, rest.find('.'));
    if (!found && (stem.ends_with(end) || rest.ends_with(end))) {
      found = true;
      rest = rest.ends_with(end) ? "" : rest.substr(stem.size());
    }
  }
  if (!found) return false;
  const size_t dot = rest.rfind('.');
  if (dot == rest.npos) return true;
  constexpr std::string_view kSuffixes[] = {
      "txt", "md",  "markdown", "rst",  "mit",  "apache", "apache2", "bsd",  "lesser",
      "lib", "gpl", "lgpl",     "agpl", "mpl",  "isc",    "zlib",    "cc0",  "asl2",
      "0",   "1",   "2",        "3",    "gpl2", "gpl3",   "boost",   "text", "unlicense"};
  const std::string_view suffix = rest.substr(dot + 1);
  return std::find(std::begin(kSuffixes), std::end(kSuffixes), suffix) != std::end(kSuffixes);
}

}  // namespace cria::corpus
