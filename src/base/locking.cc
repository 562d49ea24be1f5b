// flock, which goes with the process that holds it.
#include "base/locking.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>

namespace cria::internal {

bool TryLock(int fd) { return ::flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK; }

bool IsStill(const std::filesystem::path& path, int fd) {
  struct stat named, opened;
  return ::stat(path.c_str(), &named) == 0 && ::fstat(fd, &opened) == 0 &&
         named.st_ino == opened.st_ino && named.st_dev == opened.st_dev;
}

}  // namespace cria::internal
