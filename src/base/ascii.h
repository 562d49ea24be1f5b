// Small operations on text whose marks are ASCII: names of fields, of files, of formats. Letters
// beyond ASCII pass unchanged.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

namespace cria {

/// Without any of `blanks` at both ends.
inline std::string_view Trimmed(std::string_view text, std::string_view blanks = " \t\r\n\f\v") {
  const size_t begin = text.find_first_not_of(blanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

inline char LowerAscii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

inline std::string LowerAscii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = LowerAscii(c);
  return lower;
}

/// Every `before` in `text`, from left to right, made `after`.
inline std::string ReplaceAll(std::string_view text, std::string_view before,
                              std::string_view after) {
  std::string out;
  out.reserve(text.size());
  size_t at = 0;
  for (size_t hit; (hit = text.find(before, at)) != text.npos; at = hit + before.size()) {
    out.append(text, at, hit - at).append(after);
  }
  return out.append(text, at);
}

inline bool StartsWithAny(std::string_view text, std::initializer_list<std::string_view> starts) {
  return std::any_of(starts.begin(), starts.end(),
                     [&](std::string_view start) { return text.starts_with(start); });
}

}  // namespace cria
