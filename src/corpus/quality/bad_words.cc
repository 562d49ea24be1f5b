// The search: one look at a table of two-byte beginnings at each place where a word may start.
#include "corpus/quality/bad_words.h"

#include <algorithm>

#include "base/compressed_file.h"
#include "base/error.h"
#include "corpus/quality/white_space.h"

namespace cria::corpus {
namespace {

constexpr int64_t kMaxListBytes = int64_t{64} << 20;

bool IsSmallLetter(char c) { return c >= 'a' && c <= 'z'; }

// Words of one byte are kept under that byte and 0, which stands in no text.
uint16_t StartKey(std::string_view text) {
  const auto first = static_cast<uint8_t>(text[0]);
  const auto second = text.size() > 1 ? static_cast<uint8_t>(text[1]) : uint8_t{0};
  return static_cast<uint16_t>(first << 8 | second);
}

}  // namespace

void BadWords::Add(std::string_view word) {
  std::string lower(word);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  std::vector<std::string>& words = by_start_[StartKey(lower)];
  if (std::find(words.begin(), words.end(), lower) != words.end()) return;
  starts_[StartKey(lower)] = true;
  words.push_back(std::move(lower));
  ++size_;
}

BadWords BadWords::FromText(std::string_view list) {
  BadWords words;
  if (list.starts_with("\xef\xbb\xbf")) list.remove_prefix(3);
  while (!list.empty()) {
    const size_t end = std::min(list.find('\n'), list.size());
    const std::string_view word = StripWhiteSpace(list.substr(0, end));
    if (!word.empty()) words.Add(word);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return words;
}

BadWords BadWords::FromFile(const fs::path& path) {
  BadWords words = FromText(TextReader(path).ReadAll(kMaxListBytes));
  if (words.size() == 0)
    throw Error("the list of bad words is empty", path.string(),
                "put one word or phrase on each line, or leave the list out");
  return words;
}

bool BadWords::FoundIn(std::string_view line) const {
  if (size_ == 0) return false;
  for (size_t i = 1; i < line.size(); ++i) {
    if (IsSmallLetter(line[i - 1])) continue;
    const std::string_view rest = line.substr(i);
    for (const size_t bytes : {2, 1}) {
      const uint16_t key = StartKey(rest.substr(0, bytes));
      if (!starts_[key]) continue;
      for (const std::string& word : by_start_.at(key))
        if (rest.size() > word.size() && rest.starts_with(word) &&
            !IsSmallLetter(rest[word.size()]))
          return true;
    }
  }
  return false;
}

}  // namespace cria::corpus
