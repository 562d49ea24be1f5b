// The C4 rules (Raffel et al. 2020, 2.2), page by page, as TensorFlow Datasets' c4_utils.py applies
// them: which lines stay and which pages. Languages, repeated URLs and lines that occur in another
// page are the caller's matter.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "corpus/quality/bad_words.h"

namespace cria::corpus {

/// The published numbers. (An early text of the paper says 5 sentences and 3 words; C4 as released
/// has 3 and 5.)
struct C4Options {
  int min_sentences = 3;  ///< of the lines that stay, for the page to stay
  int min_words_per_line = 5;
  int max_word_characters = 1000;
  int64_t max_page_characters = 190'000;
  const BadWords* bad_words = nullptr;  ///< none: the rule is off
};

/// Why a line goes, in the order of the tests.
enum class C4LineReason { kLongWord, kNoEndMark, kFewWords, kJavascript, kPolicy };
inline constexpr std::array<const char*, 5> kC4LineReasons = {"long_word", "no_end_mark",
                                                              "few_words", "javascript", "policy"};

struct C4Verdict {
  std::string text;  ///< the lines that stay, joined by '\n'; empty if the page goes
  /// Why the page goes, or null: too_long, lorem_ipsum, curly_bracket, bad_word, few_sentences.
  const char* dropped = nullptr;
  /// Lines that went, by C4LineReason, up to the line that decided about the page.
  std::array<int64_t, 5> lines_dropped = {};
  int64_t lines_kept = 0;
  int64_t sentences = 0;  ///< in the lines kept
};

/// `text` is UTF-8, a page as it was crawled. After the caller has taken further lines out (those
/// of other pages), the page must still have min_sentences: CountSentences on its text.
C4Verdict CleanC4(std::string_view text, const C4Options& options);

}  // namespace cria::corpus
