// {{convert|5|mi|km}}: an amount with its unit, as the source has it; the other one is left out.
#pragma once

#include <string>

#include "corpus/formats/wiki/wikitext_templates.h"

namespace cria::corpus {

/// "87 million acres"; with `adj=on` "1,150-mile". Empty if the first argument is no number or only
/// the other unit is shown.
std::string WriteConvert(const WikitextTemplate& call, const WikitextContext& context);

}  // namespace cria::corpus
