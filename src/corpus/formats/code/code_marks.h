// The marks of comments in sources: which one a line begins with.
#pragma once

#include <string_view>

namespace cria::corpus {

/// How a block comment begins and ends, and which of CodeComments (code_language.h) it is.
struct BlockMarks {
  unsigned comments;
  std::string_view open, close;
};

/// The block comment that `line` (without blanks before it) begins with; null for none.
const BlockMarks* BlockAt(std::string_view line, unsigned comments);

/// The mark of a line comment that the line begins with, or empty. `trimmed` is a part of `line`.
std::string_view MarkAt(std::string_view line, std::string_view trimmed, unsigned comments);

}  // namespace cria::corpus
