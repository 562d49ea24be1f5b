// A file for intermediate data that has no name: it goes when its owner goes, also after a crash.
// Not for results.
#pragma once

#include <cstdint>
#include <string>

#include "base/file.h"

namespace cria::corpus {

class NgramScratch {
 public:
  /// Makes the file in `folder`, and the folder if it is absent. Throws Error.
  explicit NgramScratch(const fs::path& folder);
  ~NgramScratch();
  NgramScratch(NgramScratch&& other) noexcept;
  NgramScratch& operator=(NgramScratch&&) = delete;

  /// Appends; a full disk throws Error.
  void Write(const void* data, size_t bytes);
  /// Ends writing; the buffer's memory is given back. Needed before Read.
  void Flush();
  int64_t size() const { return size_; }
  /// Reads up to `bytes` from `offset`; returns how much there was.
  size_t Read(int64_t offset, void* to, size_t bytes) const;

 private:
  void WriteThrough(const char* data, size_t bytes);
  fs::path folder_;
  int fd_ = -1;
  int64_t size_ = 0;
  std::string buffer_;
};

}  // namespace cria::corpus
