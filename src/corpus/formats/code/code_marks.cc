// Tables of marks, one row for each kind of comment.
#include "corpus/formats/code/code_marks.h"

#include "base/ascii.h"
#include "corpus/formats/code/code_language.h"

namespace cria::corpus {
namespace {

constexpr BlockMarks kBlocks[] = {
    {kCStyle, "/*", "*/"},     {kMarkup, "<!--", "-->"}, {kBraceDash, "{-", "-}"},
    {kLuaBlock, "--[[", "]]"}, {kAngleHash, "<#", "#>"}, {kHashEquals, "#=", "=#"},
    {kParenStar, "(*", "*)"},  {kBrace, "{", "}"},       {kRubyBlock, "=begin", "=end"}};

struct LineMark {
  unsigned comments;
  std::string_view mark;
};
constexpr LineMark kLines[] = {{kCStyle, "//"},   {kHash, "#"},      {kDashes, "--"},
                               {kPercent, "%"},   {kSemicolon, ";"}, {kBang, "!"},
                               {kQuote, "'"},     {kBatch, "::"},    {kBatch, "rem "},
                               {kBatch, "@rem "}, {kBatch, "rem\t"}, {kVimQuote, "\""}};

}  // namespace

const BlockMarks* BlockAt(std::string_view line, unsigned comments) {
  for (const BlockMarks& block : kBlocks) {
    // Pragmas of Haskell and Pascal are no comments.
    if ((comments & block.comments) != 0 && line.starts_with(block.open) &&
        !line.starts_with("{-#") && !line.starts_with("{$")) {
      return &block;
    }
  }
  return nullptr;
}

std::string_view MarkAt(std::string_view line, std::string_view trimmed, unsigned comments) {
  for (const LineMark& mark : kLines) {
    if ((comments & mark.comments) == 0) continue;
    const std::string head = LowerAscii(trimmed.substr(0, mark.mark.size()));
    if (head == mark.mark || (mark.comments == kBatch && LowerAscii(trimmed) == "rem")) {
      return trimmed.substr(0, mark.mark.size());
    }
  }
  // Old Fortran: a letter in the first column, and a blank or nothing behind it.
  if ((comments & kBang) != 0 && !line.empty() &&
      (line[0] == 'C' || line[0] == 'c' || line[0] == '*') &&
      (line.size() == 1 || line[1] == ' ' || line[1] == '*' || line[1] == '\r' || line[1] == '-')) {
    return line.substr(0, 1);
  }
  return {};
}

}  // namespace cria::corpus
