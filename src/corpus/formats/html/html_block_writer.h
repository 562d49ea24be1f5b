// Writes the running text of a page into blocks: white space folded, cells of a row joined, program
// text kept as it is, characters counted. Knows the place of the text in the tree, no tags.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "corpus/formats/html/html_blocks.h"

namespace cria::corpus {

class HtmlBlockWriter {
 public:
  /// Where the next text stands.
  struct Place {
    int32_t node = 0;
    bool link = false;
    bool pre = false;
    int list_depth = 0;
  };

  /// Adds text and blocks to `page`, whose nodes the caller adds before their text.
  explicit HtmlBlockWriter(HtmlPage* page) : page_(page) {}

  void SetPlace(const Place& place) { place_ = place; }
  /// Text of the page; with references, unless it is `literal`.
  void Text(std::string_view raw, bool literal);
  /// The text so far and the next are one word, white space between or not.
  void Glue() { glue_ = true; }
  /// `host`: hash of the host that the address names, or 0.
  void StartLink(uint32_t host) {
    ++links_;
    new_link_ = true;
    link_host_ = host;
  }
  void LineBreak();
  /// Ends a line of program text, if one is open.
  void BreakVerbatim();
  /// Where a block element starts or ends. Cells of a row stay in one block, and so does the text
  /// of a cell that is wrapped in <p> or <div>, as long as there is one of them.
  void Boundary(HtmlTag tag, bool starts);
  /// Ends the block.
  void Flush();
  /// The next block is the first of a list item; `number` is 0 in a list without numbers.
  void StartItem(int32_t number) {
    marker_ = true;
    number_ = number;
  }
  void EndItem() { marker_ = false; }

 private:
  void OpenBlock();
  void SetForm();
  void Append(std::string_view piece);
  void Weigh(std::string_view piece);
  bool IsOwnNumber(std::string_view text) const;
  void Verbatim(std::string_view raw, bool literal);

  HtmlPage* page_;
  Place place_;
  HtmlBlock block_{};
  bool open_block_ = false;
  bool space_ = false;       // white space waits before the next word
  bool glue_ = false;        // white space does not count before the next word
  bool separator_ = false;   // a new cell waits
  bool cell_break_ = false;  // a new block in the same cell waits
  int breaks_ = 0;           // <br> waiting
  int links_ = 0;            // of this cell
  bool new_link_ = false;    // none of its text has been written
  uint32_t link_host_ = 0;
  int cell_blocks_ = 0;  // blocks of this cell that are done
  bool marker_ = false;  // the next block is the first of its list item
  int32_t number_ = 0;
  std::string decoded_;
};

}  // namespace cria::corpus
