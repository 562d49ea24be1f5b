// What sentences say of licences: which they name, and whether the reader may choose among them.
// For COPYING files that only point elsewhere, and lists of bundled parts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cria::corpus {

/// SPDX ids of the licences that `words` (as LicenceWords gives them) call by name, in the order of
/// a table: "under the mit license", "gplv2". A bare "mit" names nothing.
std::vector<std::string> LicencesNamed(std::string_view words);

/// The words of the sentences of `text` that leave the choice: "dual licensed", "either of these
/// licenses"; not those that deny it ("no longer", "GPLv3 only"). GNU's "or at your option any
/// later version" leaves none.
std::vector<std::string> ChoicesOf(std::string_view text);

/// Whether `text` has such a sentence.
bool OffersChoice(std::string_view text);

/// The family that an id belongs to: "GPL" of "GPL-2.0-or-later", "BSD" of "BSD-3-Clause".
std::string_view LicenceFamily(std::string_view id);

}  // namespace cria::corpus
