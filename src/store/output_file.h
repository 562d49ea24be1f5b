// A data file of known size, written at offsets by many threads and, on a shared file system, by
// many processes. Not for small files written whole (base/file.h).
#pragma once

#include <span>

#include "base/file.h"

namespace cria::store {

class OutputFile {
 public:
  /// An empty file of `bytes`, its space reserved where the file system can.
  static OutputFile Create(const fs::path& path, int64_t bytes);
  /// One that was created, here or by another process.
  static OutputFile Open(const fs::path& path);

  ~OutputFile();
  OutputFile(OutputFile&& other) noexcept;
  OutputFile(const OutputFile&) = delete;

  void WriteAt(std::span<const uint8_t> bytes, int64_t offset) const;
  /// Returns when all that was written is on the disk.
  void Sync() const;

 private:
  OutputFile(fs::path path, int flags, const char* what);

  fs::path path_;
  int fd_;
};

}  // namespace cria::store
