// The top of a file is read as comments, lines that may stand before one, and the first code.
#include "corpus/formats/code_header.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "base/ascii.h"
#include "corpus/formats/code_docstring.h"
#include "corpus/formats/code_language.h"
#include "corpus/formats/code_notice.h"

namespace cria::corpus {
namespace {

// Headers end far before: the longest real ones hold a whole Apache licence.
constexpr size_t kMaxHeaderBytes = size_t{64} << 10;

// Lines that a machine reads, though they are comments: they stay whatever stands around them.
bool IsDirective(std::string_view line, unsigned comments) {
  if (line.starts_with("#!")) return true;
  for (const std::string_view mode : {"-*-", "vim:", " ex: set"}) {
    if (line.find(mode) != line.npos) return true;
  }
  if ((comments & kHash) != 0 &&
      StartsWithAny(LowerAscii(line.substr(0, 40)), {"# coding",
                                                     "# encoding",
                                                     "#coding",
                                                     "#encoding",
                                                     "# frozen_string_literal",
                                                     "# frozen-string-literal",
                                                     "# syntax=",
                                                     "# escape=",
                                                     "#requires",
                                                     "#compdef",
                                                     "#autoload",
                                                     "#region",
                                                     "#pragma",
                                                     "#include",
                                                     "# type:",
                                                     "# pylint",
                                                     "# flake8",
                                                     "# noqa",
                                                     "# shellcheck",
                                                     "# rubocop",
                                                     "# warn_indent",
                                                     "# cython:",
                                                     "# distutils:"})) {
    return true;
  }
  return (comments & kCStyle) != 0 &&
         StartsWithAny(line, {"//go:", "// +build", "//+build", "//export ", "/// <reference",
                              "// @flow", "// @ts-", "// eslint", "/* eslint", "/*eslint", "//!",
                              "// swift-tools", "// clang-format", "// NOLINT"});
}

// Lines of code that often stand above a header, or between two of its comments.
bool IsPreamble(std::string_view line, unsigned comments) {
  if (line.empty()) return true;
  const std::string lower = LowerAscii(line.substr(0, 40));
  if (StartsWithAny(lower, {"<?php", "<?xml", "<!doctype", "@echo off", "\xef\xbb\xbf"}))
    return true;
  if (lower == "<?" || lower == "'use strict';" || lower == "\"use strict\";") return true;
  if ((comments & kBraceDash) != 0 && line.starts_with("{-#")) return true;
  if ((comments & kMarkup) != 0 && StartsWithAny(lower, {"<html", "<head>"})) return true;
  if ((comments & kHash) != 0 && (comments & kCStyle) == 0) return false;
  return (comments & kCStyle) != 0 && (comments & kHash) == 0 &&
         StartsWithAny(lower, {"#pragma once", "#ifndef ", "#define ", "#include ", "@charset"}) &&
         line.find('(') == line.npos && line.back() != '\\';
}

struct BlockMarks {
  unsigned comments;
  std::string_view open, close;
};
constexpr BlockMarks kBlocks[] = {{kCStyle, "/*", "*/"},    {kMarkup, "<!--", "-->"},
                                  {kBraceDash, "{-", "-}"}, {kLuaBlock, "--[[", "]]"},
                                  {kAngleHash, "<#", "#>"}, {kHashEquals, "#=", "=#"}};

struct LineMark {
  unsigned comments;
  std::string_view mark;
};
constexpr LineMark kLines[] = {{kCStyle, "//"},   {kHash, "#"},      {kDashes, "--"},
                               {kPercent, "%"},   {kSemicolon, ";"}, {kBang, "!"},
                               {kQuote, "'"},     {kBatch, "::"},    {kBatch, "rem "},
                               {kBatch, "@rem "}, {kBatch, "rem\t"}};

const BlockMarks* BlockAt(std::string_view line, unsigned comments) {
  for (const BlockMarks& block : kBlocks) {
    // A pragma of Haskell is no comment.
    if ((comments & block.comments) != 0 && line.starts_with(block.open) &&
        !line.starts_with("{-#")) {
      return &block;
    }
  }
  return nullptr;
}

// The comment mark that the line begins with, or empty.
std::string_view MarkAt(std::string_view line, std::string_view trimmed, unsigned comments) {
  for (const LineMark& mark : kLines) {
    if ((comments & mark.comments) == 0) continue;
    const std::string head = LowerAscii(trimmed.substr(0, mark.mark.size()));
    if (head == mark.mark || (mark.comments == kBatch && LowerAscii(trimmed) == "rem")) {
      return trimmed.substr(0, mark.mark.size());
    }
  }
  // Old Fortran: a letter in the first column, and a blank or nothing behind it.
  if ((comments & kBang) != 0 && !line.empty() &&
      (line[0] == 'C' || line[0] == 'c' || line[0] == '*') &&
      (line.size() == 1 || line[1] == ' ' || line[1] == '*' || line[1] == '\r' || line[1] == '-')) {
    return line.substr(0, 1);
  }
  return {};
}

// What a comment's line says: without marks and frames. Empty for an empty or drawn line.
std::string_view Content(std::string_view line) {
  constexpr std::string_view kMarks[] = {"{-", "-}", "--[[", "]]", "--]]", ".."};
  if (std::find(std::begin(kMarks), std::end(kMarks), Trimmed(line)) != std::end(kMarks)) return {};
  const size_t begin = line.find_first_not_of(" \t\r*/#;%!-=+~_<>|'\\");
  if (begin == line.npos) return {};
  return line.substr(begin, line.find_last_not_of(" \t\r*/#;%=~_|-") + 1 - begin);
}

// One comment: its lines and what is left of them.
class Comment {
 public:
  explicit Comment(unsigned comments) : comments_(comments) {}

