// The template that writes the first sentence of a biography in Italian Wikipedia.
#pragma once

#include <string>

#include "corpus/formats/wiki/wikitext_templates.h"

namespace cria::corpus {

/// {{Bio|Nome=Adam|Cognome=Smith|LuogoNascita=Kirkcaldy|...}} -> "Adam Smith (Kirkcaldy, 5 giugno
/// 1723 – Edimburgo, 17 luglio 1790) è stato un filosofo ed economista scozzese."
std::string WriteBiography(const WikitextTemplate& call, const WikitextContext& context);

}  // namespace cria::corpus
