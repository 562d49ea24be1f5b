// Questions with their answers out of a Stack Exchange archive's Posts.xml, one text each.
// Comments, users and votes lie in other files and are not read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/file.h"
#include "corpus/formats/raw_text.h"

namespace cria::corpus {

struct StackExchangeOptions {
  /// Folder for temporary files, needed only when the posts are larger than `memory_bytes`; then it
  /// takes about the size of the posts' texts (six tenths of Posts.xml). Nothing stays in it.
  fs::path scratch = fs::temp_directory_path();
  int64_t memory_bytes = int64_t{1} << 30;
  int64_t max_text_bytes = kMaxRawTextBytes;  ///< of a question with its answers
};

/// Each question as "Q: title, empty line, body", then its answers, highest score first (ties: the
/// older one), as "A: body", all parted by empty lines. In the order of the question ids; `part` is
/// the id; meta {"question_id", "score", "answers", "tags", "site", "date"}, site being the name of
/// the folder that holds the file. Plain XML, .gz, .zst, .xz or .bz2. Answers may stand far from
/// their question. Lost: "damaged_row", "other_post" (wikis, tag texts), "orphan_answer" (its
/// question is not there), "empty_post" (an answer of an image only, a question without title and
/// text), "repeated_post" (an id for the second time), "too_long"; and the whole file as
/// "entities_declared" (xml_prolog.h). Throws Error for a file that is no Posts.xml and for a
/// scratch folder that cannot be written.
void ReadStackExchange(const fs::path& posts, const StackExchangeOptions& options, TextSink* sink);

/// The same for the unpacked bytes of a Posts.xml. `where` names them in errors.
void ReadStackExchangeBytes(std::string_view xml, const std::string& site, const std::string& where,
                            const StackExchangeOptions& options, TextSink* sink);

}  // namespace cria::corpus
