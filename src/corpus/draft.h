// The working set of a build: documents on their way through the stages, and the count of what each
// stage dropped. Internal to the room.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/build.h"

namespace cria::corpus {

struct Draft {
  Document document;
  int source = 0;
  bool code = false;  ///< code is judged whole, never by paragraph
  bool holdout = false;
  bool dropped = false;
};

/// Per source: reason -> what was dropped.
using Drops = std::vector<std::map<std::string, Count>>;

inline void AddDrop(Drops* drops, int source, const std::string& reason, int64_t documents,
                    int64_t bytes) {
  Count& count = (*drops)[static_cast<size_t>(source)][reason];
  count.documents += documents;
  count.bytes += bytes;
}

/// Drops a whole document under `reason`.
inline void DropDraft(Draft* draft, const std::string& reason, Drops* drops) {
  AddDrop(drops, draft->source, reason, 1, static_cast<int64_t>(draft->document.text.size()));
  draft->dropped = true;
  draft->document.text = std::string();
}

/// Paragraphs are separated by empty lines.
inline std::vector<std::string_view> SplitParagraphs(std::string_view text) {
  std::vector<std::string_view> paragraphs;
  while (!text.empty()) {
    const size_t end = std::min(text.find("\n\n"), text.size());
    if (end > 0) paragraphs.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 2, text.size()));
    while (text.starts_with('\n')) text.remove_prefix(1);
  }
  return paragraphs;
}

/// Cuts `text` at paragraphs (else lines, else characters) into parts of at most `max_bytes`.
std::vector<std::string> CutText(std::string text, int64_t max_bytes);

}  // namespace cria::corpus
