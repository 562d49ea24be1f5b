// The top of a file is read as comments, lines that may stand before one, and the first code.
#include "corpus/formats/code/code_header.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "base/ascii.h"
#include "corpus/formats/code/code_comment.h"
#include "corpus/formats/code/code_docstring.h"
#include "corpus/formats/code/code_language.h"
#include "corpus/formats/code/code_marks.h"
#include "corpus/formats/code/code_notice.h"

namespace cria::corpus {
namespace {

// Headers end far before: the longest real ones hold a whole Apache licence.
constexpr size_t kMaxHeaderBytes = size_t{64} << 10;

// Lines of code that often stand above a header, or between two of its comments.
bool IsPreamble(std::string_view line, unsigned comments) {
  if (line.empty()) return true;
  const std::string lower = LowerAscii(line.substr(0, 40));
  if (StartsWithAny(lower, {"<?php", "<?xml", "<!doctype", "@echo off", "\xef\xbb\xbf"}))
    return true;
  for (const std::string_view whole :
       {"<?", "'use strict'", "'use strict';", "\"use strict\"", "\"use strict\";"}) {
    if (lower == whole) return true;
  }
  if ((comments & kBraceDash) != 0 &&
      StartsWithAny(line, {"{-#", "#include", "#if", "#else", "#endif", "#define"})) {
    return true;
  }
  if ((comments & kMarkup) != 0 &&
      StartsWithAny(lower, {"<html", "<head>", "<meta ", "\"http://www.w3.org/"}))
    return true;
  if ((comments & kBrace) != 0 && line.starts_with("{$")) return line.ends_with('}');
  if ((comments & kQuote) != 0 && StartsWithAny(lower, {"#end region", "option "})) return true;
  if ((comments & kCStyle) == 0 || (comments & kHash) != 0 || line.back() == '\\') return false;
  if (StartsWithAny(lower, {"#if ", "#if(", "#else", "#endif", "#line ", "#nullable", "#undef ",
                            "#endregion"})) {
    return true;
  }
  return StartsWithAny(lower, {"#pragma once", "#ifndef ", "#define ", "#include ", "@charset"}) &&
         line.find('(') == line.npos;
}

// What a file takes from others, and the name of what it is in: a header may stand behind it. Whole
// statements of one line only.
bool IsImport(std::string_view line, unsigned comments) {
  if ((comments & kSemicolon) != 0 && line.starts_with("(in-package")) return line.ends_with(')');
  if ((comments & kBrace) != 0) {
    const std::string lower = LowerAscii(line.substr(0, 8));
    return line.ends_with(';') && StartsWithAny(lower, {"program ", "library ", "unit "});
  }
  // Of Bazel, and of Python before all else.
  if ((comments & kHash) != 0 && (comments & kCStyle) == 0) {
    return (line.starts_with("load(") && line.ends_with(')')) ||
           line.starts_with("from __future__ import ");
  }
  if ((comments & kCStyle) == 0) return false;
  if (line.starts_with("declare(strict_types")) return line.ends_with(';');
  if (StartsWithAny(line, {"const ", "let ", "var "})) {
    return line.find(" = require(") != line.npos && (line.ends_with(';') || line.ends_with(')'));
  }
  if (!StartsWithAny(line,
                     {"package ", "import ", "namespace ", "use ", "using ", "extern crate "}))
    return false;
  if (line.find('(') != line.npos) return false;
  const bool open = line.find('{') != line.npos && line.find('}') == line.npos;
  return !open && (line.ends_with(';') || StartsWithAny(line, {"package ", "import "}));
}

// Comments that document what follows: "//! ", "/// ".
bool Documents(std::string_view line) {
  return line.starts_with("//!") || (line.starts_with("///") && !line.starts_with("////"));
}

bool IsRegion(std::string_view line) { return LowerAscii(line.substr(0, 7)) == "#region"; }

bool IsRegionEnd(std::string_view line) {
  const std::string lower = LowerAscii(line.substr(0, 11));
  return lower.starts_with("#endregion") || lower == "#end region";
}

class HeaderCutter {
 public:
  HeaderCutter(std::string_view text, unsigned comments) : text_(text), comments_(comments) {}

  /// The comments themselves; of those that document, the ones with a notice only, or all.
  std::string Comments(bool with_documentation) {
    with_documentation_ = with_documentation;
    Cut();
    return std::move(comments_text_);
  }

