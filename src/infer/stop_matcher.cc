// The held text is short: at most one byte less than the longest stop string, and a piece.
#include "infer/stop_matcher.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace cria::infer {
namespace {

// Bytes at the end of `text` that are the beginning of `stop`, all of it excluded.
size_t PartialMatch(std::string_view text, std::string_view stop) {
  for (size_t n = std::min(text.size(), stop.size() - 1); n > 0; --n) {
    if (text.substr(text.size() - n) == stop.substr(0, n)) return n;
  }
  return 0;
}

}  // namespace

StopMatcher::StopMatcher(std::vector<std::string> strings) : strings_(std::move(strings)) {
  for (const std::string& stop : strings_) CRIA_CHECK(!stop.empty());
}

std::string StopMatcher::Feed(std::string_view piece) {
  if (stopped()) return {};
  if (strings_.empty()) return std::string(piece);
  held_ += piece;
  size_t end = std::string::npos, begin = 0;
  const std::string* found = nullptr;
  for (const std::string& stop : strings_) {
    const size_t at = held_.find(stop);
    if (at == std::string::npos) continue;
    const size_t stop_end = at + stop.size();
    if (found == nullptr || stop_end < end || (stop_end == end && at < begin)) {
      found = &stop;
      end = stop_end;
      begin = at;
    }
  }
  if (found != nullptr) {
    match_ = *found;
    held_.resize(begin);
    return std::exchange(held_, {});
  }
  size_t keep = 0;
  for (const std::string& stop : strings_) keep = std::max(keep, PartialMatch(held_, stop));
  std::string certain = held_.substr(0, held_.size() - keep);
  held_.erase(0, certain.size());
  return certain;
}

std::string StopMatcher::Flush() { return std::exchange(held_, {}); }

}  // namespace cria::infer
