// The filters' thresholds, with their sources.
#include "corpus/quality/filter.h"

#include <utf8proc.h>

#include <algorithm>
#include <unordered_set>

#include "base/hash.h"
#include "base/utf8.h"

namespace cria::corpus {
namespace {

// Share of letters and digits among the characters that are not white space. Prose has 0.93 to
// 0.97, reference text with program examples 0.8; tables of symbols and drawings stay below.
constexpr double kMinProseLetters = 0.6;
constexpr double kMinCodeLetters = 0.25;  // as in the filters of StarCoder's data
// Gopher's rule (Rae et al. 2021, A1.1): mean word length from 3 to 10; wider for other languages.
constexpr double kMinWordLength = 2, kMaxWordLength = 14;
// Gopher: at most 30 % of lines repeated; manual pages repeat short lines, so bytes count, not
// lines.
constexpr double kMaxRepeatedBytes = 0.4;
// Of characters are U+FFFD; one or two may be what the text is about.
constexpr double kMaxDamaged = 0.002;
constexpr int64_t kMinDamaged = 3;
// Codex (Chen et al. 2021, 3.1): mean line at most 100, longest at most 1000.
constexpr double kMaxMeanCodeLine = 100;
constexpr size_t kMaxCodeLine = 1000;

struct Characters {
  int64_t all = 0, letters = 0, spaces = 0, damaged = 0, words = 0;
};

Characters CountCharacters(std::string_view text) {
  Characters n;
  bool in_word = false;
  for (size_t i = 0; i < text.size();) {
    const auto c = static_cast<uint8_t>(text[i]);
    bool letter, space;
    if (c < 0x80) {
      letter = std::isalnum(c) != 0;
      space = c == ' ' || c == '\n' || c == '\t';
      ++i;
    } else {
      const Utf8Char u = DecodeUtf8(text.substr(i));
      const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(u.code));
      letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO;
      space = false;
      n.damaged += u.code == 0xfffd;
      i += static_cast<size_t>(u.length);
    }
    ++n.all;
    n.letters += letter;
    n.spaces += space;
    n.words += letter && !in_word;
    in_word = letter;
  }
  return n;
}

double RepeatedShare(std::string_view text) {
  std::unordered_set<uint64_t> seen;
  int64_t repeated = 0, all = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    all += static_cast<int64_t>(line.size());
    if (!seen.insert(Hash64(line)).second) repeated += static_cast<int64_t>(line.size());
  }
  return all == 0 ? 0 : static_cast<double>(repeated) / static_cast<double>(all);
}

bool HasLongLines(std::string_view text) {
  int64_t lines = 0;
  size_t longest = 0;
  const auto bytes = static_cast<double>(text.size());
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    longest = std::max(longest, end);
    ++lines;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return longest > kMaxCodeLine || bytes > kMaxMeanCodeLine * static_cast<double>(lines);
}

}  // namespace

const char* RejectReason(std::string_view text, bool code, const Filters& filters) {
  if (static_cast<int64_t>(text.size()) < filters.min_document_bytes) return "too_short";
  const Characters n = CountCharacters(text);
  const auto visible = static_cast<double>(n.all - n.spaces);
  const auto letters = static_cast<double>(n.letters);
  if (n.damaged >= kMinDamaged &&
      static_cast<double>(n.damaged) > kMaxDamaged * static_cast<double>(n.all)) {
    return "damaged_encoding";
  }
  if (letters < (code ? kMinCodeLetters : kMinProseLetters) * visible) return "symbols";
  if (code) return HasLongLines(text) ? "long_lines" : nullptr;
  const double word_length = letters / static_cast<double>(std::max<int64_t>(1, n.words));
  if (word_length < kMinWordLength || word_length > kMaxWordLength) return "word_length";
  return RepeatedShare(text) > kMaxRepeatedBytes ? "repeated_lines" : nullptr;
}

}  // namespace cria::corpus
