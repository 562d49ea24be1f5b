// What locks on things that have names share: of Staging and FileLock alone.
#pragma once

#include <filesystem>

namespace cria::internal {

/// False: another has it. A file system without locks gives any.
bool TryLock(int fd);
/// Between opening and locking, the one before may have renamed or removed it.
bool IsStill(const std::filesystem::path& path, int fd);

}  // namespace cria::internal
