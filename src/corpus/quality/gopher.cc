// Counting words, lines and n-grams of words by their hashes.
#include "corpus/quality/gopher.h"

#include <utf8proc.h>

#include <algorithm>
#include <bit>
#include <string>
#include <unordered_set>

#include "base/hash.h"
#include "base/utf8.h"
#include "corpus/quality/white_space.h"

namespace cria::corpus {
namespace {

constexpr std::string_view kStopWords[] = {"the", "be", "to", "of", "and", "that", "have", "with"};
constexpr std::string_view kBullets[] = {
    "\xe2\x80\xa2", "\xe2\x97\x8f", "\xe2\x96\xaa", "\xe2\x80\xa3", "\xe2\x97\xa6", "-", "*"};
constexpr std::string_view kEllipsis = "\xe2\x80\xa6";

bool IsContinuation(char c) { return (static_cast<uint8_t>(c) & 0xc0) == 0x80; }

struct Word {
  uint64_t hash = 0;
  int64_t characters = 0;
};

bool HasLetter(std::string_view word) {
  for (size_t i = 0; i < word.size();) {
    if (static_cast<uint8_t>(word[i]) < 0x80) {
      const char lower = static_cast<char>(word[i++] | 0x20);
      if (lower >= 'a' && lower <= 'z') return true;
      continue;
    }
    const Utf8Char c = DecodeUtf8(word.substr(i));
    const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c.code));
    if (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) return true;
    i += static_cast<size_t>(c.length);
  }
  return false;
}

double Share(int64_t part, int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

int64_t CountWordCharacters(std::string_view text) {
  int64_t n = 0;
  for (size_t i = 0; i < text.size();) {
    const size_t space = MayBeSpace(text[i]) ? WhiteSpaceAt(text, i) : 0;
    n += space == 0 && !IsContinuation(text[i]);
    i += std::max<size_t>(space, 1);
  }
  return n;
}

std::vector<Word> TakeWords(std::string_view text, GopherStatistics* s) {
  std::vector<Word> words;
  int64_t characters = 0, alphabetic = 0, hash_marks = 0, ellipses = 0;
  std::array<bool, std::size(kStopWords)> seen{};
  for (size_t i = 0; i < text.size();) {
    if (const size_t space = WhiteSpaceAt(text, i); space > 0) {
      i += space;
      continue;
    }
    const size_t begin = i;
    while (i < text.size() && (!MayBeSpace(text[i]) || WhiteSpaceAt(text, i) == 0)) ++i;
    const std::string_view word = text.substr(begin, i - begin);
    words.push_back({Hash64(word), static_cast<int64_t>(word.size()) -
                                       std::count_if(word.begin(), word.end(), IsContinuation)});
    characters += words.back().characters;
    alphabetic += HasLetter(word);
    hash_marks += std::count(word.begin(), word.end(), '#');
    for (const std::string_view mark : {std::string_view("..."), kEllipsis})
      for (size_t at = word.find(mark); at != word.npos; at = word.find(mark, at + mark.size()))
        ++ellipses;
    for (size_t k = 0; k < seen.size(); ++k) seen[k] = seen[k] || word == kStopWords[k];
  }
  const auto n = static_cast<int64_t>(words.size());
  s->words = n;
  s->mean_word_length = Share(characters, n);
  s->hash_marks = Share(hash_marks, n);
  s->ellipses = Share(ellipses, n);
  s->alphabetic_words = Share(alphabetic, n);
  s->stop_words = std::count(seen.begin(), seen.end(), true);
  return words;
}

// Shares of pieces, and of their characters, that repeat an earlier one.
class Repeats {
 public:
  void Add(std::string_view piece) {
    piece = StripWhiteSpace(piece);
    if (piece.empty()) return;
    const int64_t characters = CountWordCharacters(piece);
    const bool again = !seen_.insert(Hash64(piece)).second;
    ++pieces_;
    characters_ += characters;
    repeated_ += again;
    repeated_characters_ += again ? characters : 0;
  }
  double share() const { return Share(repeated_, pieces_); }
  double character_share() const { return Share(repeated_characters_, characters_); }

 private:
  std::unordered_set<uint64_t> seen_;
  int64_t pieces_ = 0, characters_ = 0, repeated_ = 0, repeated_characters_ = 0;
};

void MeasureLines(std::string_view text, GopherStatistics* s) {
  Repeats lines, paragraphs;
  int64_t all = 0, bullets = 0, ellipses = 0;
  size_t paragraph = 0;
  for (size_t i = 0; i <= text.size();) {
    const size_t end = std::min(text.find('\n', i), text.size());
    const std::string_view line = StripWhiteSpace(text.substr(i, end - i));
    if (line.empty()) {
      paragraphs.Add(text.substr(paragraph, i - paragraph));
      paragraph = end;
    } else {
      ++all;
      lines.Add(line);
      bullets += std::any_of(std::begin(kBullets), std::end(kBullets),
                             [&](std::string_view bullet) { return line.starts_with(bullet); });
      ellipses += line.ends_with("...") || line.ends_with(kEllipsis);
    }
    i = end + 1;
  }
  if (paragraph < text.size()) paragraphs.Add(text.substr(paragraph));
  s->bullet_lines = Share(bullets, all);
  s->ellipsis_lines = Share(ellipses, all);
  s->duplicate_lines = lines.share();
  s->duplicate_paragraphs = paragraphs.share();
  s->duplicate_line_characters = lines.character_share();
  s->duplicate_paragraph_characters = paragraphs.character_share();
}

// How often each n-gram occurs: slot of each one, and the count of each slot.
class NgramCounts {
 public:
  explicit NgramCounts(const std::vector<Word>& words)
      : words_(words), keys_(std::bit_ceil(2 * words.size() + 2)), counts_(keys_.size()) {}

  // slots()[i] is that of the n-gram that starts at word i.
  void Count(size_t n) {
    slots_.clear();
    std::fill(counts_.begin(), counts_.end(), 0);
    for (size_t i = 0; i + n <= words_.size(); ++i) {
      uint64_t hash = n;
      for (size_t k = 0; k < n; ++k)
        hash = (std::rotl(hash, 23) ^ words_[i + k].hash) * 0x9fb21c651e98df25;
      hash ^= hash >> 32;
      size_t slot = hash & (keys_.size() - 1);
      while (counts_[slot] != 0 && keys_[slot] != hash) slot = (slot + 1) & (keys_.size() - 1);
      keys_[slot] = hash;
      ++counts_[slot];
      slots_.push_back(static_cast<uint32_t>(slot));
    }
  }
  size_t ngrams() const { return slots_.size(); }
  int64_t CountAt(size_t i) const { return counts_[slots_[i]]; }

 private:
  const std::vector<Word>& words_;
  std::vector<uint64_t> keys_;
  std::vector<uint32_t> counts_, slots_;
};

void MeasureNgrams(const std::vector<Word>& words, GopherStatistics* s) {
  int64_t all = 0;
  for (const Word& word : words) all += word.characters;
  NgramCounts counts(words);
  for (size_t n = 2; n <= 4; ++n) {
    counts.Count(n);
    std::pair<int64_t, int64_t> top = {1, 0};  // count, characters
    for (size_t i = 0; i < counts.ngrams(); ++i) {
      if (counts.CountAt(i) < std::max<int64_t>(2, top.first)) continue;
      int64_t characters = 0;
      for (size_t k = 0; k < n; ++k) characters += words[i + k].characters;
      top = std::max(top, {counts.CountAt(i), characters});
    }
    // "a a a" holds "a a" twice, and no more characters than it has.
    s->top_ngram[n - 2] = std::min(1.0, Share(top.first * top.second, all));
  }
  for (size_t n = 5; n <= 10; ++n) {
    counts.Count(n);
    int64_t repeated = 0;
    size_t counted = 0;  // words before this one are
    for (size_t i = 0; i < counts.ngrams(); ++i) {
      if (counts.CountAt(i) < 2) continue;
      for (counted = std::max(counted, i); counted < i + n; ++counted)
        repeated += words[counted].characters;
    }
    s->duplicate_ngram[n - 5] = Share(repeated, all);
  }
}

}  // namespace

