// A folder in the place of another where the system cannot exchange the two: for a moment the old
// one has another name, and whoever is killed then leaves it so.
#pragma once

#include <filesystem>

namespace cria {

/// Renames the folder `target` to NAME.old.cria.tmp, `fresh` to `target`, and removes the former.
void Displace(const std::filesystem::path& fresh, const std::filesystem::path& target);

/// Gives a displaced folder its name back. False: there is none. For whoever holds the Staging of
/// `target`: nobody else moves folders there.
bool RestoreDisplaced(const std::filesystem::path& target);

}  // namespace cria
