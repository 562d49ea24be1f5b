// Which files a recipe means, and what they hold: packages fetched, folders walked, contents
// hashed. Reads no text.
#pragma once

#include <string>
#include <vector>

#include "base/context.h"
#include "corpus/build.h"

namespace cria::corpus {

/// One file to read.
struct RawFile {
  int source = 0;
  const Input* input = nullptr;
  fs::path path;
  std::string origin;   ///< "package/usr/share/..." or the path as the recipe's folder shows it
  int64_t bytes = 0;    ///< on disk
  uint64_t digest = 0;  ///< of the contents, or of the package that they come from
};

struct FileSet {
  std::vector<RawFile> files;
  std::vector<InputInfo> inputs;  ///< with digests; decides whether the corpus is built again
};

/// Fetches packages and lists files, in the order of the recipe; on all ranks together. An input
/// without a file throws Error.
FileSet FindFiles(const Context& context, const Recipe& recipe, const BuildOptions& options);

/// Consecutive files of one input that are read, kept and taken up again as one.
struct Part {
  int source = 0;
  const Input* input = nullptr;
  std::vector<RawFile> files;
  int64_t bytes = 0;  ///< on disk
  std::string key;    ///< of all that decides what reading it gives; names its files
};

/// Goes up with every change that makes other texts of the same files.
inline constexpr int kReaderVersion = 7;

/// In the order of the recipe; the same for any number of threads and ranks. Small files are joined
/// up to `part_bytes`.
std::vector<Part> MakeParts(const Recipe& recipe, const FileSet& set, int64_t part_bytes);

}  // namespace cria::corpus
