// Which programming language a file is in, by its name alone, and how its comments look. The list
// is RedPajama's list of files worth keeping, and further languages.
#pragma once

#include <string_view>

namespace cria::corpus {

/// The kinds of comments of a language, as flags.
enum CodeComments : unsigned {
  kCStyle = 1,           ///< /* block */ and // line
  kHash = 2,             ///< # line
  kDashes = 4,           ///< -- line
  kPercent = 8,          ///< % line
  kSemicolon = 16,       ///< ; line
  kBang = 32,            ///< ! line, and C or * in the first column of old Fortran
  kBatch = 64,           ///< REM and :: lines
  kQuote = 128,          ///< ' line
  kMarkup = 256,         ///< <!-- block -->
  kBraceDash = 512,      ///< {- block -}
  kLuaBlock = 1024,      ///< --[[ block ]]
  kAngleHash = 2048,     ///< <# block #>
  kHashEquals = 4096,    ///< #= block =#
  kDots = 8192,          ///< ".. " and what is indented behind it (reStructuredText)
  kDocstring = 16384,    ///< """ at the top of a module
  kParenStar = 1 << 15,  ///< (* block *)
  kBrace = 1 << 16,      ///< { block }
  kRubyBlock = 1 << 17,  ///< =begin, block, =end
  kVimQuote = 1 << 18,   ///< " line
  kHeadings = 1 << 19,   ///< no comment: titles of Markdown, which stand above one
};

struct CodeLanguage {
  std::string_view suffix;  ///< ".cc", or the whole name of the file
  std::string_view name;
  unsigned comments = 0;
};

/// The language of a file, or null if its name is not on the list. Case does not
/// matter, but for .C and .H, which are C++.
const CodeLanguage* LanguageOfFile(std::string_view path);

/// The name behind the last '/'.
std::string_view FileName(std::string_view path);

}  // namespace cria::corpus
