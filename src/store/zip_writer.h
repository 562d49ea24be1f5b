// Writing of zip files with stored entries, ZIP64 where offsets need it, data aligned to 64 bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"

namespace cria::store {

class ZipWriter {
 public:
  explicit ZipWriter(const fs::path& path) : file_(path) {}
  /// One entry of `size` bytes, below 4 GiB, in pieces: Begin, Write until all are there, End.
  void Begin(const std::string& name, uint64_t size);
  void Write(std::string_view bytes);
  void End();
  /// The same of bytes at hand.
  void Add(const std::string& name, std::string_view bytes);
  /// The directory, then the file is renamed into place.
  void Commit();

 private:
  struct Entry {
    std::string name;
    uint32_t crc, size;
    uint64_t offset;
  };
  AtomicFile file_;
  std::vector<Entry> entries_;  // the last one open between Begin and End
  uint64_t written_ = 0;        // of it
};

}  // namespace cria::store
