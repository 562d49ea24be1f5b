// A web page as a flat row of text blocks, each with its place in the tree of block elements and
// the figures by which it is judged. Takes in everything that is shown; judges nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/formats/html/html_hints.h"

namespace cria::corpus {

/// A block element. Parents stand before their children; node 0 is the page.
struct HtmlNode {
  int32_t parent;
  HtmlTag tag;
  HtmlHints hints;
  uint32_t look;  ///< equal for elements of equal class, 0 without one
};

struct HtmlBlock {
  enum class Kind : uint8_t { kParagraph, kHeading, kItem, kRow, kDefinition, kPre, kCaption };
  uint32_t begin, end;  ///< in HtmlPage::text
  int32_t node;
  /// Characters that are no white space, those of scripts without spaces (and all others of three
  /// bytes) twice; and those inside links.
  uint32_t weight, link_weight;
  uint32_t sentence_ends;
  uint32_t links;      ///< pieces of text that are a link each
  uint32_t link_host;  ///< hash of the host that the first link names, 0 for one of this site
  Kind kind;
  uint8_t level;   ///< of the heading, or depth of the list, from 1
  bool marker;     ///< kItem: the first block of its item
  int32_t number;  ///< kItem with marker in a numbered list; else 0
};

struct HtmlPage {
  std::string text;  ///< of all blocks; valid UTF-8 where the page is
  std::vector<HtmlNode> nodes;
  std::vector<HtmlBlock> blocks;                     ///< none is empty
  std::string title, language, canonical_url, date;  ///< as the page declares them, or empty
};

/// Pages longer than this are read up to here.
inline constexpr size_t kMaxHtmlBytes = size_t{64} << 20;

/// Elements nested deeper than this lose their tags, not their text.
inline constexpr size_t kMaxHtmlDepth = 256;

/// HtmlBlock::link_host of a host, without "www."; never 0.
uint32_t HashOfHost(std::string_view host);

/// NUL bytes are skipped, as browsers do.
HtmlPage ReadHtmlBlocks(std::string_view utf8_html);

}  // namespace cria::corpus
