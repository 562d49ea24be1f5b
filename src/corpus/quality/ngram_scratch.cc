// POSIX calls: made under a unique name and unlinked at once, then written and read by descriptor.
#include "corpus/quality/ngram_scratch.h"

#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/error.h"

namespace cria::corpus {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 20;

[[noreturn]] void Fail(const std::string& what, const fs::path& folder, int code) {
  throw Error(fmt::format("{}: {}", what, std::strerror(code)), folder.string(),
              code == ENOSPC ? "free some disk space or choose another scratch folder"
                             : "check the scratch folder and its disk");
}

}  // namespace

NgramScratch::NgramScratch(const fs::path& folder) : folder_(folder) {
  std::error_code made;
  fs::create_directories(folder, made);
  std::string name = (folder / "ngrams.XXXXXX").string();
  fd_ = ::mkstemp(name.data());
  if (fd_ < 0) Fail("cannot create a scratch file", folder_, errno);
  ::unlink(name.c_str());
}

NgramScratch::~NgramScratch() {
  if (fd_ >= 0) ::close(fd_);
}

NgramScratch::NgramScratch(NgramScratch&& other) noexcept
    : folder_(std::move(other.folder_)),
      fd_(std::exchange(other.fd_, -1)),
      size_(other.size_),
      buffer_(std::move(other.buffer_)) {}

void NgramScratch::Write(const void* data, size_t bytes) {
  const char* from = static_cast<const char*>(data);
  size_ += static_cast<int64_t>(bytes);
  if (buffer_.size() + bytes > kBufferBytes) {
    WriteThrough(buffer_.data(), buffer_.size());
    buffer_.clear();
  }
  if (bytes >= kBufferBytes) return WriteThrough(from, bytes);
  buffer_.append(from, bytes);
}

void NgramScratch::Flush() {
  WriteThrough(buffer_.data(), buffer_.size());
  buffer_ = std::string();
}

void NgramScratch::WriteThrough(const char* data, size_t bytes) {
  while (bytes > 0) {
    const ssize_t n = ::write(fd_, data, bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) Fail("cannot write a scratch file", folder_, errno);
    data += n;
    bytes -= static_cast<size_t>(n);
  }
}

size_t NgramScratch::Read(int64_t offset, void* to, size_t bytes) const {
  size_t done = 0;
  while (done < bytes) {
    const ssize_t n = ::pread(fd_, static_cast<char*>(to) + done, bytes - done,
                              offset + static_cast<int64_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) Fail("cannot read a scratch file", folder_, errno);
    if (n == 0) break;
    done += static_cast<size_t>(n);
  }
  return done;
}

}  // namespace cria::corpus
