// Which files of a folder a recipe means: a sorted walk and globs. Reads no file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"

namespace cria::corpus {

/// Glob over a '/'-separated path: '*' and '?' stay within one name, '**' crosses names, '{a,b}' is
/// a choice, '[1-9]' one character of a range. A pattern without '/' is compared with the last name
/// only.
bool GlobMatch(std::string_view pattern, std::string_view path);

/// Regular files below `root` (or `root` itself when it is a file), as paths relative to it, sorted
/// by bytes. Links are not followed. `files` empty means all. A missing or unreadable root throws
/// Error.
std::vector<std::string> ListFiles(const fs::path& root, const std::vector<std::string>& files,
                                   const std::vector<std::string>& exclude);

}  // namespace cria::corpus