  void Add(std::string_view line) { lines_.push_back(line); }

  /// What is left of it, with line ends; `block` are its marks, or null for line comments.
  std::string Kept(const BlockMarks* block) const {
    const std::vector<Paragraph> paragraphs = Paragraphs();
    const bool any = std::any_of(paragraphs.begin(), paragraphs.end(),
                                 [](const Paragraph& p) { return p.copyright || p.licence; });
    if (!any) return Joined();
    std::vector<char> cut(lines_.size(), 0);
    for (size_t i = 0; i < paragraphs.size(); ++i) {
      const Paragraph& p = paragraphs[i];
      if (p.licence || (p.weak && !p.copyright)) {
        for (size_t k = Start(p); k < p.end; ++k) cut[k] = 1;
      } else if (p.copyright) {
        CutCopyrightLines(p, &cut);
      } else if (i > 0 && i + 1 < paragraphs.size() && IsBridge(p, paragraphs[i - 1]) &&
                 paragraphs[i + 1].licence) {
        for (size_t k = p.begin; k < p.end; ++k) cut[k] = 1;
      }
    }
    CutAuthors(paragraphs, &cut);
    bool text_left = false;
    for (const Paragraph& p : paragraphs) {
      for (size_t k = p.begin; k < p.end; ++k) {
        if (block == nullptr && IsDirective(Trimmed(lines_[k]), comments_)) cut[k] = 0;
        text_left |= cut[k] == 0;
      }
    }
    return text_left ? Rest(cut, block) : "";
  }

 private:
  struct Paragraph {
    size_t begin, end;  // lines
    bool copyright, licence, weak;
    size_t bytes;
  };

  std::vector<Paragraph> Paragraphs() const {
    std::vector<Paragraph> all;
    for (size_t i = 0; i < lines_.size();) {
      if (Content(lines_[i]).empty()) {
        ++i;
        continue;
      }
      size_t end = i;
      std::string text;
      for (; end < lines_.size() && !Content(lines_[end]).empty(); ++end) {
        text += LowerAscii(Content(lines_[end])) + "\n";
      }
      const bool copyright = StatesCopyright(text);
      const size_t bytes = text.size();
      // On one line, so that a line's end parts no phrase.
      std::replace(text.begin(), text.end(), '\n', ' ');
      all.push_back({i, end, copyright, StatesLicence(text), MayBelongToNotice(text), bytes});
      i = end;
    }
    return all;
  }

  // "or", between two paragraphs of a licence.
  static bool IsBridge(const Paragraph& p, const Paragraph& before) {
    constexpr size_t kBridgeBytes = 60;
    return before.licence && p.bytes < kBridgeBytes;
  }

  // Where the notice in a paragraph begins: lines above "Copyright ..." that say something else
  // (the file's name) are none of it.
  size_t Start(const Paragraph& p) const {
    for (size_t k = p.begin; k < p.end; ++k) {
      const std::string line = LowerAscii(Content(lines_[k]));
      if (StatesCopyright(line)) return k;
      if (MayBelongToNotice(line) || StatesLicence(line)) break;
    }
    return p.begin;
  }

  // In a paragraph that holds no licence: lines with a copyright and those that continue them,
  // which stand further in.
  void CutCopyrightLines(const Paragraph& p, std::vector<char>* cut) const {
    size_t column = std::string_view::npos;  // of the last copyright line's text
    for (size_t k = p.begin; k < p.end; ++k) {
      const std::string_view content = Content(lines_[k]);
      const auto at = static_cast<size_t>(content.data() - lines_[k].data());
      const std::string line = LowerAscii(content);
      if (StatesCopyright(line)) {
        column = at;
      } else if (MayBelongToNotice(line)) {
        column = std::string_view::npos;
      } else if (column == std::string_view::npos || at <= column) {
        column = std::string_view::npos;
        continue;
      }
      (*cut)[k] = 1;
    }
  }

