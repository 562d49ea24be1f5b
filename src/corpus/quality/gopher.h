// Gopher's quality and repetition rules (Rae et al. 2021, A.1.1 and Table A1) as numbers about a
// document, for annotation. Their limits stand beside them; whether a document goes is the
// caller's matter.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace cria::corpus {

/// Words are what white space divides; lines and paragraphs (divided by blank lines) are compared
/// without the space around them, empty ones do not count; characters are those of the words.
struct GopherStatistics {
  int64_t words = 0;            ///< 50 to 100,000
  double mean_word_length = 0;  ///< 3 to 10 characters
  double hash_marks = 0;        ///< '#' a word: at most 0.1
  double ellipses = 0;          ///< "..." or U+2026 a word: at most 0.1
  double bullet_lines = 0;      ///< share of lines that start with a bullet: at most 0.9
  double ellipsis_lines = 0;    ///< share of lines that end with an ellipsis: at most 0.3
  double alphabetic_words = 0;  ///< share with a letter: at least 0.8
  int64_t stop_words = 0;       ///< of the, be, to, of, and, that, have, with: at least 2 differ
  double duplicate_lines = 0;   ///< share of lines that stood before: at most 0.3
  double duplicate_paragraphs = 0;            ///< at most 0.3
  double duplicate_line_characters = 0;       ///< at most 0.2
  double duplicate_paragraph_characters = 0;  ///< at most 0.2
  /// Share of characters in all occurrences of the most frequent 2-, 3-, 4-gram of words (the
  /// longest of them; 0 if none occurs twice): at most 0.20, 0.18, 0.16.
  std::array<double, 3> top_ngram = {};
  /// Share of characters in any occurrence of a 5- ... 10-gram that occurs more than once: at most
  /// 0.15, 0.14, 0.13, 0.12, 0.11, 0.10.
  std::array<double, 6> duplicate_ngram = {};
};

/// `text` is UTF-8. Linear time; memory of about 40 bytes a word.
GopherStatistics MeasureGopher(std::string_view text);

/// Every number under its name, in the order above: "top_2gram", "duplicate_5gram".
std::vector<std::pair<const char*, double>> NamedValues(const GopherStatistics& statistics);

}  // namespace cria::corpus
