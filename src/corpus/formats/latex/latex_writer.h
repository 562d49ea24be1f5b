// The LaTeX that reading a document has made so far.
#pragma once

#include <string>
#include <string_view>

namespace cria::corpus {

class LatexWriter {
 public:
  std::string text;
  /// How many more arguments without braces the last command takes: "\mathbf\x" must become
  /// "\mathbf{..}" if \x is more than one token.
  int wrap = 0;

  /// Text that holds no control sequence.
  void Emit(std::string_view plain);
  /// A control sequence that stays.
  void EmitControl(std::string_view control);
  /// Takes back the blanks of the last line; false, and nothing is done, if more stands in it.
  bool EraseBlankLine();
  /// Whether the last byte is a blank or the end of a line, or there is none.
  bool AfterBlank() const;
  /// A space between the text and `next`, from which layout was removed: where it would lengthen a
  /// word or stand close behind a sentence, and where blanks went too (`blanks`), unless `next`
  /// closes something or the text opens it.
  void PartFrom(char next, bool blanks);
};

}  // namespace cria::corpus
