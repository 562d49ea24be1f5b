// A remedy for each of the usual codes.
#include "base/system_error.h"

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace cria {
namespace {

std::string Remedy(int code) {
  switch (code) {
    case ENOENT:
      return "check the path; the file or its folder does not exist";
    case EACCES:
    case EPERM:
    case EROFS:
      return "check the permissions of the file and its folder";
    case ENOSPC:
    case EDQUOT:
      return "free some disk space or choose another --out";
    case EISDIR:
      return "name a file, not a folder";
    case ENOTDIR:
      return "a part of the path is a file, not a folder";
    default:
      return "check the disk and the path";
  }
}

}  // namespace

void ThrowSystemError(const std::string& what, const std::filesystem::path& path) {
  const int code = errno;
  throw Error(fmt::format("{}: {}", what, std::strerror(code)), path.string(), Remedy(code));
}

}  // namespace cria
