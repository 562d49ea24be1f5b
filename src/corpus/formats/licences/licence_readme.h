// What a README says of its project's licence: by its headings, and by sentences that leave a
// choice.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cria::corpus {

struct ReadmeStatement {
  std::string licence;  ///< SPDX expression of its sections on licences; empty if they name none
  /// Ids of each sentence that leaves a choice between several.
  std::vector<std::vector<std::string>> choices;
};

/// Of several sections on licences all hold; those of third parties, of data, fonts or
/// documentation do not count. Nothing for more than 1 MiB. Linear time.
ReadmeStatement LicenceOfReadme(std::string_view text);

}  // namespace cria::corpus
