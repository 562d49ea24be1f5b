// Line by line: a field and what continues it further in, or a paragraph of wording.
#include "corpus/formats/code_docstring.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "base/ascii.h"
#include "corpus/formats/code_notice.h"

namespace cria::corpus {
namespace {

constexpr size_t kNoLetter = std::string_view::npos;
constexpr size_t kMaxDocstringBytes = size_t{64} << 10;

size_t Indent(std::string_view line) {
  return std::min(line.find_first_not_of(" \t"), line.size());
}

class Docstring {
 public:
  explicit Docstring(std::string_view text) {
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
      lines_.push_back(text.substr(0, end));
      text.remove_prefix(end);
    }
    cut_.resize(lines_.size(), 0);
  }

  /// Whether anything is to be cut.
  bool Mark() {
    bool states = false;
    for (size_t i = 0; i < lines_.size(); ++i) {
      const std::string line = Plain(i);
      states |= IsNoticeField(line) || StatesCopyrightFirst(line);
    }
    for (size_t begin = 0; begin < lines_.size();) {
      size_t end = begin;
      std::string paragraph;
      while (end < lines_.size() && !Words(end).empty()) paragraph += Words(end++) + " ";
      if (HoldsLicenceWording(paragraph)) {
        states = true;
        // The first line of a docstring says what the module is.
        for (size_t i = std::max<size_t>(begin, FirstText() == begin ? begin + 1 : begin); i < end;
             ++i) {
          cut_[i] = 1;
        }
        if (end - begin == 1) cut_[begin] = 1;
      }
      begin = end + 1;
    }
    if (states) MarkFields();
    return states;
  }

  std::string Kept(std::string_view open, std::string_view close) const {
    std::string out;
    bool blank = false;
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (cut_[i] != 0) continue;
      if (Words(i).empty()) {
        blank = true;
        continue;
      }
      // One empty line where some stood; none where the notice began the text.
      if (blank && !out.empty()) out += '\n';
      out += lines_[i];
      if (!out.ends_with('\n')) out += '\n';
      blank = false;
    }
    const bool says_something = std::any_of(out.begin(), out.end(), [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || (c & 0x80) != 0;
    });
    if (!says_something) return "";
    // Quotes that stood on lines of their own stay there.
    if (Words(0).empty()) out.insert(0, "\n");
    const std::string_view last = lines_.back();
    if (!last.ends_with('\n')) {
      Trimmed(last).empty() ? out += last : out.erase(out.size() - 1);
    }
    return std::string(open) + out + std::string(close);
  }

 private:
  // Without the marks of a comment of another language that was put into the string.
  std::string Plain(size_t i) const { return LowerAscii(Trimmed(lines_[i], " \t\r\n/*#")); }

  std::string Words(size_t i) const { return LowerAscii(Trimmed(lines_[i])); }

  size_t FirstText() const {
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (!Words(i).empty()) return i;
    }
    return lines_.size();
  }

  static bool IsNoticeField(std::string_view line) {
    return StartsWithAny(line, {":copyright:", ":license:", ":licence:", "copyright:", "license:",
                                "licence:", "@copyright", "@license", "spdx-license-identifier:"});
  }

  void MarkFields() {
    for (size_t i = 0; i < lines_.size(); ++i) {
      const std::string line = Plain(i);
      if (!IsNoticeField(line) && !StatesCopyrightFirst(line) && !StatesAuthor(line)) continue;
      const size_t column = Indent(lines_[i]);
      cut_[i] = 1;
      while (i + 1 < lines_.size() && !Words(i + 1).empty() && Indent(lines_[i + 1]) > column) {
        cut_[++i] = 1;
      }
    }
  }

  std::vector<std::string_view> lines_;
  std::vector<char> cut_;
};

// Letters before the quotes, and the quotes.
std::string_view Opening(std::string_view text) {
  size_t at = 0;
  while (at < 2 && at < text.size() && std::string_view("rRuUbB").find(text[at]) != kNoLetter) ++at;
  const std::string_view quotes = text.substr(at, 3);
  return quotes == "\"\"\"" || quotes == "'''" ? text.substr(0, at + 3) : std::string_view();
}

}  // namespace

size_t DocstringLength(std::string_view text) {
  const std::string_view open = Opening(text);
  if (open.empty()) return 0;
  const std::string_view quotes = open.substr(open.size() - 3);
  const size_t close = text.substr(0, kMaxDocstringBytes).find(quotes, open.size());
  if (close == text.npos) return 0;
  const size_t end = close + 3;
  const size_t line_end = std::min(text.find('\n', end), text.size());
  return Trimmed(text.substr(end, line_end - end)).empty() ? end : 0;
}

std::string WithoutNotice(std::string_view docstring) {
  const std::string_view open = Opening(docstring);
  if (open.empty() || docstring.size() < open.size() + 3) return std::string(docstring);
  Docstring lines(docstring.substr(open.size(), docstring.size() - open.size() - 3));
  if (!lines.Mark()) return std::string(docstring);
  return lines.Kept(open, docstring.substr(docstring.size() - 3));
}

}  // namespace cria::corpus
