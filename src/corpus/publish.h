// Finished shards take the place of what stands in a corpus folder, and nothing else does.
#pragma once

#include <string>

#include "corpus/manifest.h"

namespace cria::corpus {

/// The name, in a corpus folder, under which its next shards are written.
inline constexpr char kStagingName[] = ".build.tmp";

/// Throws Error if `dir` holds something that is no corpus of ours.
void RequireOurs(const fs::path& dir);

/// Whether the corpus in `dir` has this digest and all its files; fills in `manifest`.
bool IsCurrent(const fs::path& dir, const std::string& digest, Manifest* manifest);

/// Moves the files that `manifest` names from `staging` and writes the manifest. Only meanwhile is
/// the folder without one. Files that an earlier manifest named are removed, and no others.
void Publish(const fs::path& staging, const fs::path& dir, const Manifest& manifest);

}  // namespace cria::corpus
