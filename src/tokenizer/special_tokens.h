// Tokens that are found in text as a whole, before it is cut and merged: control tokens such as
// <|eot_id|>, which plain text never makes, and symbols that a vocabulary adds. Which of them end a
// reply is known by name too, since files often do not say.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenizer/marked_text.h"

namespace cria::tokenizer {

struct AddedToken {
  int32_t id = -1;
  std::string text;          ///< as it stands in text (blanks plain)
  bool control = true;       ///< only where control tokens are asked for; false: in any text
  bool strips_left = false;  ///< takes the blanks before it
  bool strips_right = false;
  bool single_word = false;  ///< not next to a letter, digit or underscore
};

/// True for texts that are control tokens whatever a file says: <|...|>, turn marks, <s>, </s>.
/// Files of fine-tuned models often call them ordinary.
bool LooksLikeControl(std::string_view text);

/// True for the names of tokens that end a text or a turn.
bool EndsText(std::string_view text);

/// Finds added tokens in text: at each place the longest that may stand there.
class TokenMatcher {
 public:
  TokenMatcher() { first_.fill(-1); }
  explicit TokenMatcher(std::vector<AddedToken> tokens);

  /// A found token takes bytes [begin, end) of the text, the blanks it strips included.
  struct Match {
    const AddedToken* token = nullptr;  ///< null: none up to the end of the text
    size_t begin = 0, end = 0;
  };
  /// The first match that begins at or behind `from`; bytes before `from` are not touched. Control
  /// tokens are found only if `control`, and never where a byte came from outside.
  Match Find(const MarkedText& text, size_t from, bool control) const;

  const std::vector<AddedToken>& tokens() const { return tokens_; }
  bool has_ordinary() const { return has_ordinary_; }

 private:
  struct Node {
    std::vector<std::pair<char, int32_t>> next;
    int32_t token = -1;
  };
  int32_t Next(int32_t node, char c) const;
  int32_t LongestAt(const MarkedText& text, size_t at, bool control) const;

  std::vector<AddedToken> tokens_;
  std::array<int32_t, 256> first_;  // nodes of first bytes
  std::vector<Node> nodes_;
  bool has_ordinary_ = false;
};

}  // namespace cria::tokenizer