  std::string Cut() {
    // A byte order mark is no text; gone, it hides no comment mark either.
    if (text_.starts_with("\xef\xbb\xbf")) {
      at_ = 3;
      changed_ = true;
    }
    while (at_ < text_.size() && at_ < kMaxHeaderBytes && Step()) {
    }
    if (!changed_) return std::string(text_);
    // No empty lines where the header stood.
    if (out_.find_first_not_of("\r\n \t") == std::string::npos) {
      out_.clear();
      while (at_ < text_.size() && Trimmed(LineAt(at_)).empty()) at_ = Behind(at_);
    }
    out_.append(text_.substr(std::min(at_, text_.size())));
    return std::move(out_);
  }

 private:
  std::string_view LineAt(size_t at) const {
    return text_.substr(at, std::min(text_.find('\n', at), text_.size()) - at);
  }
  size_t Behind(size_t at) const { return std::min(text_.find('\n', at), text_.size() - 1) + 1; }

  // One comment or line; false at the first code.
  bool Step() {
    const std::string_view line = LineAt(at_);
    const std::string_view trimmed = Trimmed(line);
    if (IsRegion(trimmed)) return Region();
    if (IsDirective(trimmed, comments_) && BlockAt(trimmed, comments_) == nullptr) return Keep();
    if (IsPreamble(trimmed, comments_)) {
      // Empty lines behind a comment that went go with it.
      if (trimmed.empty() && cut_last_) return at_ = Behind(at_), true;
      return Keep();
    }
    if (IsHeading(line)) return Keep();
    if (IsImport(trimmed, comments_)) {
      behind_imports_ = true;
      return Keep();
    }
    if (const BlockMarks* block = BlockAt(trimmed, comments_)) return Block(*block);
    if ((comments_ & kDocstring) != 0 && trimmed.data() == line.data() && Docstring()) return true;
    if ((comments_ & kDots) != 0 && trimmed == line && line.starts_with("..")) return Dots();
    if (!MarkAt(line, trimmed, comments_).empty()) return Lines();
    return false;
  }

  bool Keep() {
    const size_t end = Behind(at_);
    out_.append(text_.substr(at_, end - at_));
    at_ = end;
    cut_last_ = false;
    return true;
  }

  // A title of Markdown, or the line below one.
  bool IsHeading(std::string_view line) const {
    if ((comments_ & kHeadings) == 0 || line.starts_with("<!--")) return false;
    const auto is_rule = [](std::string_view text) {
      text = Trimmed(text);
      return text.size() > 2 && text.find_first_not_of(text[0]) == text.npos &&
             (text[0] == '=' || text[0] == '-');
    };
    const size_t next = Behind(at_);
    return line.starts_with('#') || is_rule(line) || (next < text_.size() && is_rule(LineAt(next)));
  }

  // A region of comments only goes with its marks if all it holds is a notice.
  bool Region() {
    // Of languages whose comments begin so, the mark alone is no code.
    const bool is_comment = (comments_ & kHash) != 0;
    const size_t body = Behind(at_);
    size_t end = body;
    if (regions_left_ == 0) return is_comment && Keep();
    --regions_left_;
    while (end < text_.size() && end - at_ < kMaxHeaderBytes &&
           !IsRegionEnd(Trimmed(LineAt(end)))) {
      end = Behind(end);
    }
    const bool closed = end < text_.size() && IsRegionEnd(Trimmed(LineAt(end)));
    const std::string_view whole = text_.substr(body, closed ? end - body : 0);
    HeaderCutter inner(whole, comments_);
    inner.regions_left_ = 0;
    const std::string kept = inner.Cut();
    if (!closed || inner.at_ < whole.size()) return is_comment && Keep();
    const std::string name = LowerAscii(LineAt(at_));
    const bool of_notice = name.find("licen") != name.npos || name.find("copyright") != name.npos;
    const bool goes = Trimmed(kept).empty() || (of_notice && inner.changed_);
    if (inner.comments_text_.empty() || !goes) return Keep();
    comments_text_ += inner.comments_text_;
    changed_ = cut_last_ = true;
    at_ = Behind(end);
    return true;
  }

  // Puts what is left of `comment`, which ends at `end`, to the output.
  bool Put(const Comment& comment, bool strict, const BlockMarks* block, size_t end) {
    const std::string_view whole = text_.substr(at_, end - at_);
    std::string kept = comment.Kept(block);
    if (!strict || kept.size() < whole.size() - (whole.ends_with('\n') ? 0 : 1) ||
        (with_documentation_ && !(behind_imports_ && Trimmed(whole).starts_with("/**")))) {
      comments_text_ += whole;
    }
    if (!whole.ends_with('\n') && kept.ends_with('\n')) kept.pop_back();
    cut_last_ = kept.empty();
    changed_ |= kept != whole;
    out_ += kept;
    at_ = end;
    return true;
  }

