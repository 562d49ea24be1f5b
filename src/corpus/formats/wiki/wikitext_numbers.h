// Numbers as a language of Wikipedia writes them: what {{formatnum:}} shows.
#pragma once

#include <string>
#include <string_view>

namespace cria::corpus {

/// Figures with what templates write among them: "1,234.5", "3/4", "1.5e6", "−2".
bool IsWikitextNumber(std::string_view text);

/// "1234567.8" -> "1,234,567.8" in English, "1.234.567,8" in German, "1 234 567,8" in French.
/// Digits, a sign and one point alone; other text, and languages not known, as it is.
std::string FormatWikitextNumber(std::string_view number, std::string_view language);

}  // namespace cria::corpus
