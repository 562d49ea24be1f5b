// Reads comments line by line. What is no comment is passed over with its strings, of which those
// of several lines matter: a comment's mark in them begins none. Where a language's strings are not
// known well enough, a string is taken for a comment rather than a comment for a string.
#include "corpus/formats/code/code_notices.h"

#include <algorithm>
#include <cctype>
#include <initializer_list>

#include "base/ascii.h"
#include "corpus/formats/code/code_docstring.h"
#include "corpus/formats/code/code_language.h"
#include "corpus/formats/code/code_marks.h"
#include "corpus/formats/licences/licence_words.h"
#include "corpus/formats/phrases.h"

namespace cria::corpus {
namespace {

constexpr std::string_view kTerms[] = {" licensed under ",
                                       " license identifier ",
                                       " under the terms ",
                                       " distributed under ",
                                       " released under ",
                                       " covered by ",
                                       " governed by ",
                                       " free software ",
                                       " may not use this file ",
                                       " permission is hereby granted ",
                                       " redistribution and use ",
                                       " proprietary and confidential ",
                                       " under gpl",
                                       " under lgpl",
                                       " under gnu ",
                                       " under the gpl",
                                       " under the lgpl",
                                       " under the agpl",
                                       " under the gnu ",
                                       " creativecommons org licenses ",
                                       " license gpl",
                                       " license lgpl",
                                       " license agpl",
                                       " license gnu "};

// Lines that stand above the first comment in any file of their language, and are no code yet.
bool IsPreamble(std::string_view line, unsigned comments) {
  if ((comments & kCStyle) != 0 && line.starts_with('#')) return true;
  return StartsWithAny(LowerAscii(line.substr(0, 12)),
                       {"<?", "<!", "\"http://www", "<html", "<head", "<meta ", "'use strict'",
                        "\"use strict\"", "@echo", "@charset", "{-#", "\xef\xbb\xbf"});
}

bool IsWordByte(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

class Reader {
 public:
  Reader(std::string_view text, const CodeLanguage& language)
      : text_(text), comments_(language.comments), name_(language.name), notices_(1) {}

  std::vector<std::string> Read() {
    while (at_ < text_.size()) Line();
    return std::move(notices_);
  }

 private:
  bool Is(std::initializer_list<std::string_view> names) const {
    return std::find(names.begin(), names.end(), name_) != names.end();
  }
  size_t LineEnd(size_t at) const { return std::min(text_.find('\n', at), text_.size()); }
  size_t Behind(size_t at) const { return std::min(LineEnd(at) + 1, text_.size()); }
  std::string_view LineAt(size_t at) const { return text_.substr(at, LineEnd(at) - at); }

  void Line() {
    const std::string_view line = LineAt(at_);
    const std::string_view trimmed = Trimmed(line);
    if (trimmed.empty()) {
      at_ = Behind(at_);
    } else if (const BlockMarks* block = BlockAt(trimmed, comments_)) {
      Block(*block);
    } else if ((comments_ & kDots) != 0 && line.starts_with(".. ") && !Has(line, "::")) {
      Dots();
    } else if (!MarkAt(line, trimmed, comments_).empty()) {
      Lines();
    } else if (!Docstring(line, trimmed)) {
      in_code_ |= !IsPreamble(trimmed, comments_);
      Code();
    }
  }

  // The comment up to `end`.
  void Put(size_t end) {
    const std::string_view comment = text_.substr(at_, end - at_);
    at_ = end;
    // Those that document the code may speak of any licence.
    const bool documents = StartsWithAny(Trimmed(comment.substr(0, 80)), {"///", "//!"});
    if (!in_code_ && !documents) {
      notices_[0].append(comment);
      if (!comment.ends_with('\n')) notices_[0] += '\n';
    } else if (HasOneOf(LicenceWords(comment), kTerms)) {
      notices_.emplace_back(comment);
    }
  }

  // One that is not closed goes on to the end.
  void Block(const BlockMarks& block) {
    const size_t open = text_.find(block.open, at_) + block.open.size();
    const size_t close = text_.find(block.close, open);
    Put(close == text_.npos ? text_.size() : close + block.close.size());
  }

  void Lines() {
    size_t end = at_;
    while (end < text_.size()) {
      const std::string_view line = LineAt(end);
      const std::string_view trimmed = Trimmed(line);
      if (MarkAt(line, trimmed, comments_).empty() || BlockAt(trimmed, comments_) != nullptr) break;
      end = Behind(end);
    }
    Put(end);
  }

  void Dots() {
    size_t end = Behind(at_);
    for (size_t at = end; at < text_.size(); at = Behind(at)) {
      const std::string_view line = LineAt(at);
      if (Trimmed(line).empty()) continue;
      if (line[0] != ' ' && line[0] != '\t') break;
      end = Behind(at);
    }
    Put(end);
  }

  // The first string of a Python module.
  bool Docstring(std::string_view line, std::string_view trimmed) {
    if ((comments_ & kDocstring) == 0 || in_code_ || trimmed.data() != line.data()) return false;
    const size_t length = DocstringLength(text_.substr(at_));
    if (length == 0) return false;
    Put(at_ + length);
    return true;
  }

  // To the end of the line, and of what begins on it.
  void Code() {
    const bool has_strings = (comments_ & ~unsigned{kMarkup | kPercent | kDots}) != 0;
    size_t end = LineEnd(at_);
    while (at_ < end) {
      const std::string_view rest = text_.substr(at_, end - at_);
      const bool mark = std::ispunct(static_cast<unsigned char>(rest[0])) != 0;
      const BlockMarks* block = mark ? BlockAt(rest, comments_) : nullptr;
      if (rest[0] == '\\') {
        at_ = std::min(at_ + 2, end);
      } else if (block != nullptr) {
        Block(*block);
      } else if (mark && BeginsLineComment(rest)) {
        Put(end);
      } else if (!has_strings || !(LongString(rest) || String(rest))) {
        ++at_;
      }
      if (at_ > end) end = LineEnd(at_);
    }
    at_ = std::min(end + 1, text_.size());
  }

  bool BeginsLineComment(std::string_view rest) const {
    const bool blank_before = at_ == 0 || text_[at_ - 1] == ' ' || text_[at_ - 1] == '\t';
    return ((comments_ & kCStyle) != 0 && rest.starts_with("//")) ||
           ((comments_ & kDashes) != 0 && rest.starts_with("-- ")) ||
           ((comments_ & kHash) != 0 && blank_before && rest[0] == '#') ||
           ((comments_ & kPercent) != 0 && rest[0] == '%') ||
           ((comments_ & kSemicolon) != 0 && rest[0] == ';') ||
           ((comments_ & kBang) != 0 && rest[0] == '!') ||
           ((comments_ & kQuote) != 0 && rest[0] == '\'');
  }

  // A string that may hold line ends. One that is not closed is none.
  bool LongString(std::string_view rest) {
    if (unclosed_ > kMaxUnclosed) return false;
    constexpr size_t kMaxMark = 24;
    if (rest.starts_with("\"\"\"") && Is({"Python", "Julia", "Scala", "Java", "C#"})) {
      return Pass(3, "\"\"\"");
    }
    if (rest.starts_with("'''") && Is({"Python"})) return Pass(3, "'''");
    if (rest[0] == '`' && Is({"JavaScript", "TypeScript", "Go"})) return Pass(1, "`");
    if (rest.starts_with("[[") && Is({"Lua"})) return Pass(2, "]]");
    if (rest.starts_with("r#\"") && Is({"Rust"})) return Pass(3, "\"#");
    if (rest.starts_with("R\"") && Is({"C++", "C"})) {
      const size_t open = rest.substr(0, kMaxMark).find('(');
      if (open == rest.npos) return false;
      return Pass(open, ")" + std::string(rest.substr(2, open - 2)) + "\"");
    }
    return rest.starts_with("<<") && Is({"Shell", "Perl", "Ruby", "PHP", "Dockerfile"}) &&
           HereDocument(rest.substr(0, kMaxMark));
  }

  bool Pass(size_t open, std::string_view close) {
    const size_t end = text_.find(close, at_ + open);
    unclosed_ += end == text_.npos ? 1 : 0;
    if (end == text_.npos) return false;
    at_ = end + close.size();
    return true;
  }

  // "<<EOF": to the line that holds the word alone.
  bool HereDocument(std::string_view mark) {
    const size_t begin = mark.find_first_not_of("<-~'\"");
    if (begin == mark.npos || !IsWordByte(mark[begin])) return false;
    size_t end = begin;
    while (end < mark.size() && IsWordByte(mark[end])) ++end;
    const std::string_view word = mark.substr(begin, end - begin);
    for (size_t at = Behind(at_); at < text_.size(); at = Behind(at)) {
      if (Trimmed(LineAt(at), " \t\r;") != word) continue;
      at_ = LineEnd(at);
      return true;
    }
    ++unclosed_;
    return false;
  }

  // A string that ends on its line, or, not closed, with it.
  bool String(std::string_view rest) {
    if (rest[0] != '"' && rest[0] != '\'') return false;
    size_t end = 1;
    while (end < rest.size() && rest[end] != rest[0]) end += rest[end] == '\\' ? 2 : 1;
    at_ += std::min(end + 1, rest.size());
    return true;
  }

  static constexpr int kMaxUnclosed = 16;  // searches to the end, which a hostile text could repeat

  std::string_view text_;
  unsigned comments_;
  std::string_view name_;
  size_t at_ = 0;
  bool in_code_ = false;
  int unclosed_ = 0;
  std::vector<std::string> notices_;
};

}  // namespace

std::vector<std::string> NoticesIn(std::string_view text, std::string_view path) {
  constexpr size_t kTopBytes = 8192;
  const CodeLanguage* language = LanguageOfFile(path);
  if (language == nullptr || language->comments == 0) {
    return {std::string(text.substr(0, kTopBytes))};
  }
  return Reader(text, *language).Read();
}

}  // namespace cria::corpus
