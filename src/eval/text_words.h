// A text cut into words for questions about it: where each stands, and where sentences and lines
// begin. Not a tokenizer, and no rules of any one language.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace cria::eval {

/// A run between blanks or, in scripts written without them (Han, kana, Thai and their like), two
/// letters with what belongs to them.
struct TextWord {
  size_t begin = 0, end = 0;           ///< bytes, on borders of characters
  int64_t at = 0, at_end = 0;          ///< the same in characters (code points)
  bool opens = false, closes = false;  ///< first of a sentence or a line; last of a sentence
  bool between_blanks = true;          ///< false: holds letters of such a script
};

/// In order; together they hold everything but blanks. Linear time, valid UTF-8.
std::vector<TextWord> SplitWords(std::string_view text);

/// A word without the marks around it.
struct BareWord {
  size_t begin = 0;  ///< byte in the text
  std::string_view text;
  int64_t characters = 0;
};
/// Empty where the word holds anything but letters between its marks, or no letters, or has no
/// blanks around it.
BareWord Bare(std::string_view text, const TextWord& word);

}  // namespace cria::eval
