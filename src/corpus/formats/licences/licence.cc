// Joins what the phrases, the names and the sections of a text say of licences.
#include "corpus/formats/licences/licence.h"

#include <algorithm>
#include <cctype>

#include "base/ascii.h"
#include "corpus/formats/code/code_language.h"
#include "corpus/formats/licences/licence_name.h"
#include "corpus/formats/licences/licence_parts.h"
#include "corpus/formats/licences/licence_prose.h"
#include "corpus/formats/licences/licence_rules.h"
#include "corpus/formats/licences/licence_words.h"
#include "corpus/formats/phrases.h"

namespace cria::corpus {
namespace {

constexpr size_t kMaxLicenceBytes = size_t{1} << 20;
constexpr size_t kMaxDeclarationWords = 12;  // a file that says "MIT" or "Released under the BSD"
constexpr std::string_view kSpdxTag = "SPDX-License-Identifier:";

std::string Sorted(std::vector<std::string> ids, std::string_view with) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return JoinedLicences(ids, with);
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
std::string SpdxTag(std::string_view text, size_t at) {
  std::string_view line = text.substr(at + kSpdxTag.size());
  line = line.substr(0, std::min(line.find('\n'), line.size()));
  for (const std::string_view end : {"*/", "-->", "\"", "'", "#}", "*)"}) {
    line = line.substr(0, std::min(line.find(end), line.size()));
  }
  while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.remove_suffix(1);
  return LicenceOfDeclaration(line);
}

// Ids of a text that is of one scope, with kOtherLicence for conditions that no wording explains.
std::vector<std::string> IdsOf(std::string_view text, const std::string& words) {
  std::vector<std::string> ids = LicenceIds(words);
  if (ids.empty()) {
    if (std::string sentence = OfSentence(text); !sentence.empty()) ids.push_back(sentence);
  }
  // A text that only says where the licence stands, or which it is.
  constexpr size_t kMaxProseBytes = 2500;
  if (ids.empty() && text.size() < kMaxProseBytes) ids = LicencesNamed(words);
  if (ids.empty() && Has(words, " public domain ")) ids.emplace_back("LicenseRef-public-domain");
  const bool allowed = std::all_of(ids.begin(), ids.end(),
                                   [](const std::string& id) { return IsAllowedLicence(id); });
  if (!ids.empty() && allowed && HasOtherConditions(words)) ids.emplace_back(kOtherLicence);
  return ids;
}

// Licences that neither a choice nor a list of parts makes harmless: texts of that kind are long
// on conditions.
bool Restricts(std::string_view licence) {
  for (const std::string_view id :
       {"Commons-Clause", "BUSL", "SSPL", "Elastic", "RSAL", "commercial", "JSON"}) {
    if (Has(licence, id)) return true;
  }
  return false;
}

// The licences that sentences name, where no id of the same family is there.
void AddNamed(std::string_view words, std::vector<std::string>* ids) {
  for (const std::string& id : LicencesNamed(words)) {
    const bool known = std::any_of(ids->begin(), ids->end(), [&](const std::string& other) {
      return LicenceFamily(other) == LicenceFamily(id);
    });
    if (!known && !id.starts_with("LicenseRef-")) ids->push_back(id);
  }
}

// Where the reader may choose: with the ids that the sentence names beside the wordings.
std::string WithChoice(std::string_view text, const std::string& words,
                       std::vector<std::string> ids) {
  const bool chosen =
      std::any_of(ids.begin(), ids.end(), [](const std::string& id) { return Has(id, " OR "); });
  const bool restricts = std::any_of(ids.begin(), ids.end(), Restricts);
  constexpr size_t kMaxChoices = 3;  // a file of more is a list of parts, each with its choice
  if (chosen || restricts || ids.size() > kMaxChoices || !OffersChoice(text))
    return Sorted(std::move(ids), "AND");
  constexpr size_t kMaxSentenceBytes = 600;
  AddNamed(words.substr(0, kMaxSentenceBytes), &ids);
  const bool restricted = std::find(ids.begin(), ids.end(), kOtherLicence) != ids.end();
  std::erase(ids, kOtherLicence);
  std::string choice = Sorted(std::move(ids), "OR");
  // Conditions that nobody knows hold for every choice, unless they are of one that is known.
  return restricted && HasRestrictions(words) ? "(" + choice + ") AND " + std::string(kOtherLicence)
                                              : choice;
}

// The licence of the whole, where the parts explain what else the text holds; empty if not.
LicenceStatement OfSections(std::string_view text) {
  const LicenceSections sections = SplitLicence(text);
  LicenceStatement found;
  // Every source is held against the paths; no project's own text names that many.
  constexpr size_t kMaxParts = 1000;
  size_t named = sections.parts.size();
  for (const LicenceSections::Part& part : sections.parts) named += part.paths.size();
  if (sections.parts.empty() || named > kMaxParts) return found;
  const std::string words = LicenceWords(sections.whole);
  std::vector<std::string> ids = LicenceIds(words);
  if (ids.empty()) return found;
  if (HasOtherConditions(words) && IsAllowedLicence(Sorted(ids, "AND")))
    ids.emplace_back(kOtherLicence);
  std::string licence = WithChoice(sections.whole, words, ids);
  for (const LicenceSections::Part& part : sections.parts) {
    const std::string part_words = LicenceWords(part.text);
    std::vector<std::string> part_ids = IdsOf(part.text, part_words);
    if (part_ids.empty()) part_ids = LicencesNamed(part_words);
    std::string of_part = WithChoice(part.text, part_words, std::move(part_ids));
    const bool refused = !of_part.empty() && !IsAllowedLicence(of_part);
    if (refused && Restricts(of_part)) {
      licence += " AND (" + of_part + ")";
    } else if (!part.paths.empty() && (refused || of_part.empty())) {
      found.parts.push_back({part.paths, of_part.empty() ? std::string(kOtherLicence) : of_part});
    } else if (refused && !part.aside && !(part.third_party && !Has(of_part, kOtherLicence))) {
      licence += " AND (" + of_part + ")";
    } else if (of_part.empty() && HasRestrictions(part_words)) {
      licence += " AND " + std::string(kOtherLicence);
    }
  }
  found.licence = std::move(licence);
  return found;
}

}  // namespace

std::string LicenceOfText(std::string_view text) {
  if (text.size() > kMaxLicenceBytes) return "";
  const std::string words = LicenceWords(text);
  std::vector<std::string> ids;
  if (const size_t at = text.find(kSpdxTag); at != text.npos) {
    // Behind the wording of a licence the tag is that of a part.
    const std::string tag = SpdxTag(text, at);
    if (!tag.empty() && LicenceIds(LicenceWords(text.substr(0, at))).empty()) return tag;
    if (!tag.empty()) ids.push_back(tag);
  }
  if (static_cast<size_t>(std::count(words.begin(), words.end(), ' ')) <= kMaxDeclarationWords) {
    return LicenceOfDeclaration(text);
  }
  for (std::string& id : IdsOf(text, words)) ids.push_back(std::move(id));
  return WithChoice(text, words, std::move(ids));
}

NoticeStatement ReadNotice(std::string_view text) {
  std::vector<std::string> tags;
  for (size_t at = text.find(kSpdxTag); at != text.npos; at = text.find(kSpdxTag, at + 1)) {
    std::string tag = SpdxTag(text, at);
    if (!tag.empty()) tags.push_back(std::move(tag));
  }
  if (!tags.empty()) return {Sorted(std::move(tags), "AND"), true};
  const std::string words = LicenceWords(text);
  std::vector<std::string> ids = LicenceIds(words);
  const bool states = Has(words, " license ") || Has(words, " licensed ") ||
                      Has(words, " distributed under ") || Has(words, " terms of ");
  // Names count where no wording follows: "under both the BSD license and GPLv2".
  constexpr size_t kMaxNamesBytes = 1500;
  if (states && words.size() < kMaxNamesBytes) AddNamed(words, &ids);
  if (Has(words, " proprietary and confidential ")) ids.emplace_back("LicenseRef-commercial");
  return {WithChoice(text, words, std::move(ids)), false};
}

LicenceStatement ReadLicence(std::string_view text) {
  LicenceStatement found;
  found.licence = LicenceOfText(text);
  if (text.size() > kMaxLicenceBytes) return found;
  constexpr size_t kMaxPointerBytes = 2500;
  found.offers_choice = text.size() < kMaxPointerBytes && OffersChoice(text);
  if (found.licence.empty() || IsAllowedLicence(found.licence)) return found;
  LicenceStatement sections = OfSections(text);
  if (!IsAllowedLicence(sections.licence)) return found;
  sections.offers_choice = found.offers_choice;
  return sections;
}

bool IsLicenceFile(std::string_view name) {
  std::string lower;
  for (const char c : name) {
    lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  for (const char* other : {"third", "3rd", "bundled", "vendor", "template", "header", "notice",
                            "doc", "artwork", "logo", "font", "binary", "depend"}) {
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
  if (std::find(std::begin(kSuffixes), std::end(kSuffixes), suffix) != std::end(kSuffixes)) {
    return true;
  }
  // COPYING.Xiph, LICENSE.leveldb: any suffix that is none of a program or of data.
  constexpr std::string_view kOthers[] = {"json", "xml",  "yml", "yaml", "toml", "pdf",  "png",
                                          "in",   "tmpl", "tpl", "spdx", "meta", "html", "htm",
                                          "svg",  "rtf",  "po",  "mo",   "csv",  "gz",   "jinja"};
  return std::isupper(static_cast<unsigned char>(name[1])) != 0 &&
         LanguageOfFile(name) == nullptr &&
         std::find(std::begin(kOthers), std::end(kOthers), suffix) == std::end(kOthers);
}

}  // namespace cria::corpus
