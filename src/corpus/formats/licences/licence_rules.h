// Which licences' phrases stand in a text: one table of them decides, the order of its rows does
// not matter. Knows no sections, no choice; licence.h joins them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cria::corpus {

/// SPDX ids of the licences whose wording or notice stands in `words` (as LicenceWords gives them).
std::vector<std::string> LicenceIds(std::string_view words);

}  // namespace cria::corpus
