// -{ }- in wikis of two scripts: around what is not converted, or differs between them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cria::corpus {

/// Whether the wiki of this language has such brackets.
bool HasWikitextVariants(std::string_view language);

/// What stands in the page for -{flags|code:text;code:text}-, given between its bars: the first
/// text; nothing for rules that only say how to convert. `parts` has one at least.
std::string WikitextVariant(const std::vector<std::string_view>& parts);

}  // namespace cria::corpus