GopherStatistics MeasureGopher(std::string_view text) {
  GopherStatistics statistics;
  const std::vector<Word> words = TakeWords(text, &statistics);
  MeasureLines(text, &statistics);
  MeasureNgrams(words, &statistics);
  return statistics;
}

std::vector<std::pair<const char*, double>> NamedValues(const GopherStatistics& s) {
  return {{"words", static_cast<double>(s.words)},
          {"mean_word_length", s.mean_word_length},
          {"hash_marks", s.hash_marks},
          {"ellipses", s.ellipses},
          {"bullet_lines", s.bullet_lines},
          {"ellipsis_lines", s.ellipsis_lines},
          {"alphabetic_words", s.alphabetic_words},
          {"stop_words", static_cast<double>(s.stop_words)},
          {"duplicate_lines", s.duplicate_lines},
          {"duplicate_paragraphs", s.duplicate_paragraphs},
          {"duplicate_line_characters", s.duplicate_line_characters},
          {"duplicate_paragraph_characters", s.duplicate_paragraph_characters},
          {"top_2gram", s.top_ngram[0]},
          {"top_3gram", s.top_ngram[1]},
          {"top_4gram", s.top_ngram[2]},
          {"duplicate_5gram", s.duplicate_ngram[0]},
          {"duplicate_6gram", s.duplicate_ngram[1]},
          {"duplicate_7gram", s.duplicate_ngram[2]},
          {"duplicate_8gram", s.duplicate_ngram[3]},
          {"duplicate_9gram", s.duplicate_ngram[4]},
          {"duplicate_10gram", s.duplicate_ngram[5]}};
}

}  // namespace cria::corpus
