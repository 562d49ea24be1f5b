// The sections of a licence file: what it says of the whole, and what of parts ("files in
// testdata/ are licensed differently", lists of bundled libraries).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cria::corpus {

struct LicenceSections {
  std::string whole;  ///< the paragraphs about all of the project
  struct Part {
    std::string text;
    std::vector<std::string> paths;  ///< that it names: "testdata/", "src/regex/tre*", "dtoa.c"
    bool third_party = false;        ///< says that others wrote it
    bool aside = false;              ///< documentation, test data, pictures, samples: no source
  };
  std::vector<Part> parts;
};

/// By paragraphs: one that speaks of some files begins a part, one that speaks of all others ends
/// it, the wording of a licence belongs to what stands before it. Linear time.
LicenceSections SplitLicence(std::string_view text);

/// Whether `path` is `named`, lies in it, or fits it with its '*' at the end; a name without a
/// folder fits in any folder.
bool FitsNamedPath(std::string_view path, std::string_view named);

}  // namespace cria::corpus
