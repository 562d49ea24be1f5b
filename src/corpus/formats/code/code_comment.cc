// Paragraph by paragraph; of one that holds a notice, the lines before and behind it that say
// something else stay.
#include "corpus/formats/code/code_comment.h"

#include <algorithm>
#include <cctype>

#include "base/ascii.h"
#include "corpus/formats/code/code_language.h"
#include "corpus/formats/code/code_notice.h"
#include "corpus/formats/licences/licence_words.h"

namespace cria::corpus {
namespace {

bool IsWordByte(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || (c & 0x80) != 0;
}

// What a comment's line says: without marks and frames. Empty for an empty or drawn line.
std::string_view Content(std::string_view line) {
  constexpr std::string_view kMarks[] = {"--[[", "]]", "--]]", "..", "=begin", "=end"};
  line = Trimmed(line);
  if (std::find(std::begin(kMarks), std::end(kMarks), line) != std::end(kMarks)) return {};
  for (const std::string_view open : {"{-", "(*", "{"}) {
    if (line.starts_with(open)) {
      line.remove_prefix(open.size());
      break;
    }
  }
  for (const std::string_view close : {"-}", "*)", " }"}) {
    if (line.ends_with(close)) line.remove_suffix(close.size());
  }
  const size_t begin = line.find_first_not_of(" \t\r*/#;%!-=+~_<>|'\\\"");
  if (begin == line.npos || std::none_of(line.begin(), line.end(), IsWordByte)) return {};
  return line.substr(begin, line.find_last_not_of(" \t\r*/#;%=~_|-") + 1 - begin);
}

bool IsAllCapitals(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

// Whether the sentence of `before` goes on in `line`, both as Content gives them.
bool GoesOn(std::string_view before, std::string_view line) {
  if (before.empty() || line.empty()) return false;
  if (std::string_view(".:;!?").find(before.back()) != std::string_view::npos) return false;
  if (before.back() == ',' || (IsAllCapitals(before) && IsAllCapitals(line))) return true;
  const std::string_view last = before.substr(before.rfind(' ') + 1);
  for (const std::string_view word :
       {"the",  "a",     "an",  "of",   "to",   "by", "in",  "and", "or", "is",   "are",
        "with", "under", "for", "this", "from", "at", "see", "on",  "as", "that", "be"}) {
    if (last == word) return true;
  }
  return line[0] >= 'a' && line[0] <= 'z' && line.find("://") > 8;
}

// "Version: 4.6": a field of its own, wherever it stands.
bool IsField(std::string_view line) {
  constexpr size_t kMaxNameBytes = 20;
  const size_t colon = line.find(": ");
  if (colon == line.npos || colon < 2 || colon > kMaxNameBytes) return false;
  const std::string_view name = line.substr(0, colon);
  return std::all_of(name.begin(), name.end(), [](char c) { return IsWordByte(c) || c == ' '; });
}

// Whether the line is of the wording of a published licence, by the words themselves.
bool IsKnownWording(std::string_view lower) {
  constexpr std::ptrdiff_t kMinWords = 4;
  constexpr double kKnown = 0.6;
  const std::string words = LicenceWords(lower);
  return std::count(words.begin(), words.end(), ' ') > kMinWords && KnownShare(words) >= kKnown;
}

bool IsOfNotice(std::string_view lower) {
  return StatesCopyright(lower) || StatesLicence(lower) || MayBelongToNotice(lower) ||
         StatesAuthor(lower) || IsKnownWording(lower);
}

// A drawn line: no word, but many signs.
bool IsDrawn(std::string_view line) {
  constexpr std::ptrdiff_t kMinSigns = 6;
  return Content(line).empty() && std::count_if(line.begin(), line.end(), [](char c) {
                                    return std::isspace(static_cast<unsigned char>(c)) == 0;
                                  }) >= kMinSigns;
}

bool IsFileName(std::string_view text) {
  constexpr size_t kMaxName = 80, kMaxExtension = 6;
  const size_t dot = text.rfind('.');
  if (dot == text.npos || dot == 0 || text.size() > kMaxName) return false;
  const std::string_view extension = text.substr(dot + 1);
  return !extension.empty() && extension.size() <= kMaxExtension && text.find(' ') == text.npos &&
         text.find("//") == text.npos &&
         std::all_of(extension.begin(), extension.end(),
                     [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; });
}

}  // namespace

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
                              "// @flow", "// @ts-", "// eslint", "/* eslint", "/*eslint",
                              "// swift-tools", "// clang-format", "// NOLINT"});
}

void Comment::Add(std::string_view line) {
  lines_.push_back(line);
  std::string_view text = Trimmed(line);
  // Marks that are letters.
  if ((comments_ & kBatch) != 0) {
    for (const std::string_view mark : {"@rem", "rem"}) {
      if (LowerAscii(text.substr(0, mark.size())) != mark) continue;
      text.remove_prefix(mark.size());
      break;
    }
  } else if ((comments_ & kBang) != 0 && line.starts_with(text.substr(0, 1)) && text.size() > 1 &&
             (text[0] == 'C' || text[0] == 'c') && (text[1] == ' ' || text[1] == '-')) {
    text.remove_prefix(1);
  }
  texts_.push_back(Content(text));
}

