// Words by letters, known ones by the hashes of the runs of three that they stand in.
#include "corpus/formats/licences/licence_words.h"

#include <algorithm>
#include <unordered_set>
#include <vector>

#include "base/ascii.h"
#include "base/hash.h"
#include "corpus/formats/licences/licence_texts.h"
#include "corpus/formats/phrases.h"

namespace cria::corpus {
namespace {

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
      for (const uint64_t run : WordRuns(LicenceWords(text), &words)) all.insert(run);
    }
    return all;
  }();
  return runs;
}

struct Unexplained {
  std::string text = " ";
  int64_t words = 0, all_words = 0;
};

Unexplained UnexplainedOf(std::string_view normalised) {
  std::vector<std::string_view> words;
  const std::vector<uint64_t> runs = WordRuns(normalised, &words);
  std::vector<char> known(words.size(), 0);
  for (size_t i = 0; i < runs.size(); ++i) {
    if (KnownRuns().contains(runs[i])) known[i] = known[i + 1] = known[i + 2] = 1;
  }
  Unexplained rest;
  rest.all_words = static_cast<int64_t>(words.size());
  for (size_t i = 0; i < words.size(); ++i) {
    if (known[i] != 0) continue;
    rest.text.append(words[i]) += ' ';
    ++rest.words;
  }
  return rest;
}

bool Restricts(const std::string& unexplained, bool uses_only) {
  // What says the opposite.
  std::string rest = unexplained;
  for (const std::string_view free :
       {"free of restrictions", "no restrictions", "royalty free", "any license restrictions",
        "not be considered confidential", "without restrictions", "any commercial",
        "both commercial", "including commercial"}) {
    rest = ReplaceAll(rest, free, "");
  }
  constexpr std::string_view kUses[] = {" commercial ",   " noncommercial ", " non commercial ",
                                        " evil ",         " proprietary ",   " confidential ",
                                        " prohibited ",   " academic ",      " research purposes ",
                                        " only for use ", " evaluation "};
  constexpr std::string_view kDuties[] = {" you may not ", " must not ", " shall not ",
                                          " gpl ",         " lgpl ",     " royalty ",
                                          " fee ",         " patents ",  " restrictions "};
  const auto has = [&](std::string_view word) { return Has(rest, word); };
  return std::any_of(std::begin(kUses), std::end(kUses), has) ||
         (!uses_only && std::any_of(std::begin(kDuties), std::end(kDuties), has));
}
}  // namespace

std::string LicenceWords(std::string_view text) {
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

double KnownShare(std::string_view words) {
  const Unexplained rest = UnexplainedOf(words);
  if (rest.all_words == 0) return 1;
  return 1 - static_cast<double>(rest.words) / static_cast<double>(rest.all_words);
}

bool HasRestrictions(std::string_view words) { return Restricts(UnexplainedOf(words).text, true); }

bool Denies(std::string_view words) {
  constexpr std::string_view kDenials[] = {" not ",      " never ", " no longer ", " any longer ",
                                           " formerly ", " was ",   " were ",      " previously ",
                                           " isn t ",    " cannot "};
  return HasOneOf(words, kDenials);
}

bool HasOtherConditions(std::string_view words) {
  const Unexplained rest = UnexplainedOf(words);
  if (Restricts(rest.text, false)) return true;
  // A second licence in words that no rule knows: many words, rights and a disclaimer.
  constexpr int64_t kManyWords = 120;
  int64_t rights = 0, disclaims = 0;
  for (const std::string_view word : {" license", " permission ", " permitted ", " granted "}) {
    rights += Has(rest.text, word);
  }
  for (const std::string_view word : {" warrant", " liab", " damages ", " as is "}) {
    disclaims += Has(rest.text, word);
  }
  return rest.words > kManyWords && rights > 0 && disclaims > 0 && rights + disclaims >= 3;
}

}  // namespace cria::corpus
