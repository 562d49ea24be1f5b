// A list of words and phrases that nobody wants, and the search for any of them in a line, as C4
// does it. The list is the user's; none is built in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/file.h"

namespace cria::corpus {

class BadWords {
 public:
  /// One word or phrase a line; white space at both ends, empty lines and repetitions do not count;
  /// capitals are compared as small letters (ASCII).
  static BadWords FromText(std::string_view list);
  /// The same from a file (.gz and .zst too). Error: not readable, or no word in it.
  static BadWords FromFile(const fs::path& path);

  /// Whether one of them stands in `line`, which is lower case, between two bytes that are not a-z.
  /// Both must be there: C4's expression misses a word at the very start of a line, and so do we.
  bool FoundIn(std::string_view line) const;

  int64_t size() const { return size_; }

 private:
  void Add(std::string_view word);

  // By the first two bytes (or one): few words share them, so a position costs next to nothing.
  std::unordered_map<uint16_t, std::vector<std::string>> by_start_;
  std::vector<bool> starts_ = std::vector<bool>(1 << 16);
  int64_t size_ = 0;
};

}  // namespace cria::corpus
