// One raw file to texts: chooses the reader, decompresses, decodes, and hands out natural units
// (page, chapter, run of entries). Does not clean, filter or judge.
#pragma once

#include <string>
#include <vector>

#include "base/file.h"
#include "corpus/formats/raw_text.h"
#include "corpus/recipe.h"

namespace cria::corpus {

/// The reader that a file's name stands for; kAuto if none.
ReaderKind ReaderForName(const std::string& name);

/// Globs of the files that a reader takes where the recipe names none.
std::vector<std::string> DefaultFiles(ReaderKind kind);

struct ReadOptions {
  ReaderKind kind = ReaderKind::kAuto;
  std::string charset;  ///< of files that are not UTF-8; empty: guessed
  fs::path scratch;     ///< folder for what is larger than memory; empty: the system's
};

/// Hands the texts of `file` to `sink`. An unreadable file throws Error, as do faults of the sink;
/// damaged contents are losses: binary, damaged_file, damaged_line, unknown_format, too_long, and
/// those that the readers of the formats name.
/// A folder is read where its kind takes one: repositories.
void ReadTexts(const fs::path& file, const ReadOptions& options, TextSink* sink);

/// The files beside `file` that its reader takes text from: a SWORD book's .bzs and .bzz, a
/// dictionary's index. Only those that exist.
std::vector<fs::path> CompanionFiles(const fs::path& file);

}  // namespace cria::corpus