  bool Block(const BlockMarks& block) {
    const size_t open = text_.find(block.open, at_);
    const size_t close = text_.find(block.close, open + block.open.size());
    if (close == text_.npos || close > at_ + kMaxHeaderBytes) return false;
    const size_t end = close + block.close.size();
    // Code behind the comment on its last line: the comment stays.
    if (!Trimmed(text_.substr(end, LineAt(end).size())).empty()) return false;
    Comment comment(comments_, behind_imports_);
    const size_t behind = end < text_.size() ? Behind(end) : text_.size();
    for (size_t at = at_; at < behind; at = Behind(at)) comment.Add(LineAt(at));
    return Put(comment, behind_imports_, &block, behind);
  }

  bool Lines() {
    const bool documents = (comments_ & kCStyle) != 0 && Documents(Trimmed(LineAt(at_)));
    const bool strict = behind_imports_ || documents;
    Comment comment(comments_, strict);
    size_t at = at_;
    while (at < text_.size() && at - at_ < kMaxHeaderBytes) {
      const std::string_view line = LineAt(at);
      const std::string_view trimmed = Trimmed(line);
      if (MarkAt(line, trimmed, comments_).empty()) break;
      if (BlockAt(trimmed, comments_) != nullptr || IsDirective(trimmed, comments_)) break;
      if (IsRegion(trimmed) || ((comments_ & kCStyle) != 0 && Documents(trimmed) != documents))
        break;
      comment.Add(line);
      at = Behind(at);
    }
    return Put(comment, strict, nullptr, at);
  }

  // The first string of a Python module, if it is one of its own; a second one is code.
  bool Docstring() {
    const size_t length = had_docstring_ ? 0 : DocstringLength(text_.substr(at_));
    if (length == 0) return false;
    had_docstring_ = true;
    const size_t end = at_ + length < text_.size() ? Behind(at_ + length) : text_.size();
    const std::string_view whole = text_.substr(at_, length);
    comments_text_.append(whole) += '\n';
    const std::string kept = WithoutNotice(whole);
    cut_last_ = kept.empty();
    changed_ |= kept != whole;
    if (!kept.empty()) out_.append(kept).append(text_.substr(at_ + length, end - at_ - length));
    at_ = end;
    return true;
  }

  // A comment of reStructuredText: ".. words" that are no directive ("name::") nor a target.
  bool Dots() {
    const std::string_view first = LineAt(at_);
    if (first.find("::") != first.npos || first.starts_with(".. _") || first.starts_with(".. |") ||
        first.starts_with(".. [") || (first.size() > 2 && first[2] != ' ')) {
      return false;
    }
    Comment comment(comments_, false);
    comment.Add(first);
    size_t at = Behind(at_);
    size_t end = at;  // behind the last line that is not empty
    std::vector<std::string_view> waiting;
    while (at < text_.size() && at - at_ < kMaxHeaderBytes) {
      const std::string_view line = LineAt(at);
      if (!Trimmed(line).empty() && line[0] != ' ' && line[0] != '\t') break;
      waiting.push_back(line);
      at = Behind(at);
      if (Trimmed(line).empty()) continue;
      for (const std::string_view each : waiting) comment.Add(each);
      waiting.clear();
      end = at;
    }
    return Put(comment, false, nullptr, end);
  }

  std::string_view text_;
  unsigned comments_;
  size_t at_ = 0;
  std::string out_, comments_text_;
  bool changed_ = false, cut_last_ = false, had_docstring_ = false;
  bool behind_imports_ = false, with_documentation_ = false;
  int regions_left_ = 8;  // whose end is looked for
};

}  // namespace

std::string WithoutCodeHeader(std::string_view text, std::string_view path) {
  const CodeLanguage* language = LanguageOfFile(path);
  if (language == nullptr || language->comments == 0) return std::string(text);
  return HeaderCutter(text, language->comments).Cut();
}

std::string CommentsAtTop(std::string_view text, std::string_view path, bool with_documentation) {
  constexpr size_t kTopBytes = 8192;
  const CodeLanguage* language = LanguageOfFile(path);
  if (language == nullptr || language->comments == 0) return std::string(text.substr(0, kTopBytes));
  return HeaderCutter(text, language->comments).Comments(with_documentation);
}

}  // namespace cria::corpus
