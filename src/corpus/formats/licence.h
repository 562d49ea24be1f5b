// Which licence a text states: licence files, notices at the top of sources. By phrases that the
// published wordings hold, on words alone: line breaks, case, punctuation and comment marks do not
// matter. No legal advice: what is not decided is refused.
#pragma once

#include <string>
#include <string_view>

namespace cria::corpus {

/// SPDX expression of a licence file or notice: "MIT"; "Apache-2.0 AND MIT" if it states several;
/// with " AND LicenseRef-other" if it states conditions beyond those known. GNU licences have
/// "-only" or "-or-later" only where the text says so. Empty if nothing is recognised, or for more
/// than 1 MiB. Linear time.
std::string LicenceOfText(std::string_view text);

/// Whether a file of this name (no folder) holds the licence of what stands beside it: LICENSE,
/// LICENCE, COPYING, UNLICENSE, with suffixes (.md, -MIT, .LESSER), MIT-LICENSE; not licence.py,
/// nor the licences of third parties.
bool IsLicenceFile(std::string_view name);

}  // namespace cria::corpus
