// Order matters: bytes reach the disk before the note that counts them, and the note goes before
// the bytes are cut.
#include "corpus/fetch/part_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/json.h"

namespace cria::corpus {
namespace {

constexpr std::chrono::seconds kKeepEvery{1};

fs::path PartPath(const fs::path& path) { return path.string() + ".part"; }
fs::path NotePath(const fs::path& path) { return path.string() + ".part.json"; }

// The note, or null: it is a help, so a damaged one counts as none.
Json ReadNote(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return nullptr;
  Json note = TryParseJson(ReadFile(path));
  return note.is_object() ? note : Json();
}

std::string TextOf(const Json& note, const char* key) {
  return note.contains(key) && note[key].is_string() ? note[key].get<std::string>() : "";
}

int64_t NumberOf(const Json& note, const char* key) {
  return note.contains(key) ? WholeNumber<int64_t>(note[key]).value_or(-1) : -1;
}

}  // namespace

PartFile::PartFile(const fs::path& path, const std::string& url, const Digests& wanted,
                   const std::function<bool()>& stop)
    : path_(path),
      part_path_(PartPath(path)),
      note_path_(NotePath(path)),
      url_(url),
      wanted_(wanted),
      digests_(wanted) {
  std::error_code failed;
  fs::create_directories(path.parent_path(), failed);
  if (fs::is_directory(path, failed)) {
    throw Error("a folder stands in its place", path.string(), "move it away");
  }
  fd_ = ::open(part_path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd_ < 0) Fail("cannot create");
  try {
    if (!Resume(stop)) Restart();
  } catch (...) {
    ::close(fd_);
    throw;
  }
  kept_at_ = std::chrono::steady_clock::now();
}

PartFile::~PartFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  if (size_bytes_ > 0) return;
  ::unlink(part_path_.c_str());
  ::unlink(note_path_.c_str());
}

void PartFile::Fail(const char* what) const {
  const int code = errno;
  throw Error(fmt::format("{}: {}", what, std::strerror(code)), part_path_.string(),
              code == ENOSPC ? "free some disk space or choose another --out; what is there stays"
                             : "check the disk and the path");
}

bool PartFile::Resume(const std::function<bool()>& stop) {
  const Json note = ReadNote(note_path_);
  const int64_t flushed = NumberOf(note, "flushed_bytes");
  if (TextOf(note, "url") != url_ || flushed <= 0) return false;
  if (::lseek(fd_, 0, SEEK_END) < flushed) return false;
  // Behind the flushed bytes may stand what a power cut made of the others.
  if (::ftruncate(fd_, flushed) != 0) Fail("cannot cut");
  ReadPieces(part_path_, [&](std::string_view piece) {
    if (stop && stop()) throw Interrupted();
    digests_.Update(piece);
  });
  if (::lseek(fd_, 0, SEEK_END) != flushed) return false;
  size_bytes_ = flushed;
  etag_ = TextOf(note, "etag");
  last_modified_ = TextOf(note, "last_modified");
  total_bytes_ = NumberOf(note, "total_bytes");
  return total_bytes_ < 0 || size_bytes_ <= total_bytes_;
}

std::string PartFile::validator() const {
  HttpHead head;
  head.etag = etag_;
  head.last_modified = last_modified_;
  return head.strong_validator();
}

bool PartFile::IsOther(const HttpHead& head) const {
  const auto differ = [](const std::string& a, const std::string& b) {
    return !a.empty() && !b.empty() && a != b;
  };
  const int64_t total = head.total_bytes();
  return differ(head.etag, etag_) || differ(head.last_modified, last_modified_) ||
         (total >= 0 && total_bytes_ >= 0 && total != total_bytes_);
}

void PartFile::Restart() {
  ::unlink(note_path_.c_str());
  if (::ftruncate(fd_, 0) != 0 || ::lseek(fd_, 0, SEEK_SET) != 0) Fail("cannot cut");
  digests_ = DigestStream(wanted_);
  size_bytes_ = 0;
  total_bytes_ = -1;
  etag_.clear();
  last_modified_.clear();
}

void PartFile::Describe(const HttpHead& head) {
  if (!head.etag.empty()) etag_ = head.etag;
  if (!head.last_modified.empty()) last_modified_ = head.last_modified;
  if (head.total_bytes() >= 0) total_bytes_ = head.total_bytes();
}

void PartFile::Write(std::string_view bytes) {
  digests_.Update(bytes);
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) Fail("cannot write");
    size_bytes_ += n;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  if (std::chrono::steady_clock::now() - kept_at_ > kKeepEvery) Keep();
}

void PartFile::WriteNote(const std::string& sha256) const {
  Json note{{"url", url_},
            {"etag", etag_},
            {"last_modified", last_modified_},
            {"total_bytes", total_bytes_},
            {"flushed_bytes", size_bytes_}};
  if (!sha256.empty()) note["sha256"] = sha256;
  // Fields of servers may be no UTF-8.
  WriteFile(note_path_, note.dump(1, ' ', false, Json::error_handler_t::replace));
}

void PartFile::Keep() {
  if (size_bytes_ == 0) return;
  if (::fdatasync(fd_) != 0) Fail("cannot flush");
  WriteNote("");
  kept_at_ = std::chrono::steady_clock::now();
}

Digests PartFile::Finish() { return digests_.Finish(); }

void PartFile::Commit(const std::string& sha256) {
  if (::fsync(fd_) != 0) Fail("cannot flush");
  WriteNote(sha256);
  const int fd = fd_;
  fd_ = -1;
  if (::close(fd) != 0) Fail("cannot close");
  if (::rename(part_path_.c_str(), path_.c_str()) != 0) Fail("cannot rename");
  SyncDirectory(path_.parent_path());
}

std::string PartFile::CommittedSha256(const fs::path& path) {
  return TextOf(ReadNote(NotePath(path)), "sha256");
}

void PartFile::Forget(const fs::path& path) { ::unlink(NotePath(path).c_str()); }

}  // namespace cria::corpus