  // Beside a notice, who wrote the file is part of it.
  void CutAuthors(const std::vector<Paragraph>& paragraphs, std::vector<char>* cut) const {
    for (const Paragraph& p : paragraphs) {
      size_t column = std::string_view::npos;  // of the last author line's text
      for (size_t k = p.begin; k < p.end; ++k) {
        const std::string_view content = Content(lines_[k]);
        const auto at = static_cast<size_t>(content.data() - lines_[k].data());
        if (StatesAuthor(LowerAscii(content))) {
          column = at;
        } else if (column == std::string_view::npos || at <= column) {
          column = std::string_view::npos;
          continue;
        }
        (*cut)[k] = 1;
      }
    }
  }

  std::string Joined() const {
    std::string out;
    for (const std::string_view line : lines_) out.append(line) += '\n';
    return out;
  }

  // The lines that are not cut. Of the empty and drawn lines around what is cut, one stays where
  // text stands on both sides.
  std::string Rest(const std::vector<char>& cut, const BlockMarks* block) const {
    std::string out;
    std::vector<std::string_view> blanks;
    bool any_text = false, beside_cut = false;
    for (size_t i = 0; i < lines_.size(); ++i) {
      const bool edge = block != nullptr && (i == 0 || i + 1 == lines_.size());
      const bool empty = Content(lines_[i]).empty();
      if (cut[i] != 0 && !edge) {
        beside_cut = true;
        if (blanks.size() > 1) blanks.resize(1);
        continue;
      }
      if (empty && !edge) {
        if (!beside_cut || blanks.empty()) blanks.push_back(lines_[i]);
        continue;
      }
      if (beside_cut && (!any_text || empty)) blanks.clear();
      for (const std::string_view blank : blanks) out.append(blank) += '\n';
      blanks.clear();
      beside_cut = edge && cut[i] != 0;
      any_text |= !empty && cut[i] == 0;
      out += edge ? Edge(i, cut[i] != 0, block) : std::string(lines_[i]) + "\n";
    }
    if (!beside_cut) {
      for (const std::string_view blank : blanks) out.append(blank) += '\n';
    }
    return out;
  }

  // The first or last line of a block comment: its mark stays when its text is cut.
  std::string Edge(size_t i, bool cut, const BlockMarks* block) const {
    const std::string_view line = lines_[i];
    if (!cut) return std::string(line) + "\n";
    if (i + 1 == lines_.size()) {
      return (lines_.size() == 1 ? std::string(block->open) : std::string()) + " " +
             std::string(block->close) + "\n";
    }
    const size_t at = line.find(block->open);
    size_t end = at + block->open.size();
    if (end < line.size() && (line[end] == '*' || line[end] == '!')) ++end;
    return std::string(line.substr(0, end)) + "\n";
  }

  unsigned comments_;
  std::vector<std::string_view> lines_;
};

class HeaderCutter {
 public:
  HeaderCutter(std::string_view text, unsigned comments) : text_(text), comments_(comments) {}

  /// The comments themselves.
  std::string Comments() {
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
    if (IsDirective(trimmed, comments_) && BlockAt(trimmed, comments_) == nullptr) return Keep();
    if (IsPreamble(trimmed, comments_)) {
      // Empty lines behind a comment that went go with it.
      if (trimmed.empty() && cut_last_) return at_ = Behind(at_), true;
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

  // Puts what is left of `comment`, which ends at `end`, to the output.
  bool Put(const Comment& comment, const BlockMarks* block, size_t end) {
    const std::string_view whole = text_.substr(at_, end - at_);
    comments_text_ += whole;
    std::string kept = comment.Kept(block);
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
    Comment comment(comments_);
    const size_t behind = end < text_.size() ? Behind(end) : text_.size();
    for (size_t at = at_; at < behind; at = Behind(at)) comment.Add(LineAt(at));
    return Put(comment, &block, behind);
  }

  bool Lines() {
    Comment comment(comments_);
    size_t at = at_;
    while (at < text_.size() && at - at_ < kMaxHeaderBytes) {
      const std::string_view line = LineAt(at);
      const std::string_view trimmed = Trimmed(line);
      if (MarkAt(line, trimmed, comments_).empty()) break;
      if (BlockAt(trimmed, comments_) != nullptr || IsDirective(trimmed, comments_)) break;
      comment.Add(line);
      at = Behind(at);
    }
    return Put(comment, nullptr, at);
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
    Comment comment(comments_);
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
    return Put(comment, nullptr, end);
  }

  std::string_view text_;
  unsigned comments_;
  size_t at_ = 0;
  std::string out_, comments_text_;
  bool changed_ = false, cut_last_ = false, had_docstring_ = false;
};

}  // namespace

std::string WithoutCodeHeader(std::string_view text, std::string_view path) {
  const CodeLanguage* language = LanguageOfFile(path);
  if (language == nullptr || language->comments == 0) return std::string(text);
  return HeaderCutter(text, language->comments).Cut();
}

std::string CommentsAtTop(std::string_view text, std::string_view path) {
  constexpr size_t kTopBytes = 8192;
  const CodeLanguage* language = LanguageOfFile(path);
  if (language == nullptr || language->comments == 0) return std::string(text.substr(0, kTopBytes));
  return HeaderCutter(text, language->comments).Comments();
}

}  // namespace cria::corpus
