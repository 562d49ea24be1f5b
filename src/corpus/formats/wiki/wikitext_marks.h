// The signs that one stage of reading wikitext leaves in the text for the next. They are control
// characters, which XML forbids and the reducer drops, so that no page can forge them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cria::corpus {

inline constexpr char kStashBegin = '\x01';  ///< then the decimal place in the stash, then the end
inline constexpr char kStashEnd = '\x02';
inline constexpr char kHole = '\x03';   ///< something that a reader would see was left out here
inline constexpr char kBreak = '\x04';  ///< a line ends, a paragraph or an item goes on
inline constexpr char kSuperscript = '\x05', kSuperscriptEnd = '\x06';
inline constexpr char kSubscript = '\x07', kSubscriptEnd = '\x08';
inline constexpr char kGone = '\x0e';  ///< something that nobody misses (comment, footnote)
/// Something beside the sentence was left out: a pronunciation, a flag, a table. The sentence
/// stands without it; kHole may have broken the sentence, and then becomes kBroken.
inline constexpr char kAside = '\x0f';
inline constexpr char kBroken = '\x10';  ///< the sentence around it lost what it cannot do without
/// kGuess, text, kGuessEnd, and kHole or kAside: what a template may have shown. It is used where
/// the sentence needs something, else the sign behind it counts.
inline constexpr char kGuess = '\x11', kGuessEnd = '\x12';
inline constexpr char kApostrophe = '\x13';  ///< a sign of the text, never one of markup
inline constexpr size_t kMaxGuessBytes = 100;

/// Text that no later stage may read as markup: formulas, program text, <nowiki>.
struct WikitextStash {
  std::string text;
  bool block = false;  ///< lines of its own, kept as they are
};

/// What the page is, for templates that depend on it.
struct WikitextContext {
  std::string_view language;  ///< ISO 639-1; may be empty
  std::string_view title;
};

inline bool IsWikitextMark(char c) { return c == kHole || c == kGone || c == kAside; }
inline bool IsWikitextSpace(char c) { return c == ' ' || c == '\t' || c == '\n'; }

/// Without white space and without kHole, kGone and kAside at both ends.
inline std::string_view TrimWikitext(std::string_view text) {
  const auto ends = [](char c) { return IsWikitextSpace(c) || IsWikitextMark(c); };
  while (!text.empty() && ends(text.front())) text.remove_prefix(1);
  while (!text.empty() && ends(text.back())) text.remove_suffix(1);
  return text;
}

/// True if a letter or a digit of any script stands in `text`, or something from the stash.
bool HasWikitextWords(std::string_view text);

/// In lower case by Unicode, `_` as a space, trimmed: how names are compared.
std::string FoldWikitextName(std::string_view name);

}  // namespace cria::corpus
