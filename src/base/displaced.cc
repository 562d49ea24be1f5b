// Two renames.
#include "base/displaced.h"

#include <fcntl.h>
#include <stdio.h>

#include <cerrno>

#include "base/staging.h"
#include "base/system_error.h"

namespace cria {

void Displace(const fs::path& fresh, const fs::path& target) {
  const fs::path old = target.string() + kDisplacedEnding;
  fs::remove_all(old);
  if (::rename(target.c_str(), old.c_str()) != 0) {
    if (errno != EXDEV) ThrowSystemError("cannot rename", target);
    fs::remove_all(target);  // of a lower layer, which only copies
  }
  if (::rename(fresh.c_str(), target.c_str()) != 0) {
    const int code = errno;
    ::rename(old.c_str(), target.c_str());
    errno = code;
    ThrowSystemError("cannot rename to", target);
  }
  fs::remove_all(old);
}

bool RestoreDisplaced(const fs::path& target) {
  const fs::path old = target.string() + kDisplacedEnding;
  std::error_code error;
  return !fs::exists(target) && fs::is_directory(old, error) &&
         ::rename(old.c_str(), target.c_str()) == 0;
}

}  // namespace cria
