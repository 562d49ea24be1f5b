// What the system says of a call that failed on a file, with the way to mend it.
#pragma once

#include <filesystem>
#include <string>

namespace cria {

/// Throws Error with the meaning of errno, which the last call on `path` has set.
[[noreturn]] void ThrowSystemError(const std::string& what, const std::filesystem::path& path);

}  // namespace cria
