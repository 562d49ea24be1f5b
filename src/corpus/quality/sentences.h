// English sentences: where one ends, decided as NLTK's Punkt does (Kiss and Strunk 2006), with an
// abbreviation list and word lists of our own. For counting and splitting, not for tokenizing.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace cria::corpus {

/// The sentences of `text`, in order, without the white space around them; together they hold every
/// other byte. Linear time, any bytes.
///
/// A stop, ? or ! ends a sentence when white space or an ASCII quote or bracket follows; not after
/// an abbreviation, an initial, or a number or "..." before a small letter. As in Punkt, a line
/// break alone ends none, and neither does a stop before a typographic closing quote.
std::vector<std::string_view> SplitSentences(std::string_view text);

/// How many SplitSentences would give, without memory.
int64_t CountSentences(std::string_view text);

}  // namespace cria::corpus
