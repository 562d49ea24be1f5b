// Which licence a text states: licence files, notices at the top of sources. By phrases that the
// published wordings hold, on words alone: line breaks, case, punctuation and comment marks do not
// matter. No legal advice: what is not decided is refused.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cria::corpus {

/// SPDX expression of a licence file or notice: "MIT"; "Apache-2.0 AND MIT" if it states several;
/// "MIT OR Unlicense" where it leaves the choice;
/// with " AND LicenseRef-other" if it states conditions beyond those known. GNU licences have
/// "-only" or "-or-later" only where the text says so. Empty if nothing is recognised, or for more
/// than 1 MiB. Linear time.
std::string LicenceOfText(std::string_view text);

struct LicenceStatement {
  std::string licence;         ///< of the whole, as LicenceOfText gives it
  bool offers_choice = false;  ///< leaves the choice, perhaps between other files' licences
  struct Part {
    std::vector<std::string> paths;  ///< see FitsNamedPath (licence_parts.h)
    std::string licence;             ///< not an allowed one
  };
  std::vector<Part> parts;  ///< that the text excepts by their paths
};

/// The same for a licence file. Where the text as a whole is not allowed, its sections are looked
/// at: further licences of parts that the text names by path, calls third-party, or that are no
/// source (documentation, test data) do not refuse the rest.
LicenceStatement ReadLicence(std::string_view text);

struct NoticeStatement {
  std::string licence;     ///< empty if nothing is said
  bool is_tagged = false;  ///< by SPDX-License-Identifier: an AND in it means both
};

/// What the comments of a source say of its own licence.
NoticeStatement ReadNotice(std::string_view text);

/// Whether a file of this name (no folder) holds the licence of what stands beside it: LICENSE,
/// LICENCE, COPYING, UNLICENSE, with suffixes (.md, -MIT, .LESSER), MIT-LICENSE; not licence.py,
/// nor the licences of third parties.
bool IsLicenceFile(std::string_view name);

}  // namespace cria::corpus
