// Tells files that belong to another project: bundled libraries, what package managers put into a
// tree. By paths alone, mostly those of GitHub's own list.
#pragma once

#include <string_view>

namespace cria::corpus {

/// `path` is that in the repository. "vendor/x/a.go", "tests/unity/src/unity.c",
/// "js/jquery-3.1.js"; not "vendor.c", "src/unity/a.c".
bool IsVendored(std::string_view path);

}  // namespace cria::corpus
