// The words of a licence text, and which of them no published wording explains.
#pragma once

#include <string>
#include <string_view>

namespace cria::corpus {

/// Words in lower case with one space before, between and behind; "licence" is "license".
std::string LicenceWords(std::string_view text);

/// Share of the words of `words` (as LicenceWords gives them) that stand in a wording of the
/// permissive licences (licence_texts.h); 1 for none.
double KnownShare(std::string_view words);

/// Whether the words that no such wording explains state conditions: restrictions of use, or a
/// further licence.
bool HasOtherConditions(std::string_view words);

/// Whether they say what does not hold, or did once: "not", "no longer", "formerly", "was".
bool Denies(std::string_view words);

/// Whether they restrict who may use it, and for what: "non-commercial", "confidential".
bool HasRestrictions(std::string_view words);

}  // namespace cria::corpus
