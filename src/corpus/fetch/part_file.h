// A file that is still arriving: NAME.part, and beside it NAME.part.json with what must be the same
// for the rest to be added later. Knows nothing of servers.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "base/file.h"
#include "corpus/fetch/digests.h"
#include "corpus/fetch/http_head.h"

namespace cria::corpus {

class PartFile {
 public:
  /// Opens the part of the file `path`, or begins one. What is there is kept if it came from `url`,
  /// as far as it was flushed to disk, and read again for its digests; `stop` ends that by
  /// Interrupted. Throws Error if the place cannot be written.
  PartFile(const fs::path& path, const std::string& url, const Digests& wanted,
           const std::function<bool()>& stop);
  /// An empty part is removed.
  ~PartFile();
  PartFile(const PartFile&) = delete;

  int64_t size_bytes() const { return size_bytes_; }
  int64_t total_bytes() const { return total_bytes_; }  ///< -1: not known
  const std::string& etag() const { return etag_; }
  const std::string& last_modified() const { return last_modified_; }
  /// What If-Range may hold; may be empty.
  std::string validator() const;
  /// Whether all bytes are there, as far as the server said how many there are.
  bool IsWhole() const { return total_bytes_ >= 0 && size_bytes_ == total_bytes_; }

  /// Whether a reply is about another version of the file than what is there.
  bool IsOther(const HttpHead& head) const;
  /// Begins anew.
  void Restart();
  /// Notes which version of the file is arriving.
  void Describe(const HttpHead& head);
  /// Adds bytes; about once a second they are flushed, so that no crash costs more. A full disk
  /// throws Error.
  void Write(std::string_view bytes);
  /// Flushes, and notes how far: from here it goes on after a crash.
  void Keep();

  /// The digests of all bytes. Only Restart or Commit may follow.
  Digests Finish();
  /// Makes the part the file, atomically. NAME.part.json stays, with the SHA-256, until Forget: it
  /// proves whose the file is if a crash comes before that is written down elsewhere.
  void Commit(const std::string& sha256);

  /// The SHA-256 that Commit noted for `path`, or empty.
  static std::string CommittedSha256(const fs::path& path);
  static void Forget(const fs::path& path);

 private:
  bool Resume(const std::function<bool()>& stop);
  void WriteNote(const std::string& sha256) const;
  [[noreturn]] void Fail(const char* what) const;

  fs::path path_, part_path_, note_path_;
  std::string url_, etag_, last_modified_;
  Digests wanted_;
  DigestStream digests_;
  int fd_ = -1;
  int64_t size_bytes_ = 0, total_bytes_ = -1;
  std::chrono::steady_clock::time_point kept_at_;
};

}  // namespace cria::corpus
