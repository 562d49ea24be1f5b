// Ends of sentences that hold in all languages: a stop, behind a word that is no abbreviation, and
// no small letter behind it.
#include "corpus/formats/wiki/wikitext_sentences.h"

#include <utf8proc.h>

#include <algorithm>
#include <cctype>
#include <iterator>

#include "base/utf8.h"
#include "corpus/formats/wiki/wikitext_marks.h"

namespace cria::corpus {
namespace {

constexpr int kMaxAbbreviation = 3;  // letters; of digits two: "am 3. Oktober"
constexpr size_t kMaxWordBytes = 16;

bool IsCloser(std::string_view text, size_t at, size_t* length) {
  for (const std::string_view closer : {"\"", "'", ")", "]", "”", "’", "“", "»", "«", "」", "）"}) {
    if (text.substr(at, closer.size()) == closer) {
      *length = closer.size();
      return true;
    }
  }
  return false;
}

// Characters of the word that ends before `at`, up to one more than an abbreviation has.
int WordLength(std::string_view text, size_t at) {
  int characters = 0, digits = 0;
  const size_t least = at > kMaxWordBytes ? at - kMaxWordBytes : 0;
  while (at > least && characters <= kMaxAbbreviation) {
    const auto byte = static_cast<uint8_t>(text[at - 1]);
    if (byte < 0x80 && !std::isalnum(byte)) {
      // "100%.", "Papers:." and "(so)." end as well as a long word does.
      const bool closes =
          characters == 0 && (byte == ')' || byte == '"' || byte == '%' || byte == ':');
      return closes ? kMaxAbbreviation + 1 : characters;
    }
    if ((byte & 0xc0) != 0x80) ++characters;
    if (std::isdigit(byte) != 0 && ++digits == kMaxAbbreviation) ++characters;
    --at;
  }
  return characters;
}

// Short words that end sentences and abbreviate nothing.
bool EndsWithShortWord(std::string_view text) {
  constexpr std::string_view kWords[] = {"so",  "it",  "up",  "is",  "be",  "do",  "him", "her",
                                         "out", "off", "too", "not", "now", "day", "war", "all",
                                         "two", "six", "ten", "men", "way", "law", "age", "own",
                                         "use", "era", "one", "was", "are", "them"};
  const size_t begin = text.rfind(' ');
  if (begin == text.npos) return false;
  return std::find(std::begin(kWords), std::end(kWords), text.substr(begin + 1)) !=
         std::end(kWords);
}

// "km.", "m².": no abbreviation that a sentence goes on behind.
bool EndsWithUnit(std::string_view text) {
  for (const std::string_view unit : {"²", "³", " km", " cm", " mm", " kg", " км", "°C", " m"}) {
    if (text.ends_with(unit)) return true;
  }
  return false;
}

bool BeginsSmall(std::string_view text) {
  const auto code = static_cast<utf8proc_int32_t>(DecodeUtf8(text).code);
  return utf8proc_category(code) == UTF8PROC_CATEGORY_LL;
}

// Where the sentence ends whose stop may stand at `at`; npos if none does.
size_t SentenceEnd(std::string_view text, size_t at) {
  if (text[at] == '\n') return at + 1;
  for (const std::string_view stop : {"。", "！", "？"}) {
    if (text.substr(at, stop.size()) == stop) return at + stop.size();
  }
  const bool dots = text.substr(at, 3) == "…";
  const char c = text[at];
  if (c != '.' && c != '!' && c != '?' && !dots) return text.npos;
  if (c == '.' && WordLength(text, at) <= kMaxAbbreviation && !EndsWithUnit(text.substr(0, at)) &&
      !EndsWithShortWord(text.substr(0, at))) {
    return text.npos;
  }
  size_t end = at + (dots ? 3 : 1), length = 0;
  while (end < text.size() && IsCloser(text, end, &length)) end += length;
  if (end == text.size()) return end;
  if (text[end] != ' ' && text[end] != '\n' && text[end] != kBroken) return text.npos;
  size_t next = end;
  while (next < text.size() && (text[next] == ' ' || text[next] == '\n')) ++next;
  return BeginsSmall(text.substr(next)) ? text.npos : next;
}

}  // namespace

std::string WithoutSentences(std::string_view text,
                             const std::function<bool(std::string_view)>& drop) {
  std::string kept;
  size_t begin = 0;
  for (size_t i = 0; i <= text.size();) {
    const size_t end = i == text.size() ? i : SentenceEnd(text, i);
    if (end == text.npos) {
      ++i;
      continue;
    }
    const std::string_view sentence = text.substr(begin, end - begin);
    if (!drop(sentence)) kept += sentence;
    if (i == text.size()) break;
    begin = i = end;
  }
  return std::string(TrimWikitext(kept));
}

std::string WithoutBrokenSentences(std::string_view text) {
  if (text.find(kBroken) == text.npos) return std::string(text);
  return WithoutSentences(
      text, [](std::string_view sentence) { return sentence.find(kBroken) != sentence.npos; });
}

}  // namespace cria::corpus
