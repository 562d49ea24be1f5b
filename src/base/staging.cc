// flock on the unfinished file or folder itself: the lock goes with the process that holds it.
#include "base/staging.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <thread>
#include <utility>

#include "base/displaced.h"
#include "base/error.h"
#include "base/locking.h"
#include "base/system_error.h"

namespace cria {
namespace {

using std::chrono::steady_clock;

int Open(const fs::path& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (fd < 0) ThrowSystemError("cannot create", path);
  return fd;
}

[[noreturn]] void RefuseSecond(const fs::path& staged) {
  const std::string name = staged.string();
  throw Error("another run is writing here",
              name.substr(0, name.size() - std::string_view(kStagingEnding).size()),
              "wait for it to end, or choose another --out");
}

}  // namespace

using internal::IsStill;
using internal::TryLock;

fs::path StagingName(const fs::path& target) { return target.string() + kStagingEnding; }

fs::path BehindLink(const fs::path& path) {
  constexpr int kMostLinks = 40;  // as the system has it
  fs::path behind = path.has_filename() ? path : path.parent_path();
  std::error_code error;
  for (int i = 0; i < kMostLinks && fs::is_symlink(behind, error) && !error; ++i) {
    const fs::path next = fs::read_symlink(behind, error);
    if (error) break;
    behind = behind.parent_path() / next;  // next alone, if it is absolute
    if (!behind.has_filename()) behind = behind.parent_path();
  }
  return behind;
}

Staging::Staging(Staging&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Staging& Staging::operator=(Staging&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

void Staging::Release() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Staging Staging::OfFile(const fs::path& staged, std::chrono::milliseconds patience) {
  constexpr std::chrono::milliseconds kTry{2};
  const auto end = steady_clock::now() + patience;
  while (true) {
    Staging file(Open(staged, O_WRONLY | O_CREAT));
    if (TryLock(file.fd())) {
      if (!IsStill(staged, file.fd())) continue;
      if (::ftruncate(file.fd(), 0) != 0) ThrowSystemError("cannot empty", staged);
      return file;
    }
    if (steady_clock::now() >= end) RefuseSecond(staged);
    std::this_thread::sleep_for(kTry);
  }
}

Staging Staging::OfOld(const fs::path& folder) {
  Staging old(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (old.fd() >= 0) TryLock(old.fd());
  return old;
}

Staging Staging::OfFolder(const fs::path& staged) {
  std::error_code error;
  if (staged.has_parent_path()) fs::create_directories(staged.parent_path(), error);
  if (error) {
    throw Error("cannot make the folder: " + error.message(), staged.parent_path().string(),
                "check --out and its permissions");
  }
  while (true) {
    if (::mkdir(staged.c_str(), 0755) != 0 && errno != EEXIST) {
      ThrowSystemError("cannot make the folder", staged);
    }
    Staging folder(Open(staged, O_RDONLY | O_DIRECTORY));
    if (!TryLock(folder.fd())) RefuseSecond(staged);
    if (!IsStill(staged, folder.fd())) continue;
    for (const auto& entry : fs::directory_iterator(staged)) fs::remove_all(entry.path());
    return folder;
  }
}

namespace {

// False: something is there.
bool RenameToNothing(const fs::path& fresh, const fs::path& target) {
  if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0) {
    return true;
  }
  if (errno == EEXIST) return false;
  if (errno != EINVAL && errno != ENOSYS) ThrowSystemError("cannot rename to", target);
  // A file system that does not know the flag.
  if (fs::exists(fs::symlink_status(target))) return false;
  if (::rename(fresh.c_str(), target.c_str()) != 0) ThrowSystemError("cannot rename to", target);
  return true;
}

[[noreturn]] void RefuseTaken(const fs::path& target) {
  throw Error("something has come there meanwhile", target.string(),
              "choose another --out, or --force to overwrite");
}

}  // namespace

void MoveFolderIntoPlace(const fs::path& fresh, const fs::path& target, bool replace) {
  if (RenameToNothing(fresh, target)) return;
  std::error_code ignored;
  if (!replace) {
    if (::rmdir(target.c_str()) == 0 && RenameToNothing(fresh, target)) return;
    RefuseTaken(target);
  }
  // Nobody else begins to write in it while it has the name of `fresh`.
  const Staging doomed = Staging::OfOld(target);
  if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) == 0) {
    fs::remove_all(fresh, ignored);  // what cannot be removed is no reason to fail: all is in place
    return;
  }
  Displace(fresh, target);
}

void MoveFileIntoPlace(const fs::path& fresh, const fs::path& target, bool replace) {
  if (!replace) {
    if (!RenameToNothing(fresh, target)) RefuseTaken(target);
  } else if (::rename(fresh.c_str(), target.c_str()) != 0) {
    ThrowSystemError("cannot rename to", target);
  }
}

}  // namespace cria
