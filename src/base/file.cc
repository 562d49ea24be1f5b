// POSIX calls behind the file interface; atomic means temporary, flush, rename, flush of the
// folder.
#include "base/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>

#include "base/error.h"

namespace cria {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 20;

std::string Remedy(int code) {
  switch (code) {
    case ENOENT:
      return "check the path; the file or its folder does not exist";
    case EACCES:
      return "check the permissions of the file and its folder";
    case ENOSPC:
      return "free some disk space or choose another --out";
    case EISDIR:
      return "name a file, not a folder";
    case ENOTDIR:
      return "a part of the path is a file, not a folder";
    default:
      return "check the disk and the path";
  }
}

[[noreturn]] void ThrowErrno(const std::string& what, const fs::path& path) {
  const int code = errno;
  throw Error(fmt::format("{}: {}", what, std::strerror(code)), path.string(), Remedy(code));
}

int OpenForReading(const fs::path& path, struct stat* status) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) ThrowErrno("cannot open", path);
  if (::fstat(fd, status) != 0 || S_ISDIR(status->st_mode)) {
    if (S_ISDIR(status->st_mode)) errno = EISDIR;
    const int code = errno;
    ::close(fd);
    errno = code;
    ThrowErrno("cannot read", path);
  }
  return fd;
}

}  // namespace

MappedFile::MappedFile(const fs::path& path) : path_(path) {
  struct stat status;
  const int fd = OpenForReading(path, &status);
  size_ = static_cast<size_t>(status.st_size);
  if (size_ > 0) {
    void* map = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED) {
      const int code = errno;
      ::close(fd);
      errno = code;
      ThrowErrno("cannot map", path);
    }
    data_ = static_cast<const uint8_t*>(map);
  }
  ::close(fd);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<uint8_t*>(data_), size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept { *this = std::move(other); }

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

bool MappedFile::Holds(std::span<const uint8_t> bytes) const {
  const auto less_equal = std::less_equal<const uint8_t*>();
  return !bytes.empty() && data_ != nullptr && less_equal(data_, bytes.data()) &&
         less_equal(bytes.data() + bytes.size(), data_ + size_);
}

void MappedFile::LetGo(std::span<const uint8_t> bytes) const {
  CRIA_CHECK(bytes.empty() || Holds(bytes), "{}: not of this map", path_.string());
  if (bytes.empty()) return;
  // Whole pages, the cut ones included: nothing was written to them, so nothing can be lost.
  const size_t page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  const size_t begin = static_cast<size_t>(bytes.data() - data_) / page * page;
  const size_t end = static_cast<size_t>(bytes.data() - data_) + bytes.size();
  ::madvise(const_cast<uint8_t*>(data_) + begin, end - begin, MADV_DONTNEED);
}

std::string ReadFile(const fs::path& path) {
  struct stat status;
  const int fd = OpenForReading(path, &status);
  std::string bytes(static_cast<size_t>(status.st_size), '\0');
  size_t done = 0;
  while (true) {
    if (done == bytes.size()) bytes.resize(bytes.size() + 4096);  // pipes and /proc report size 0
    const ssize_t n = ::read(fd, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int code = errno;
      ::close(fd);
      errno = code;
      ThrowErrno("cannot read", path);
    }
    if (n == 0) break;
    done += static_cast<size_t>(n);
  }
  ::close(fd);
  bytes.resize(done);
  return bytes;
}

void ReadPieces(const fs::path& path, const std::function<void(std::string_view)>& piece) {
  struct stat status;
  const int fd = OpenForReading(path, &status);
  std::string buffer(kBufferBytes, '\0');
  try {
    while (true) {
      const ssize_t n = ::read(fd, buffer.data(), buffer.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) ThrowErrno("cannot read", path);
      if (n == 0) break;
      piece(std::string_view(buffer).substr(0, static_cast<size_t>(n)));
    }
  } catch (...) {
    ::close(fd);
    throw;
  }
  ::close(fd);
}

AtomicFile::AtomicFile(const fs::path& path) : path_(path), temporary_(path.string() + ".tmp") {
  fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd_ < 0) ThrowErrno("cannot create", temporary_);
  buffer_.reserve(kBufferBytes);
}

AtomicFile::~AtomicFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(temporary_.c_str());
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      fd_(other.fd_),
      written_bytes_(other.written_bytes_),
      buffer_(std::move(other.buffer_)) {
  other.fd_ = -1;
}

void AtomicFile::Write(std::string_view bytes) { Write(bytes.data(), bytes.size()); }

void AtomicFile::Write(const void* data, size_t size_bytes) {
  const char* from = static_cast<const char*>(data);
  written_bytes_ += static_cast<int64_t>(size_bytes);
  while (size_bytes > 0) {
    const size_t n = std::min(size_bytes, kBufferBytes - buffer_.size());
    buffer_.append(from, n);
    from += n;
    size_bytes -= n;
    if (buffer_.size() == kBufferBytes) Flush();
  }
}

void AtomicFile::Overwrite(int64_t offset, std::string_view bytes) {
  CRIA_CHECK(offset >= 0 && offset + static_cast<int64_t>(bytes.size()) <= written_bytes_, "{}",
             offset);
  Flush();
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd_, bytes.data(), bytes.size(), offset);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) ThrowErrno("cannot write", temporary_);
    offset += n;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
}

void AtomicFile::Flush() {
  size_t done = 0;
  while (done < buffer_.size()) {
    const ssize_t n = ::write(fd_, buffer_.data() + done, buffer_.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) ThrowErrno("cannot write", temporary_);
    done += static_cast<size_t>(n);
  }
  buffer_.clear();
}

void AtomicFile::Commit() {
  CRIA_CHECK(fd_ >= 0, "{} committed twice", path_.string());
  Flush();
  if (::fsync(fd_) != 0) ThrowErrno("cannot flush", temporary_);
  const int fd = fd_;
  fd_ = -1;
  if (::close(fd) != 0) ThrowErrno("cannot close", temporary_);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) ThrowErrno("cannot rename to", path_);
}

void WriteFile(const fs::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.Write(bytes);
  file.Commit();
}

void RequireFreeSpace(const fs::path& directory, int64_t bytes) {
  fs::path existing = fs::absolute(directory);
  while (!fs::exists(existing) && existing.has_parent_path()) existing = existing.parent_path();
  const fs::space_info space = fs::space(existing);
  if (static_cast<int64_t>(space.available) < bytes) {
    throw Error(fmt::format("not enough disk space: {} MB needed, {} MB free", bytes >> 20,
                            space.available >> 20),
                directory.string(), "free some disk space or choose another --out");
  }
}

void RequireAbsent(const fs::path& path, bool force) {
  if (force || !fs::exists(path) || (fs::is_directory(path) && fs::is_empty(path))) return;
  throw Error("already exists", path.string(), "choose another --out, or --force to overwrite");
}

void SyncDirectory(const fs::path& directory) {
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) ThrowErrno("cannot open", directory);
  ::fsync(fd);
  ::close(fd);
}

DirectoryLock::DirectoryLock(const fs::path& directory) {
  const fs::path path = directory / kLockName;
  fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd_ < 0) ThrowErrno("cannot create", path);
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd_);
    fd_ = -1;
    throw Error("another run is writing here", directory.string(),
                "wait for it to end, or choose another --out");
  }
}

DirectoryLock::~DirectoryLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace cria
