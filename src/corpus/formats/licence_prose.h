// What sentences say of licences: which they name, and whether the reader may choose among them.
// For READMEs, COPYING files that only point elsewhere, and lists of bundled parts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cria::corpus {

/// SPDX ids of the licences that `words` (as LicenceWords gives them) call by name, in the order of
/// a table: "under the mit license", "gplv2". A bare "mit" names nothing.
std::vector<std::string> LicencesNamed(std::string_view words);

/// Whether `words` leave the choice: "dual licensed", "either of these licenses". GNU's "or at your
/// option any later version" leaves none.
bool OffersChoice(std::string_view words);

/// The family that an id belongs to: "GPL" of "GPL-2.0-or-later", "BSD" of "BSD-3-Clause".
std::string_view LicenceFamily(std::string_view id);

struct ReadmeStatement {
  std::string licence;  ///< SPDX expression of its section on licences; empty if it names none
  /// Ids of each sentence that leaves a choice between several.
  std::vector<std::vector<std::string>> choices;
};

/// What a README says of its project's licence.
ReadmeStatement LicenceOfReadme(std::string_view text);

}  // namespace cria::corpus
