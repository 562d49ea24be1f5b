// pwrite and fsync.
#include "store/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/error.h"
#include "base/system_error.h"

namespace cria::store {

OutputFile::OutputFile(fs::path path, int flags, const char* what)
    : path_(std::move(path)), fd_(::open(path_.c_str(), O_WRONLY | O_CLOEXEC | flags, 0644)) {
  if (fd_ < 0) ThrowSystemError(what, path_);
}

OutputFile OutputFile::Create(const fs::path& path, int64_t bytes) {
  OutputFile file(path, O_CREAT | O_TRUNC, "cannot create");
  // Reserving the blocks tells of a full disk before anything is written; where the file system
  // cannot, setting the size is enough.
  if (bytes > 0 && ::fallocate(file.fd_, 0, 0, bytes) != 0) {
    if (errno == ENOSPC) ThrowSystemError("cannot reserve space", path);
    if (::ftruncate(file.fd_, bytes) != 0) ThrowSystemError("cannot set the size", path);
  }
  return file;
}

OutputFile OutputFile::Open(const fs::path& path) { return OutputFile(path, 0, "cannot open"); }

OutputFile::~OutputFile() {
  if (fd_ >= 0) ::close(fd_);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}

void OutputFile::WriteAt(std::span<const uint8_t> bytes, int64_t offset) const {
  while (!bytes.empty()) {
    const ssize_t done = ::pwrite(fd_, bytes.data(), bytes.size(), offset);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) ThrowSystemError("cannot write", path_);
    bytes = bytes.subspan(static_cast<size_t>(done));
    offset += done;
  }
}

void OutputFile::Sync() const {
  if (::fsync(fd_) != 0) ThrowSystemError("cannot flush to disk", path_);
}

}  // namespace cria::store
