// Files: mapped reading, whole reads, atomic writing. Every error names the path and the remedy.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace cria {

namespace fs = std::filesystem;

/// Read-only memory map of a whole file. Empty files map to an empty span.
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
};

std::string ReadFile(const fs::path& path);

/// The file from front to end in pieces of at most 1 MiB, none kept: for files larger than memory.
void ReadPieces(const fs::path& path, const std::function<void(std::string_view)>& piece);

/// Writes to `path.tmp`, then on Commit flushes to disk and renames over `path`. Without Commit the
/// temporary file is removed, so nothing half-written stays. A full disk throws Error.
class AtomicFile {
 public:
  explicit AtomicFile(const fs::path& path);
  ~AtomicFile();
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile(const AtomicFile&) = delete;

  void Write(std::string_view bytes);
  void Write(const void* data, size_t size_bytes);
  /// Replaces bytes written before, which stay within what was written.
  void Overwrite(int64_t offset, std::string_view bytes);
  int64_t written_bytes() const { return written_bytes_; }
  void Commit();

 private:
  void Flush();
  fs::path path_, temporary_;
  int fd_ = -1;
  int64_t written_bytes_ = 0;
  std::string buffer_;
};

/// Writes a whole file atomically.
void WriteFile(const fs::path& path, std::string_view bytes);

/// Throws Error if the file system that holds `directory` has less than `bytes` free.
void RequireFreeSpace(const fs::path& directory, int64_t bytes);

/// Throws Error if `path` exists (and is not an empty folder) unless `force`.
void RequireAbsent(const fs::path& path, bool force);

/// Flushes a folder's entries to disk, so that renames in it survive a power cut.
void SyncDirectory(const fs::path& directory);

/// The lock file of a folder.
inline constexpr char kLockName[] = ".lock";

/// Exclusive lock on a folder (file `.lock`), so that two runs never write the same place.
class DirectoryLock {
 public:
  explicit DirectoryLock(const fs::path& directory);
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;

 private:
  int fd_ = -1;
};

}  // namespace cria
