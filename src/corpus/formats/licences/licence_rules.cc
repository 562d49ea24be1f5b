// Phrases that the published wordings hold, and the families that differ by clauses or versions.
#include "corpus/formats/licences/licence_rules.h"

#include <algorithm>
#include <array>

#include "corpus/formats/phrases.h"

namespace cria::corpus {
namespace {

struct Rule {
  std::string_view id;
  std::array<std::string_view, 3> all;   // must be there
  std::array<std::string_view, 3> none;  // must not
};

constexpr std::string_view kMit =
    "without restriction including without limitation the rights to use copy modify";
constexpr std::string_view kMitGrant = "to any person obtaining a copy";
constexpr std::string_view kMitNotice = "shall be included in all copies or";
constexpr std::string_view kX11 = "except as contained in this notice the name";
constexpr std::string_view kBsdSource = "of source code must retain the";
constexpr std::string_view kIscGrant = "for any purpose with or without fee is hereby granted";

constexpr Rule kRules[] = {
    {"MIT", {kMit, kMitGrant, kMitNotice}, {kX11, "used for good not evil", "to deal with the"}},
    {"X11", {kMit, kMitNotice, kX11}, {"used for good not evil", "to deal with the"}},
    {"MIT-0", {kMit}, {kMitNotice, "provided that the above copyright notice", "to deal with the"}},
    {"ICU",
     {kMitGrant, "without restriction including without",
      "provided that the above copyright notice"},
     {kMitNotice}},
    {"JSON", {"used for good not evil"}, {}},
    {"NCSA", {"to deal with the software without restriction", kBsdSource}, {}},
    {"MIT-Modern-Variant", {"without written agreement and without license or royalty fees"}, {}},
    {"Apache-2.0", {"apache license version 2 0 january 2004"}, {"llvm exceptions"}},
    {"Apache-2.0", {"version 2 0 january 2004 http www apache org licenses"}, {"llvm exceptions"}},
    {"Apache-2.0", {"under the apache license version 2 0"}, {"llvm exceptions"}},
    {"Apache-2.0", {"licensed under the apache 2 0 license"}, {"section 3 the indemnity"}},
    {"Apache-2.0 WITH LLVM-exception",
     {"portions of this software are embedded into an object form", "apache"},
     {}},
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
    {"Vim", {"vim license"}, {}},
    {"Sleepycat", {"redistributions in any form must be accompanied by information on how"}, {}},
    {"RSAL-2.0", {"redis source available license"}, {}},
    {"blessing", {"may you do good and not evil"}, {}},
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
  if (!grant || (!Has(text, kBsdSource) && !Has(text, "of source code retain the") &&
                 !Has(text, "of source code must retain any existing") &&
                 !Has(text, "works must retain the above")))
    return "";
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
    best = Has(text, " gplv2 ") || Has(text, " gplv3 ") ? "GPL" : "LGPL";
  }
  return best;
}

}  // namespace

std::vector<std::string> LicenceIds(std::string_view words) {
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
                      rule.id.starts_with("EPL") || rule.id == "CeCILL" || rule.id == "EUPL" ||
                      rule.id == "Vim" || Has(rule.id, "LLVM");
  }
  add(BsdId(words));
  if (!whole_copyleft) add(GnuNotice(words));
  return ids;
}

}  // namespace cria::corpus
