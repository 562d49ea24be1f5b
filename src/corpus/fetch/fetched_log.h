// What a folder of fetched files holds: fetched.jsonl, a line a file, added when the file is whole.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/file.h"
#include "corpus/fetch/digests.h"

namespace cria::corpus {

inline constexpr char kFetchedLogName[] = "fetched.jsonl";

struct FetchedFile {
  std::string name, url;
  int64_t bytes = 0;
  Digests digests;  ///< sha256 always
  std::string etag, last_modified;
  std::string date;  ///< when it was fetched, "2024-05-01T12:00:00Z"
};

/// One line without its '\n', and back; nothing if the line is no such record.
std::string ToJsonLine(const FetchedFile& file);
std::optional<FetchedFile> FetchedFileOf(std::string_view line);

/// Safe to use from several threads.
class FetchedLog {
 public:
  /// Reads the log of `folder`, if there is one. A torn last line, of a crash, is cut off; any
  /// other line that is no record throws Error with its number. The last record of a name counts.
  explicit FetchedLog(const fs::path& folder);
  ~FetchedLog();
  FetchedLog(const FetchedLog&) = delete;

  std::optional<FetchedFile> Find(const std::string& name) const;
  /// Returns when the line is on disk.
  void Add(const FetchedFile& file);

 private:
  void Load();

  fs::path path_;
  int fd_ = -1;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, FetchedFile> files_;
};

}  // namespace cria::corpus
