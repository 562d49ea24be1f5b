// Streaming text files behind zstd or gzip, chosen by content when reading and by name when
// writing.
#pragma once

#include <memory>
#include <string>

#include "base/file.h"

namespace cria {

/// Reads lines (or blocks) of a plain, .gz (all members) or .zst file. Damaged data throws Error
/// with the offset in the compressed file.
class TextReader {
 public:
  explicit TextReader(const fs::path& path);
  ~TextReader();
  /// Next line without its '\n'; false at the end.
  bool NextLine(std::string* line);
  /// Everything that is left.
  /// Throws Error if it is more than `max_bytes`.
  std::string ReadAll(int64_t max_bytes = int64_t{1} << 40);

 private:
  struct State;
  bool Fill();
  std::unique_ptr<State> state_;
};

/// Writes a .zst file atomically (see AtomicFile). Same bytes for the same input, always.
class ZstdWriter {
 public:
  explicit ZstdWriter(const fs::path& path, int level = 3);
  ~ZstdWriter();
  void Write(std::string_view bytes);
  void Commit();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Size in bytes of `bytes` after xz -9e / zstd -19 --ultra -22 of the whole, for comparison.
int64_t XzSize(std::string_view bytes);
int64_t ZstdUltraSize(std::string_view bytes);

}  // namespace cria
