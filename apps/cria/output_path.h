// Where results will go, checked before the work.
#pragma once

#include <string>
#include <vector>

#include "base/file.h"

namespace cria::app {

/// Throws Error if `path` is taken, its folder is not there, or nothing can be written there. Pipes
/// and devices pass.
void RequireWritable(const fs::path& path, bool force, const std::string& flag);

/// The same for what appears whole or not at all: no pipe and no device.
void RequireWritableFile(const fs::path& path, bool force, const std::string& flag);

/// The same for a folder of results, which is made.
void RequireWritableFolder(const fs::path& folder, const std::string& flag);

/// The same for a file that WriteResult will write: its ending must be one of a report, and the
/// folder of its pictures must not be a file.
void RequireReport(const fs::path& path, bool force, const std::string& flag);

/// Whether a file of a model's folder is part of the model: reports and logs may lie there too.
bool IsOfModel(const fs::path& file);

/// Throws Error if writing `path` would overwrite one of `inputs`: files, and the tokenizers beside
/// them, folders of models, or empty.
void RequireNoInput(const fs::path& path, const std::vector<std::string>& inputs,
                    const std::string& flag);

/// Throws Error if two flags name one file; empty: not given.
void RequireDistinct(const std::string& path, const std::string& flag, const std::string& other,
                     const std::string& other_flag);

}  // namespace cria::app
