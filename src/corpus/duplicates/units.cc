// Cutting and hashing of the four rules.
#include "corpus/duplicates/units.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "corpus/paragraphs.h"

namespace cria::corpus {
namespace {

// Keys of different rules never meet, but documents that are no crawl's are compared whatever their
// units are.
constexpr uint64_t kDocumentSeed = 0, kParagraphSeed = 1, kLineSeed = 2, kLineOnceSeed = 3,
                   kLinesDocumentSeed = 4, kLinesOnceDocumentSeed = 5;

// CommonCrawl and C4 are the same pages under two rules, and a corpus may want both.
uint64_t DocumentSeed(DuplicateRule rule) {
  if (rule == DuplicateRule::kLines) return kLinesDocumentSeed;
  return rule == DuplicateRule::kLinesOnce ? kLinesOnceDocumentSeed : kDocumentSeed;
}

uint64_t Key(std::string_view text, uint64_t seed, bool every) {
  const uint64_t key = (Hash64(text, seed) & ~uint64_t{1}) | (every ? 1 : 0);
  return key == 0 ? 2 : key;
}

constexpr char32_t kDeleted[] = U"，。、„”“«»１」「《》´∶：？！（）；–—．～’…━〈〉【】％►";

bool IsDeleted(uint32_t code) {
  if (code < 32 || (code >= 127 && code <= 159)) return true;
  return code >= 0xab &&
         std::find(std::begin(kDeleted), std::end(kDeleted), code) != std::end(kDeleted);
}

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v'; }

std::string_view Strip(std::string_view line) {
  while (!line.empty() && IsSpace(line.front())) line.remove_prefix(1);
  while (!line.empty() && IsSpace(line.back())) line.remove_suffix(1);
  return line;
}

std::string LowerCase(std::string_view text) {
  std::string lower;
  lower.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte < 0x80) {
      lower += static_cast<char>(byte >= 'A' && byte <= 'Z' ? byte + 32 : byte);
      ++i;
      continue;
    }
    const Utf8Char c = DecodeUtf8(text.substr(i));
    AppendUtf8(static_cast<uint32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c.code))),
               &lower);
    i += static_cast<size_t>(c.length);
  }
  return lower;
}

std::vector<std::string_view> SplitLines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// What an ASCII byte becomes; 0: nothing.
constexpr std::array<char, 128> kAsciiKeys = [] {
  std::array<char, 128> keys{};
  for (int c = 32; c < 127; ++c) {
    keys[c] = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c >= '0' && c <= '9' ? '0' : c);
  }
  return keys;
}();

void AppendNormalizedLine(std::string_view line, std::string* key) {
  line = Strip(line);
  for (size_t i = 0; i < line.size();) {
    const auto byte = static_cast<uint8_t>(line[i]);
    if (byte < 0x80) {
      if (kAsciiKeys[byte] != 0) key->push_back(kAsciiKeys[byte]);
      ++i;
      continue;
    }
    const Utf8Char c = DecodeUtf8(line.substr(i));
    i += static_cast<size_t>(c.length);
    const auto lower = utf8proc_tolower(static_cast<utf8proc_int32_t>(c.code));
    if (utf8proc_category(lower) == UTF8PROC_CATEGORY_ND) {
      key->push_back('0');
    } else if (!IsDeleted(static_cast<uint32_t>(lower))) {
      AppendUtf8(static_cast<uint32_t>(lower), key);
    }
  }
}

// Of equal keys all but the first are repeated.
void MarkRepeated(std::vector<Units::Unit>* units) {
  std::vector<std::pair<uint64_t, size_t>> order;
  order.reserve(units->size());
  for (size_t i = 0; i < units->size(); ++i) {
    if ((*units)[i].key != 0) order.emplace_back((*units)[i].key, i);
  }
  std::sort(order.begin(), order.end());
  for (size_t i = 1; i < order.size(); ++i) {
    (*units)[order[i].second].repeated = order[i].first == order[i - 1].first;
  }
}

}  // namespace

const char* DuplicateRuleName(DuplicateRule rule) {
  constexpr const char* kNames[] = {"none", "documents", "paragraphs", "lines", "lines-once"};
  return kNames[static_cast<int>(rule)];
}

std::string NormalizeLine(std::string_view line) {
  std::string key;
  AppendNormalizedLine(line, &key);
  return key;
}

Units CutIntoUnits(std::string_view text, DuplicateRule rule, int64_t min_bytes) {
  Units result;
  if (rule == DuplicateRule::kNone) return result;
  result.document_key = Key(text, DocumentSeed(rule), false);
  std::vector<std::string_view> pieces;
  if (rule == DuplicateRule::kParagraphs) pieces = SplitParagraphs(text);
  if (rule == DuplicateRule::kLines || rule == DuplicateRule::kLinesOnce) pieces = SplitLines(text);
  result.units.reserve(pieces.size());
  std::string line;
  for (const std::string_view piece : pieces) {
    Units::Unit unit{piece, 0, false};
    const bool lines = rule == DuplicateRule::kLines || rule == DuplicateRule::kLinesOnce;
    if (lines && Strip(piece).empty()) {
      // Stays between the lines that stay.
    } else if (rule == DuplicateRule::kLines) {
      line.clear();
      AppendNormalizedLine(piece, &line);
      unit.key = Key(line, kLineSeed, true);
    } else if (rule == DuplicateRule::kLinesOnce) {
      unit.key = Key(LowerCase(Strip(piece)), kLineOnceSeed, false);
    } else if (static_cast<int64_t>(piece.size()) >= min_bytes) {
      unit.key = Key(piece, kParagraphSeed, false);
    }
    result.units.push_back(unit);
  }
  MarkRepeated(&result.units);
  return result;
}

void AppendKeys(const Units& units, std::vector<uint64_t>* keys) {
  if (units.document_key == 0) return;
  keys->push_back(units.document_key);
  for (const Units::Unit& unit : units.units) {
    if (unit.key != 0 && !unit.repeated) keys->push_back(unit.key);
  }
}

Remains WithoutDuplicates(const Units& units, DuplicateRule rule,
                          const std::vector<bool>& removed) {
  Remains remains;
  if (units.document_key == 0) return remains;
  CRIA_CHECK(!removed.empty());
  remains.document_removed = removed[0];
  const std::string_view between = rule == DuplicateRule::kParagraphs ? "\n\n" : "\n";
  size_t next = 1;
  bool last_blank = false;
  for (const Units::Unit& unit : units.units) {
    bool gone = unit.repeated;
    if (unit.key != 0 && !unit.repeated) gone = removed[next++];
    if (gone) {
      ++remains.removed_units;
      remains.removed_bytes += static_cast<int64_t>(unit.text.size());
      continue;
    }
    const bool blank = unit.text.empty();
    if (blank && (remains.text.empty() || last_blank)) continue;  // one empty line is enough
    if (!remains.text.empty()) remains.text += between;
    remains.text += unit.text;
    last_blank = blank;
  }
  while (remains.text.ends_with('\n')) remains.text.pop_back();
  CRIA_CHECK(next == removed.size(), "{} of {}", next, removed.size());
  return remains;
}

}  // namespace cria::corpus
