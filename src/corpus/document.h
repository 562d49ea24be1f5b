// One document of the corpus and its file form, a line of JSON in a `.jsonl.zst` shard
// (docs/formats/document.md). Knows nothing of how documents are made or chosen.
#pragma once

#include <string>
#include <string_view>

#include "base/compressed_file.h"
#include "base/json.h"

namespace cria::corpus {

/// Text with its origin. `text` is valid UTF-8 with '\n' line ends; paragraphs stand apart by an
/// empty line.
struct Document {
  std::string id;  ///< 32 hex digits, see DocumentId
  std::string text;
  std::string source;    ///< name of the recipe's source
  std::string language;  ///< ISO 639-1 code; empty for code and where unknown
  Json meta;             ///< object: origin ("package/file#part"), licence, and what a reader adds
};

/// Stable name of a document: hash of its origin and its text, the same on any machine.
std::string DocumentId(std::string_view origin, std::string_view text);

/// One line, without the '\n'. Members stand in a fixed order, so equal documents give equal bytes.
std::string ToJsonLine(const Document& document);

/// The reverse; `where` names file and line in the Error.
Document FromJsonLine(std::string_view line, const std::string& where);

/// Iterates a file of JSON lines (plain, .gz or .zst) in order.
template <class T, T (*kParse)(std::string_view line, const std::string& where)>
class JsonLineReader {
 public:
  explicit JsonLineReader(const fs::path& path) : path_(path), reader_(path) {}
  /// False at the end. Damaged data or a line that is no T throws Error.
  bool Next(T* value) {
    if (!reader_.NextLine(&line_)) return false;
    *value = kParse(line_, path_.string() + ":" + std::to_string(++line_number_));
    return true;
  }

 private:
  fs::path path_;
  TextReader reader_;
  std::string line_;
  int64_t line_number_ = 0;
};
using DocumentReader = JsonLineReader<Document, FromJsonLine>;

}  // namespace cria::corpus
