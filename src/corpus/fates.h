// What befell each document, one JSON object a line, written as it happens: a crawl loses more
// records than memory holds.
#pragma once

#include <string>
#include <string_view>

#include "base/compressed_file.h"

namespace cria::corpus {

/// Writes a .zst file of lines; without Commit it leaves nothing.
class FateWriter {
 public:
  explicit FateWriter(const fs::path& path, int level = 3) : writer_(path, level) {}
  /// `line` without its '\n'.
  void Write(std::string_view line);
  /// All lines that are left in `reader`.
  void Append(TextReader reader);
  void Commit();

 private:
  static constexpr size_t kBufferBytes = size_t{1} << 20;
  ZstdWriter writer_;
  std::string buffer_;
};

}  // namespace cria::corpus
