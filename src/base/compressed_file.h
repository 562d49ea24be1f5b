// Streaming text files behind zstd, gzip, bzip2 or xz, chosen by content when reading; zstd when
// writing.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/file.h"

namespace cria {

/// How names of compressed files end.
inline constexpr std::string_view kPackedEndings[] = {".gz", ".zst", ".bz2", ".xz"};
/// A name without such an ending.
std::string_view UnpackedName(std::string_view name);

/// Reads lines (or blocks) of a plain, .gz, .bz2, .xz or .zst file, all members or streams of it.
/// Damaged data throws Error with the offset in the compressed file, after what stands before the
/// damage was handed out. Memory is bounded by what one call hands out: see NextLine and ReadAll.
class TextReader {
 public:
  explicit TextReader(const fs::path& path);
  ~TextReader();
  /// Next line without its '\n'; false at the end.
  bool NextLine(std::string* line);
  /// The same, but a line longer than `max_bytes` comes cut to max_bytes + 1 bytes and its rest is
  /// skipped: line->size() > max_bytes says so, line_bytes() how long it is.
  bool NextLine(std::string* line, size_t max_bytes);
  /// Length of the last line, all of it.
  int64_t line_bytes() const;
  /// The next bytes, at most `size`; their number, 0 only at the end.
  size_t ReadSome(char* to, size_t size);
  /// Everything that is left.
  /// Throws Error if it is more than `max_bytes`.
  std::string ReadAll(int64_t max_bytes = int64_t{1} << 40);

 private:
  struct State;
  bool Fill();
  size_t Unpack(char* to, size_t size);
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
