// One raw file to texts: chooses the reader, decompresses, decodes, and hands out natural units
// (page, chapter, run of entries). Does not clean, filter or judge.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/file.h"
#include "corpus/recipe.h"

namespace cria::corpus {

struct RawText {
  std::string text;      ///< valid UTF-8
  std::string part;      ///< which part of the file; empty if it is the whole
  std::string language;  ///< as the file declares it, normalised; may be empty
  std::string title;
};

struct FileTexts {
  std::vector<RawText> texts;
  /// What could not be read, by reason: binary, damaged_file, damaged_line, unknown_format.
  struct Loss {
    int64_t items = 0, bytes = 0;
  };
  std::map<std::string, Loss> losses;
  std::string warning;  ///< first fault in words
};

/// The reader that a file's name stands for; kAuto if none.
ReaderKind ReaderForName(const std::string& name);

/// Globs of the files that a reader takes where the recipe names none.
std::vector<std::string> DefaultFiles(ReaderKind kind);

/// Reads `file`. Unreadable files throw Error; damaged contents are losses.
FileTexts ReadTexts(const fs::path& file, ReaderKind kind, const std::string& charset);

/// The files beside `file` that its reader takes text from: a SWORD book's .bzs and .bzz, a
/// dictionary's index. Only those that exist.
std::vector<fs::path> CompanionFiles(const fs::path& file);

}  // namespace cria::corpus
