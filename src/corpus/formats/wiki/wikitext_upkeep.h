// Boxes and marks of a wiki's own workshop: stubs, pages to mend, to source, to merge, to praise.
#pragma once

#include <string_view>

namespace cria::corpus {

/// For each of the 20 languages of LLaMA's Wikipedia the folded names of its templates that ask for
/// work on a page or a section, separated by '|'; empty for others.
std::string_view WikitextUpkeepNames(std::string_view language);

/// True for names of a family: "bio-stub", "škrbina-vas", "csonk-földrajz".
bool IsWikitextUpkeepFamily(std::string_view name);

}  // namespace cria::corpus
