// {{FRO}}, {{UK}}: templates of the English Wikipedia that show a flag and the country's name.
#pragma once

#include <string_view>

namespace cria::corpus {

/// The English name for a code of ISO 3166, of the Olympic Committee or of FIFA, in capitals; empty
/// for other text.
std::string_view WikitextCountryOf(std::string_view code);

}  // namespace cria::corpus
