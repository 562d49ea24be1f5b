// A '<' may stand nowhere in a row but in front: so a damaged row costs no row behind it.
#include "corpus/formats/stack_exchange/post_rows.h"

#include <charconv>

namespace cria::corpus {
namespace {

constexpr std::string_view kRow = "<row";

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

bool ToNumber(std::string_view text, int64_t* value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
  return error == std::errc() && end == text.data() + text.size();
}

// Takes the next `name="value"` off the front of `text`; false at its end and at a fault, which is
// when something is left.
bool NextAttribute(std::string_view* text, std::string_view* name, std::string_view* value) {
  size_t at = 0;
  const auto skip_blanks = [&] {
    while (at < text->size() && IsSpace((*text)[at])) ++at;
  };
  skip_blanks();
  text->remove_prefix(at);
  at = std::min(text->find('='), text->size());
  if (at == text->size() || at == 0) return false;
  *name = text->substr(0, at);
  while (!name->empty() && IsSpace(name->back())) name->remove_suffix(1);
  ++at;
  skip_blanks();
  if (at == text->size() || ((*text)[at] != '"' && (*text)[at] != '\'')) return false;
  const size_t end = text->find((*text)[at], at + 1);
  if (end == text->npos) return false;
  *value = text->substr(at + 1, end - at - 1);
  text->remove_prefix(end + 1);
  return true;
}

}  // namespace

void PostRowScanner::Damaged(size_t end, const char* why) {
  damaged_(std::string_view(buffer_).substr(row_, end - row_), offset_ + static_cast<int64_t>(row_),
           why);
  in_row_ = false;
  quote_ = 0;
  row_ = end;
}

// Moves `row_` to the next row. False if there is none in the buffer; `row_` then stands where the
// start of one may be.
bool PostRowScanner::FindRow() {
  while (true) {
    const size_t found = buffer_.find(kRow, row_);
    if (found == std::string::npos) {
      row_ = std::max(row_, buffer_.size() - std::min(buffer_.size(), kRow.size() - 1));
      return false;
    }
    row_ = found;
    if (found + kRow.size() == buffer_.size()) return false;
    const char next = buffer_[found + kRow.size()];
    if (IsSpace(next) || next == '/' || next == '>') break;
    row_ = found + kRow.size();
  }
  in_row_ = true;
  at_ = row_ + kRow.size();
  return true;
}

// True if the open row has ended, well or badly; false if the buffer ends first.
bool PostRowScanner::FindRowEnd() {
  while (at_ < buffer_.size()) {
    if (quote_ == 0) {
      const char c = buffer_[at_];
      if (c == '<') return Damaged(at_, "a row without an end"), true;
      if (c == '>') {
        if (at_ - row_ > kMaxPostRowBytes)
          return Damaged(at_ + 1, "a row of more than 4 MiB"), true;
        const std::string_view row(buffer_.data() + row_, at_ + 1 - row_);
        Parse(row);
        in_row_ = false;
        row_ = at_ + 1;
        return true;
      }
      if (c == '"' || c == '\'') quote_ = c;
      ++at_;
      continue;
    }
    const std::string_view rest(buffer_.data() + at_, buffer_.size() - at_);
    const size_t end = std::min(rest.find(quote_), rest.size());
    const size_t broken = rest.substr(0, end).find('<');
    if (broken != rest.npos) return Damaged(at_ + broken, "a row with an open quote"), true;
    at_ += end;
    if (end == rest.size()) break;
    quote_ = 0;
    ++at_;
  }
  if (at_ - row_ > kMaxPostRowBytes) return Damaged(at_, "a row of more than 4 MiB"), true;
  return false;
}

void PostRowScanner::Feed(std::string_view piece) {
  buffer_.append(piece);
  while (in_row_ ? FindRowEnd() : FindRow()) {
  }
  buffer_.erase(0, row_);
  offset_ += static_cast<int64_t>(row_);
  at_ -= std::min(at_, row_);
  row_ = 0;
}

void PostRowScanner::Finish() {
  if (in_row_) Damaged(buffer_.size(), "a row that the file's end cuts");
  buffer_.clear();
}

void PostRowScanner::Parse(std::string_view row) {
  std::string_view text = row.substr(kRow.size(), row.size() - kRow.size() - 1);
  PostRow post;
  bool good = true;
  std::string_view name, value;
  while (NextAttribute(&text, &name, &value)) {
    if (name == "Id") good &= ToNumber(value, &post.id);
    if (name == "PostTypeId") good &= ToNumber(value, &post.type);
    if (name == "ParentId" && !value.empty()) good &= ToNumber(value, &post.parent_id);
    if (name == "Score" && !value.empty()) good &= ToNumber(value, &post.score);
    if (name == "Title") post.title = value;
    if (name == "Body") post.body = value;
    if (name == "Tags") post.tags = value;
    if (name == "CreationDate") post.created = value;
  }
  if (text.ends_with('/')) text.remove_suffix(1);
  good &= text.find_first_not_of(" \t\r\n") == text.npos && post.id > 0 && post.type > 0;
  good &= post.type != 2 || post.parent_id > 0;
  if (good) return take_(post, static_cast<int64_t>(row.size()));
  damaged_(row, offset_ + static_cast<int64_t>(row_), "a row without the attributes of a post");
}

}  // namespace cria::corpus
