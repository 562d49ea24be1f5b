// One file per bucket, opened only while it is written or read: there may be more buckets than a
// process may open files.
#include "corpus/duplicates/spill.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>

#include "base/error.h"

namespace cria::corpus {
namespace {

[[noreturn]] void Failed(const fs::path& path, const char* what) {
  throw Error(fmt::format("{}: {}", what, std::strerror(errno)), path.string(),
              "make room on that disk, or name another place with --work");
}

class OpenFile {
 public:
  OpenFile(const fs::path& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {
    if (fd_ < 0) Failed(path, "cannot open");
  }
  ~OpenFile() { ::close(fd_); }
  OpenFile(const OpenFile&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

void Append(const fs::path& path, std::span<const uint8_t> bytes) {
  const OpenFile file(path, O_WRONLY | O_CREAT | O_APPEND);
  while (!bytes.empty()) {
    const ssize_t n = ::write(file.fd(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) Failed(path, "cannot write");
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
}

void ReadAt(const fs::path& path, std::span<uint8_t> to) {
  const OpenFile file(path, O_RDONLY);
  while (!to.empty()) {
    const ssize_t n = ::read(file.fd(), to.data(), to.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) Failed(path, "cannot read");
    to = to.subspan(static_cast<size_t>(n));
  }
}

}  // namespace

struct ByteSpill::State {
  struct Bucket {
    mutable std::mutex mutex;
    std::vector<uint8_t> held;
    int64_t on_disk = 0;
  };
  fs::path folder;
  int64_t memory_bytes = 0;
  std::vector<Bucket> buckets;
  std::atomic<int64_t> held = 0, spilled = 0;
  std::once_flag made;

  explicit State(size_t n) : buckets(n) {}
  fs::path FileOf(int bucket) const { return folder / fmt::format("{:05}.spill", bucket); }

  // The bucket's mutex is held.
  void Flush(int index) {
    Bucket& bucket = buckets[static_cast<size_t>(index)];
    if (bucket.held.empty()) return;
    std::call_once(made, [&] { fs::create_directories(folder); });
    Append(FileOf(index), bucket.held);
    const auto size = static_cast<int64_t>(bucket.held.size());
    bucket.on_disk += size;
    held -= size;
    spilled += size;
    bucket.held = {};
  }
};

ByteSpill::ByteSpill(fs::path folder, int buckets, int64_t memory_bytes)
    : state_(std::make_unique<State>(static_cast<size_t>(buckets))) {
  state_->folder = std::move(folder);
  state_->memory_bytes = memory_bytes;
  std::error_code ignored;  // left there by a build that was killed
  fs::remove_all(state_->folder, ignored);
}

ByteSpill::~ByteSpill() {
  std::error_code ignored;
  fs::remove_all(state_->folder, ignored);
}

void ByteSpill::Add(int index, std::span<const uint8_t> bytes) {
  State& s = *state_;
  {
    State::Bucket& bucket = s.buckets[static_cast<size_t>(index)];
    const std::lock_guard lock(bucket.mutex);
    bucket.held.insert(bucket.held.end(), bytes.begin(), bytes.end());
    s.held += static_cast<int64_t>(bytes.size());
  }
  if (s.held <= s.memory_bytes) return;
  // The thread that passes the limit empties all, so that files grow by large pieces.
  for (int b = 0; b < static_cast<int>(s.buckets.size()); ++b) {
    const std::lock_guard lock(s.buckets[static_cast<size_t>(b)].mutex);
    s.Flush(b);
  }
}

std::vector<uint8_t> ByteSpill::Read(int index) const {
  const State& s = *state_;
  const State::Bucket& bucket = s.buckets[static_cast<size_t>(index)];
  const std::lock_guard lock(bucket.mutex);
  std::vector<uint8_t> all(static_cast<size_t>(bucket.on_disk) + bucket.held.size());
  if (bucket.on_disk > 0) {
    ReadAt(s.FileOf(index), {all.data(), static_cast<size_t>(bucket.on_disk)});
  }
  std::copy(bucket.held.begin(), bucket.held.end(), all.begin() + bucket.on_disk);
  return all;
}

void ByteSpill::Clear(int index) {
  State& s = *state_;
  State::Bucket& bucket = s.buckets[static_cast<size_t>(index)];
  const std::lock_guard lock(bucket.mutex);
  s.held -= static_cast<int64_t>(bucket.held.size());
  bucket.held = {};
  if (bucket.on_disk == 0) return;
  std::error_code ignored;
  fs::remove(s.FileOf(index), ignored);
  bucket.on_disk = 0;
}

int64_t ByteSpill::spilled_bytes() const { return state_->spilled; }

}  // namespace cria::corpus
