// Names of countries by their codes, and the templates that show them.
#pragma once

#include <string>
#include <string_view>

#include "corpus/formats/wiki/wikitext_templates.h"

namespace cria::corpus {

/// "Germany" for GER, DEU; in the article's language where that is English or Italian, whose wikis
/// write codes where others write names. Empty for other languages and for what is no code.
std::string_view WikitextCountryOf(std::string_view code, std::string_view language);

/// {{flag|Peru}}, {{flag|PER}}, {{Naz|CA|PER}} -> "Peru"
std::string WriteCountry(const WikitextTemplate& call, const WikitextContext& context);
/// {{Gemellaggio|Italia|Miranda (Italia)|2006}} -> "Miranda, dal 2006"
std::string WriteTwinTown(const WikitextTemplate& call, const WikitextContext& context);

}  // namespace cria::corpus
