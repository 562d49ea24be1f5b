// Pages of a wiki that are no articles though they stand among them: redirects written as text, and
// lists of the pages that share a name.
#pragma once

#include <string_view>

namespace cria::corpus {

/// "#REDIRECT [[Page]]", in any language.
bool IsRedirectText(std::string_view wikitext);

/// By the template that marks such pages in the wiki of `language` (English names count
/// everywhere), by __DISAMBIG__, or by the bracket in `title` ("Ada (disambiguation)").
bool IsDisambiguation(std::string_view wikitext, std::string_view title, std::string_view language);

}  // namespace cria::corpus
