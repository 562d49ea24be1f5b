// What people write into a licence field ("MIT OR Apache-2.0", "New BSD License") as an SPDX
// expression, and which licences a corpus may take. Licence texts: licence.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cria::corpus {

/// Stands in expressions for conditions that nobody knows.
inline constexpr std::string_view kOtherLicence = "LicenseRef-other";

/// The SPDX expression that a short declaration means: an expression itself, or the words of a
/// package's metadata. Parts that mean nothing known are "LicenseRef-other"; empty if there is no
/// other part.
std::string LicenceOfDeclaration(std::string_view words);

/// One expression of several, joined by "AND" or "OR"; those that hold the other operator come in
/// brackets.
std::string JoinedLicences(const std::vector<std::string>& ids, std::string_view with);

/// Whether an SPDX expression allows use under an Apache, BSD or MIT licence: one side of each OR,
/// both sides of each AND. An exception (WITH) only adds permissions. Not for an empty expression,
/// nor for a faulty one.
bool IsAllowedLicence(std::string_view expression);

}  // namespace cria::corpus
