// Blanks folded, lines and paragraphs ended.
#include "corpus/formats/html/text_blocks.h"

#include <algorithm>

namespace cria::corpus {
namespace {

// A line of more than this share of link text is navigation, not prose.
constexpr double kMaxLinkShare = 0.7;

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }

}  // namespace

void TextBlocks::Append(std::string_view text, bool link) {
  size_t i = 0;
  while (i < text.size()) {
    if (IsSpace(text[i])) {
      space_ = true;
      ++i;
      continue;
    }
    size_t end = i;
    while (end < text.size() && !IsSpace(text[end])) ++end;
    if (line_.empty()) {
      line_ = prefix_;
      prefix_.clear();
    } else if (space_) {
      line_ += ' ';
    }
    space_ = false;
    line_.append(text.substr(i, end - i));
    if (link) link_bytes_ += end - i;
    i = end;
  }
}

void TextBlocks::Text(std::string_view text) { Append(text, false); }
void TextBlocks::LinkText(std::string_view text) { Append(text, true); }

void TextBlocks::EndLine() {
  space_ = false;
  const auto bytes = static_cast<double>(
      std::count_if(line_.begin(), line_.end(), [](char c) { return !IsSpace(c); }));
  if (!line_.empty() && static_cast<double>(link_bytes_) <= kMaxLinkShare * bytes) {
    if (!paragraph_.empty()) paragraph_ += '\n';
    paragraph_ += line_;
  }
  line_.clear();
  link_bytes_ = 0;
}

void TextBlocks::EndParagraph() {
  EndLine();
  if (!paragraph_.empty()) {
    if (!text_.empty()) text_ += "\n\n";
    text_ += paragraph_;
    paragraph_.clear();
  }
}

void TextBlocks::Verbatim(std::string_view text) {
  EndLine();
  while (!text.empty() && text.back() != '\n' && IsSpace(text.back())) text.remove_suffix(1);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  while (!text.empty() && (text.front() == '\n' || text.front() == '\r')) text.remove_prefix(1);
  if (text.empty()) return;
  if (!paragraph_.empty()) paragraph_ += '\n';
  paragraph_ += text;
}

std::string TextBlocks::Finish() {
  EndParagraph();
  return std::move(text_);
}

}  // namespace cria::corpus
