// Collects running text into lines and paragraphs: what the markup readers (HTML, XML, manual
// pages) write into. Knows no markup.
#pragma once

#include <string>
#include <string_view>

namespace cria::corpus {

class TextBlocks {
 public:
  /// Running text: white space collapses to one space.
  void Text(std::string_view text);
  /// Running text inside a link; lines that are mostly links (navigation) are left out.
  void LinkText(std::string_view text);
  /// Lines that keep their white space (program text).
  void Verbatim(std::string_view text);
  /// Ends the line; the paragraph goes on.
  void EndLine();
  /// Ends the paragraph.
  void EndParagraph();
  /// Text that stands before the next word ("- "), once, at the start of a line.
  void SetPrefix(std::string prefix) { prefix_ = std::move(prefix); }
  bool LineIsEmpty() const { return line_.empty(); }
  /// Paragraphs joined by an empty line.
  std::string Finish();

 private:
  void Append(std::string_view text, bool link);
  std::string line_, paragraph_, text_, prefix_;
  size_t link_bytes_ = 0;
  bool space_ = false;  // white space waits before the next word
};

}  // namespace cria::corpus
