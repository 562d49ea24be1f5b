// Texts cut into paragraphs, which stand apart by empty lines.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cria::corpus {

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

/// True for what looks like a heading: one short line that neither ends as a sentence nor is an
/// item.
bool IsHeading(std::string_view paragraph);

/// Cuts `text` at paragraphs (else lines, else characters) into parts of at most `max_bytes`, the
/// last one up to an eighth longer; a heading goes with what follows it.
std::vector<std::string> CutText(std::string text, int64_t max_bytes);

}  // namespace cria::corpus