std::string Comment::Kept(const BlockMarks* block) const {
  const std::vector<Paragraph> paragraphs = Paragraphs();
  std::vector<char> cut(lines_.size(), 0);
  std::vector<char> has_fields(paragraphs.size(), 0);
  bool any = false;
  for (size_t i = 0; i < paragraphs.size(); ++i) {
    has_fields[i] = CutHaskellFields(paragraphs[i], &cut);
    any |= has_fields[i] != 0 || paragraphs[i].copyright || paragraphs[i].licence;
  }
  if (!any) return Joined();
  for (size_t i = 0; i < paragraphs.size(); ++i) {
    const Paragraph& p = paragraphs[i];
    if (has_fields[i] != 0) continue;
    CutAuthors(p, &cut);
    if (p.licence || (p.weak && !p.copyright)) {
      CutNotice(p, &cut);
    } else if (p.copyright) {
      CutCopyrightLines(p, &cut);
    } else if (constexpr size_t kBridgeBytes = 60;  // "or", between two paragraphs of a licence
               i > 0 && i + 1 < paragraphs.size() && paragraphs[i - 1].licence &&
               p.bytes < kBridgeBytes && paragraphs[i + 1].licence) {
      std::fill(cut.begin() + static_cast<std::ptrdiff_t>(p.begin),
                cut.begin() + static_cast<std::ptrdiff_t>(p.end), 1);
    }
  }
  for (size_t k = 0; k < lines_.size(); ++k) {
    if (block == nullptr && IsDirective(Trimmed(lines_[k]), comments_)) cut[k] = 0;
  }
  if (std::find(cut.begin(), cut.end(), 1) == cut.end()) return Joined();
  // The frame of a notice goes with it, and the letters that are drawn above it.
  size_t first = 0, last = lines_.size();
  const auto is_frame = [&](size_t k) { return cut[k] != 0 || texts_[k].empty(); };
  const auto is_drawing = [&](size_t k) {
    return k > 0 && cut[k] == 0 && IsDrawn(lines_[k - 1]) && !texts_[k].empty() &&
           Trimmed(lines_[k], " \t#*/;%-").starts_with("|_|");
  };
  // "OfflineRetrier.swift" alone says no more than the file's name does.
  const bool says = [&] {
    for (size_t k = 0; k < lines_.size(); ++k) {
      if (!is_frame(k) && !is_drawing(k) && !IsFileName(texts_[k])) return true;
    }
    return false;
  }();
  if (!says) return "";
  while (first < last && (is_frame(first) || is_drawing(first))) ++first;
  while (last > first && is_frame(last - 1)) --last;
  if (first == last) return "";
  for (size_t k = 0; k < lines_.size(); ++k) {
    if ((k < first || k >= last) && (IsDrawn(lines_[k]) || is_drawing(k))) cut[k] = 1;
  }
  return Rest(cut, block);
}

std::vector<Comment::Paragraph> Comment::Paragraphs() const {
  std::vector<Paragraph> all;
  for (size_t i = 0; i < lines_.size();) {
    if (texts_[i].empty()) {
      ++i;
      continue;
    }
    size_t end = i;
    std::string text;
    bool copyright_first = false;
    for (; end < lines_.size() && !texts_[end].empty(); ++end) {
      const std::string line = LowerAscii(texts_[end]);
      copyright_first |= StatesCopyrightFirst(line);
      text.append(line) += '\n';
    }
    const bool copyright = strict_ ? copyright_first : StatesCopyright(text);
    const size_t bytes = text.size();
    // On one line, so that a line's end parts no phrase.
    std::replace(text.begin(), text.end(), '\n', ' ');
    const bool licence =
        strict_ ? HoldsLicenceWording(text) || MayHoldLicenceWording(text) : StatesLicence(text);
    all.push_back({i, end, copyright, licence, !strict_ && MayBelongToNotice(text), bytes});
    i = end;
  }
  return all;
}

// From the first line of the notice to its last one, with the rest of their sentences. In short
// notices, whole sentences between two of their lines stay as well.
void Comment::CutNotice(const Paragraph& p, std::vector<char>* cut) const {
  std::vector<size_t> own;  // lines of the notice
  bool is_text = p.end - p.begin > 8;
  for (size_t k = p.begin; k < p.end; ++k) {
    const std::string line = LowerAscii(texts_[k]);
    if (IsOfNotice(line) || (*cut)[k] != 0) own.push_back(k);
    is_text |= (HoldsLicenceWording(line) || MayHoldLicenceWording(line)) &&
               line.find("licensed under") == line.npos;
  }
  // A phrase that no line holds alone.
  if (own.empty()) {
    for (size_t k = p.begin; k < p.end; ++k) own.push_back(k);
  }
  const auto goes_on = [&](size_t k) { return GoesOn(texts_[k], texts_[k + 1]); };
  size_t begin = own.front(), end = own.back() + 1;
  while (begin > p.begin && goes_on(begin - 1)) --begin;
  while (end < p.end &&
         (goes_on(end - 1) || (Column(end) > Column(own.back()) + 1 && !IsField(texts_[end])))) {
    ++end;
  }
  std::fill(cut->begin() + static_cast<std::ptrdiff_t>(begin),
            cut->begin() + static_cast<std::ptrdiff_t>(end), 1);
  for (size_t i = 0; !is_text && i + 1 < own.size(); ++i) {
    size_t gap = own[i] + 1, gap_end = own[i + 1];
    if (gap == gap_end || goes_on(gap - 1) || goes_on(gap_end - 1)) continue;
    if (Column(gap) > Column(own[i]) + 1) continue;
    for (; gap < gap_end; ++gap) (*cut)[gap] = 0;
  }
}

