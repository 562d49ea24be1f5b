// Citations by author and year that are words of the sentence.
#pragma once

#include <string>

#include "corpus/formats/wiki/wikitext_templates.h"

namespace cria::corpus {

/// {{harvtxt|Lee|Ray|2005}} -> "Lee & Ray (2005)"
std::string WriteHarvard(const WikitextTemplate& call, const WikitextContext& context);
/// {{harvs|txt|last=Lee|last2=Ray|year=2005}} -> "Lee & Ray (2005)"; without "txt" or "nb" it is a
/// note beside the sentence and empty.
std::string WriteHarvardNamed(const WikitextTemplate& call, const WikitextContext& context);

}  // namespace cria::corpus
