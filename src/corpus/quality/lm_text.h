// Text as CCNet's language models see it (cc_net text_normalizer.py, normalize with its defaults):
// one line, lower case, no accents, digits as 0, typographic marks as ASCII. Only for scoring: this
// text is never handed out as a document.
#pragma once

#include <string>
#include <string_view>

namespace cria::corpus {

/// CCNet deletes line breaks with the other control characters, which joins the last word of a line
/// to the first of the next; its perplexities contain that. kSpace puts a space instead.
enum class LmLineBreaks { kDelete, kSpace };

/// In this order: white space off both ends; lower case; canonical decomposition without nonspacing
/// marks; decimal digits of all scripts to 0; 33 punctuation marks to ASCII; control characters
/// (C0, DEL, C1) out. Invalid bytes become U+FFFD. Linear time.
///
/// Differs from Python only where its Unicode version does, and in that combining marks that are
/// not nonspacing (five in all of Unicode) keep their order.
std::string NormalizeLmText(std::string_view text,
                            LmLineBreaks line_breaks = LmLineBreaks::kDelete);

}  // namespace cria::corpus
