// From a recipe's inputs to clean drafts: which files, read by which reader, cleaned, cut and
// filtered. Looks at one document at a time; what compares documents comes after.
#pragma once

#include <string>
#include <vector>

#include "base/context.h"
#include "corpus/draft.h"

namespace cria::corpus {

/// One file to read.
struct RawFile {
  int source = 0;
  const Input* input = nullptr;
  fs::path path;
  std::string origin;  ///< "package/usr/share/..." or the path as the recipe's folder shows it
};

struct FileSet {
  std::vector<RawFile> files;
  std::vector<InputInfo> inputs;  ///< with digests; decides whether the corpus is built again
};

/// Fetches packages and lists files, in the order of the recipe. An input without a file throws
/// Error.
FileSet FindFiles(const Context& context, const Recipe& recipe, const BuildOptions& options);

/// Reads, cleans, cuts and filters. `read` gets what the readers delivered, per source.
std::vector<Draft> ReadDrafts(const Context& context, const Recipe& recipe, const FileSet& set,
                              Progress::Style style, std::vector<Count>* read, Drops* drops);

}  // namespace cria::corpus
