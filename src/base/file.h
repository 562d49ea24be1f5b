// Files: mapped reading, whole reads, atomic writing. Every error names the path and the remedy.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/staging.h"

namespace cria {

/// Read-only memory map of a whole file. Empty files map to an empty span. What is no file, such as
/// a pipe, is read into memory to its end.
class MappedFile {
 public:
  explicit MappedFile(const fs::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;

  std::span<const uint8_t> bytes() const { return {data_, size_}; }
  std::string_view text() const { return {reinterpret_cast<const char*>(data_), size_}; }
  /// Whether `bytes` lie in this map.
  bool Holds(std::span<const uint8_t> bytes) const;
  /// Gives the memory of these bytes of the map back; they are read from disk again when used.
  void LetGo(std::span<const uint8_t> bytes) const;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
  std::vector<char> read_;  // of a pipe; data_ points there
};

std::string ReadFile(const fs::path& path);

/// The file from front to end in pieces of at most 1 MiB, none kept: for files larger than memory.
void ReadPieces(const fs::path& path, const std::function<void(std::string_view)>& piece);

/// Writes beside `path` (StagingName), then on Commit flushes to disk and renames over `path`, or
/// over what it links to. Without Commit the unfinished file is removed, so nothing half-written
/// stays. Throws Error if the disk is full, if another process writes the same file, and before
/// anything is written if `path` is a folder or a device.
class AtomicFile {
 public:
  /// Waits for `patience` at most if another writes `path`.
  explicit AtomicFile(const fs::path& path, std::chrono::milliseconds patience = {});
  ~AtomicFile();
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile(const AtomicFile&) = delete;

  void Write(std::string_view bytes);
  void Write(const void* data, size_t size_bytes);
  /// Replaces bytes written before, which stay within what was written.
  void Overwrite(int64_t offset, std::string_view bytes);
  int64_t written_bytes() const { return written_bytes_; }
  /// Without `replace`, an Error if something has come to `path` meanwhile.
  void Commit(bool replace = true);

 private:
  void Flush();
  fs::path path_, temporary_;
  Staging staging_;
  int64_t written_bytes_ = 0;
  std::string buffer_;
};

/// Writes a whole file atomically; into a pipe or a device, as it is. Of several who do it at once
/// the last one's bytes stay.
void WriteFile(const fs::path& path, std::string_view bytes);

/// Throws Error if the file system that holds `directory` has less than `bytes` free.
void RequireFreeSpace(const fs::path& directory, int64_t bytes);

/// Throws Error if `path` exists unless `force`. An empty folder is no hindrance.
void RequireAbsent(const fs::path& path, bool force);

/// Flushes a folder's entries to disk, so that renames in it survive a power cut.
void SyncDirectory(const fs::path& directory);

/// Exclusive lock on a file, which is made if it is not there. Throws Error if another has it.
class FileLock {
 public:
  FileLock() = default;  ///< of nothing
  explicit FileLock(const fs::path& path);
  ~FileLock();
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  FileLock(const FileLock&) = delete;

 private:
  int fd_ = -1;
};

/// The lock file of a folder.
inline constexpr char kLockName[] = ".lock";

/// Exclusive lock on a folder (file `.lock`), so that two runs never write the same place.
class DirectoryLock {
 public:
  explicit DirectoryLock(const fs::path& directory) : lock_(directory / kLockName) {}

 private:
  FileLock lock_;
};

}  // namespace cria
