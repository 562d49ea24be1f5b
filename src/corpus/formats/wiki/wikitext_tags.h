// HTML and extension tags in wikitext: what each name means for the text. No parsing of pages here.
#pragma once

#include <cstddef>
#include <string_view>

namespace cria::corpus {

enum class WikitextTag {
  kUnknown,   ///< not a tag: shown as it stands
  kFootnote,  ///< left out with its content; nobody misses it in the sentence
  kDropped,   ///< left out with its content
  kNowiki,
  kPre,
  kSource,
  kMath,
  kPoem,
  kInline,  ///< the tag goes, the content stays
  kBreak,   ///< <br>
  kSuperscript,
  kSubscript,
  kBlock,      ///< a line ends before and after
  kParagraph,  ///< a paragraph ends before and after
  kItem,       ///< <li>
  kTable,
  kHeading,  ///< <h1> to <h6>
};

struct WikitextTagMatch {
  WikitextTag tag = WikitextTag::kUnknown;
  std::string_view name;  ///< as written
  bool closing = false, self_closing = false;
  size_t length = 0;  ///< bytes of the whole tag; of `<name` alone if its end is missing
};

/// The tag at the front of `text`, which begins with '<'. Looks no further than the next '<'.
WikitextTagMatch MatchWikitextTag(std::string_view text);

/// Place of `</name` in `text` from `from` on, in any case; npos if there is none.
size_t FindClosingTag(std::string_view text, size_t from, std::string_view name);

}  // namespace cria::corpus
