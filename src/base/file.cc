// POSIX calls behind the file interface; atomic means temporary, flush, rename, flush of the
// folder.
#include "base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/locking.h"
#include "base/system_error.h"

namespace cria {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 20;
// Whoever writes a small file is soon done.
constexpr std::chrono::seconds kPatience{10};

int OpenForReading(const fs::path& path, struct stat* status) {
  int fd = -1;
  while ((fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) < 0 && errno == EINTR) {
    ThrowIfInterrupted();  // a pipe that nobody writes to
  }
  if (fd < 0) ThrowSystemError("cannot open", path);
  if (::fstat(fd, status) != 0 || S_ISDIR(status->st_mode)) {
    if (S_ISDIR(status->st_mode)) errno = EISDIR;
    const int code = errno;
    ::close(fd);
    errno = code;
    ThrowSystemError("cannot read", path);
  }
  return fd;
}

// Fills `bytes` to the end; pipes and files of /proc do not say their size.
template <class Bytes>
void ReadToEnd(int fd, const fs::path& path, size_t expected, Bytes* bytes) {
  size_t done = 0;
  while (true) {
    if (done == bytes->size()) bytes->resize(std::max({expected + 1, 2 * done, size_t{4096}}));
    const ssize_t n = ::read(fd, bytes->data() + done, bytes->size() - done);
    if (n < 0 && errno == EINTR) {
      ThrowIfInterrupted();
      continue;
    }
    if (n < 0) ThrowSystemError("cannot read", path);
    if (n == 0) break;
    done += static_cast<size_t>(n);
  }
  bytes->resize(done);
}

}  // namespace

MappedFile::MappedFile(const fs::path& path) : path_(path) {
  struct stat status;
  const int fd = OpenForReading(path, &status);
  size_ = static_cast<size_t>(status.st_size);
  if (!S_ISREG(status.st_mode)) {
    try {
      ReadToEnd(fd, path, 0, &read_);
    } catch (...) {
      ::close(fd);
      throw;
    }
    data_ = reinterpret_cast<const uint8_t*>(read_.data());
    size_ = read_.size();
  } else if (size_ > 0) {
    void* map = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED) {
      const int code = errno;
      ::close(fd);
      errno = code;
      ThrowSystemError("cannot map", path);
    }
    data_ = static_cast<const uint8_t*>(map);
  }
  ::close(fd);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr && read_.empty()) ::munmap(const_cast<uint8_t*>(data_), size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept { *this = std::move(other); }

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(read_, other.read_);
  return *this;
}

bool MappedFile::Holds(std::span<const uint8_t> bytes) const {
  const auto less_equal = std::less_equal<const uint8_t*>();
  return !bytes.empty() && data_ != nullptr && less_equal(data_, bytes.data()) &&
         less_equal(bytes.data() + bytes.size(), data_ + size_);
}

void MappedFile::LetGo(std::span<const uint8_t> bytes) const {
  CRIA_CHECK(bytes.empty() || Holds(bytes), "{}: not of this map", path_.string());
  if (bytes.empty() || !read_.empty()) return;
  // Whole pages, the cut ones included: nothing was written to them, so nothing can be lost.
  const size_t page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  const size_t begin = static_cast<size_t>(bytes.data() - data_) / page * page;
  const size_t end = static_cast<size_t>(bytes.data() - data_) + bytes.size();
  ::madvise(const_cast<uint8_t*>(data_) + begin, end - begin, MADV_DONTNEED);
}

std::string ReadFile(const fs::path& path) {
  struct stat status;
  const int fd = OpenForReading(path, &status);
  std::string bytes;
  try {
    ReadToEnd(fd, path, static_cast<size_t>(status.st_size), &bytes);
  } catch (...) {
    ::close(fd);
    throw;
  }
  ::close(fd);
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
      if (n < 0) ThrowSystemError("cannot read", path);
      if (n == 0) break;
      piece(std::string_view(buffer).substr(0, static_cast<size_t>(n)));
    }
  } catch (...) {
    ::close(fd);
    throw;
  }
  ::close(fd);
}

AtomicFile::AtomicFile(const fs::path& path, std::chrono::milliseconds patience)
    : path_(BehindLink(path)), temporary_(StagingName(path_)) {
  std::error_code unknown;  // then opening fails, and says why
  const fs::file_status status = fs::status(path_, unknown);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    errno = fs::is_directory(status) ? EISDIR : EINVAL;
    ThrowSystemError("cannot be replaced by a file", path_);
  }
  staging_ = Staging::OfFile(temporary_, patience);
  buffer_.reserve(kBufferBytes);
}

AtomicFile::~AtomicFile() {
  if (staging_.fd() >= 0) ::unlink(temporary_.c_str());
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept = default;

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
    const ssize_t n = ::pwrite(staging_.fd(), bytes.data(), bytes.size(), offset);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) ThrowSystemError("cannot write", temporary_);
    offset += n;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
}

void AtomicFile::Flush() {
  size_t done = 0;
  while (done < buffer_.size()) {
    const ssize_t n = ::write(staging_.fd(), buffer_.data() + done, buffer_.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) ThrowSystemError("cannot write", temporary_);
    done += static_cast<size_t>(n);
  }
  buffer_.clear();
}

void AtomicFile::Commit(bool replace) {
  CRIA_CHECK(staging_.fd() >= 0, "{} committed twice", path_.string());
  Flush();
  if (::fsync(staging_.fd()) != 0) ThrowSystemError("cannot flush", temporary_);
  MoveFileIntoPlace(temporary_, path_, replace);
  SyncDirectory(fs::absolute(path_).parent_path());
  staging_.Release();  // only now: until it has its name, the lock keeps others from emptying it
}

void WriteFile(const fs::path& path, std::string_view bytes) {
  std::error_code unknown;
  const fs::file_type type = fs::status(path, unknown).type();
  if (type == fs::file_type::fifo || type == fs::file_type::character) {
    std::ofstream pipe(path, std::ios::binary);
    if (!(pipe << bytes).flush()) ThrowSystemError("cannot write", path);
    return;
  }
  AtomicFile file(path, kPatience);
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
  if (fd < 0) return;  // one that may be written to, but not read
  ::fsync(fd);
  ::close(fd);
}

FileLock::FileLock(const fs::path& path) {
  while (true) {
    fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd_ < 0) ThrowSystemError("cannot create", path);
    const bool locked = internal::TryLock(fd_);
    if (locked && internal::IsStill(path, fd_)) return;
    ::close(std::exchange(fd_, -1));
    if (!locked) break;
  }
  throw Error("another run is writing here",
              (path.filename() == kLockName ? path.parent_path() : path).string(),
              "wait for it to end, or choose another --out");
}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

}  // namespace cria
