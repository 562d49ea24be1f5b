// Field names without regard to case (RFC 9110); numbers that overflow count as not said.
#include "corpus/fetch/http_head.h"

#include <charconv>

#include "base/ascii.h"

namespace cria::corpus {
namespace {

constexpr size_t kMaxValueBytes = 1000;

// A whole number at the front of `text`, which is moved past it; -1 if there is none.
int64_t TakeNumber(std::string_view* text) {
  int64_t value = -1;
  const auto [stop, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || value < 0) return -1;
  text->remove_prefix(static_cast<size_t>(stop - text->data()));
  return value;
}

bool SameName(std::string_view a, std::string_view small) {
  if (a.size() != small.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    const char c = a[i] >= 'A' && a[i] <= 'Z' ? static_cast<char>(a[i] - 'A' + 'a') : a[i];
    if (c != small[i]) return false;
  }
  return true;
}

// "bytes 100-199/5000", "bytes 100-199/*", "bytes */5000".
void ReadContentRange(std::string_view value, HttpHead* head) {
  if (value.size() < 6 || !SameName(value.substr(0, 6), "bytes ")) return;
  value.remove_prefix(6);
  const size_t slash = value.find('/');
  if (slash == std::string_view::npos) return;
  std::string_view total = value.substr(slash + 1);
  head->range_total = TakeNumber(&total);
  head->range_begin = TakeNumber(&value);
}

void ReadStatus(std::string_view line, HttpHead* head) {
  *head = HttpHead();
  std::string_view rest = line.substr(line.find(' ') + 1);
  const int64_t status = TakeNumber(&rest);
  if (status >= 100 && status <= 999) head->status = static_cast<int>(status);
}

}  // namespace

int64_t HttpHead::total_bytes() const {
  if (status != 206) return content_bytes;
  if (range_total >= 0) return range_total;
  return range_begin >= 0 && content_bytes >= 0 && content_bytes <= INT64_MAX - range_begin
             ? range_begin + content_bytes
             : -1;
}

std::string HttpHead::strong_validator() const {
  return !etag.empty() && !etag.starts_with("W/") ? etag : last_modified;
}

void ReadHeadLine(std::string_view line, HttpHead* head) {
  if (line.starts_with("HTTP/") && line.find(' ') != std::string_view::npos) {
    return ReadStatus(line, head);
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view name = line.substr(0, colon);
  std::string_view value = Trimmed(line.substr(colon + 1));
  if (value.size() > kMaxValueBytes) return;
  if (SameName(name, "content-length")) {
    const int64_t bytes = TakeNumber(&value);
    if (value.empty()) head->content_bytes = bytes;
  } else if (SameName(name, "content-range")) {
    ReadContentRange(value, head);
  } else if (SameName(name, "etag")) {
    head->etag = value;
  } else if (SameName(name, "last-modified")) {
    head->last_modified = value;
  } else if (SameName(name, "retry-after")) {
    head->retry_after = value;
  } else if (SameName(name, "date")) {
    head->date = value;
  } else if (SameName(name, "content-type")) {
    head->content_type = value;
  }
}

}  // namespace cria::corpus