size_t Comment::Column(size_t line) const {
  return static_cast<size_t>(texts_[line].data() - lines_[line].data());
}

// In a paragraph that holds no licence: lines with a copyright and those that continue them,
// which stand further in.
void Comment::CutCopyrightLines(const Paragraph& p, std::vector<char>* cut) const {
  size_t column = std::string_view::npos;  // of the last copyright line's text
  for (size_t k = p.begin; k < p.end; ++k) {
    const size_t at = Column(k);
    const std::string line = LowerAscii(texts_[k]);
    if (StatesCopyright(line)) {
      column = at;
    } else if (MayBelongToNotice(line)) {
      column = std::string_view::npos;
    } else if (column == std::string_view::npos || at <= column || IsField(texts_[k])) {
      column = std::string_view::npos;
      continue;
    }
    (*cut)[k] = 1;
  }
}

// Beside a notice, who wrote the file is part of it.
void Comment::CutAuthors(const Paragraph& p, std::vector<char>* cut) const {
  size_t column = std::string_view::npos;  // of the last author line's text
  for (size_t k = p.begin; k < p.end; ++k) {
    const size_t at = Column(k);
    if (StatesAuthor(LowerAscii(texts_[k]))) {
      column = at;
    } else if (column == std::string_view::npos || at <= column || IsField(texts_[k])) {
      column = std::string_view::npos;
      continue;
    }
    (*cut)[k] = 1;
  }
}

// Haddock's fields at the head of a module; "Module" and "Description" stay.
bool Comment::CutHaskellFields(const Paragraph& p, std::vector<char>* cut) const {
  if ((comments_ & kBraceDash) == 0) return false;
  std::vector<size_t> fields;
  bool states = false;
  for (size_t k = p.begin; k < p.end; ++k) {
    const std::string line = LowerAscii(texts_[k]);
    const size_t colon = std::min(line.find(':'), line.size());
    const std::string_view name = Trimmed(std::string_view(line).substr(0, colon));
    if (colon == line.size()) continue;
    const bool is_notice = name == "copyright" || name == "license" || name == "licence";
    if (!is_notice && name != "maintainer" && name != "stability" && name != "portability") {
      continue;
    }
    states |= is_notice;
    const size_t column = Column(k);
    fields.push_back(k);
    while (k + 1 < p.end && Column(k + 1) > column) fields.push_back(++k);
  }
  if (!states && fields.size() < 2) return false;
  for (const size_t k : fields) (*cut)[k] = 1;
  return true;
}

std::string Comment::Joined() const {
  std::string out;
  for (const std::string_view line : lines_) out.append(line) += '\n';
  return out;
}

// Lines that hold the comment together: its first and last in a block; "-- |" opens Haddock's.
bool Comment::IsEdge(size_t line, const BlockMarks* block) const {
  if (block != nullptr) return line == 0 || line + 1 == lines_.size();
  return (comments_ & kBraceDash) != 0 && Trimmed(lines_[line]).starts_with("-- |");
}

// The lines that are not cut. Of the empty and drawn lines around what is cut, one stays where
// text stands on both sides.
std::string Comment::Rest(const std::vector<char>& cut, const BlockMarks* block) const {
  std::string out;
  std::vector<std::string_view> blanks;
  bool any_text = false, beside_cut = false;
  for (size_t i = 0; i < lines_.size(); ++i) {
    const bool edge = IsEdge(i, block);
    const bool empty = texts_[i].empty();
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
std::string Comment::Edge(size_t i, bool cut, const BlockMarks* block) const {
  const std::string_view line = lines_[i];
  if (!cut) return std::string(line) + "\n";
  if (block == nullptr) return "-- |\n";
  if (i + 1 == lines_.size()) {
    return (lines_.size() == 1 ? std::string(block->open) : std::string()) + " " +
           std::string(block->close) + "\n";
  }
  const size_t at = line.find(block->open);
  size_t end = at + block->open.size();
  const std::string_view behind = line.substr(end);
  if (!behind.empty() && (behind[0] == '*' || behind[0] == '!') && !behind.starts_with("**")) {
    ++end;
  } else if (block->open == "{-" && (behind.starts_with("|") || behind.starts_with(" |"))) {
    end += behind.find('|') + 1;
  }
  return std::string(line.substr(0, end)) + "\n";
}

}  // namespace cria::corpus
