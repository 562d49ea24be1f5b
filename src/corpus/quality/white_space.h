// White space and line ends as Python's str.strip, split and splitlines see them, in UTF-8: C4's
// reference is a Python program, and web text is full of no-break spaces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cria::corpus {

/// False for most bytes that are no white space at all: spares the look at those.
inline bool MayBeSpace(char c) {
  const auto byte = static_cast<uint8_t>(c);
  return byte <= ' ' || byte == 0xc2 || (byte >= 0xe1 && byte <= 0xe3);
}

/// Bytes of the white space character that starts at `i`, 0 if there is none. `i` < text.size().
inline size_t WhiteSpaceAt(std::string_view text, size_t i) {
  const auto c = static_cast<uint8_t>(text[i]);
  if (c < 0x80) return c == ' ' || (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x1f);
  if (c != 0xc2 && (c < 0xe1 || c > 0xe3)) return 0;
  const auto at = [&](size_t k) {
    return i + k < text.size() ? static_cast<uint8_t>(text[i + k]) : uint8_t{0};
  };
  if (c == 0xc2) return at(1) == 0x85 || at(1) == 0xa0 ? 2 : 0;
  if (c == 0xe1) return at(1) == 0x9a && at(2) == 0x80 ? 3 : 0;  // U+1680
  if (c == 0xe3) return at(1) == 0x80 && at(2) == 0x80 ? 3 : 0;  // U+3000
  if (at(1) == 0x81) return at(2) == 0x9f ? 3 : 0;               // U+205F
  if (at(1) != 0x80) return 0;
  const bool space = (at(2) >= 0x80 && at(2) <= 0x8a) ||               // U+2000 to U+200A
                     at(2) == 0xa8 || at(2) == 0xa9 || at(2) == 0xaf;  // U+2028, 2029, 202F
  return space ? 3 : 0;
}

/// Bytes of the line end at `i` ("\r\n" is one), 0 if there is none. `i` < text.size().
inline size_t LineEndAt(std::string_view text, size_t i) {
  const auto c = static_cast<uint8_t>(text[i]);
  if (c == '\r') return i + 1 < text.size() && text[i + 1] == '\n' ? 2 : 1;
  if (c < 0x80) return (c >= 0x0a && c <= 0x0c) || (c >= 0x1c && c <= 0x1e);
  const size_t space = WhiteSpaceAt(text, i);
  if (space == 2) return static_cast<uint8_t>(text[i + 1]) == 0x85 ? 2 : 0;
  if (space != 3 || c != 0xe2 || static_cast<uint8_t>(text[i + 1]) != 0x80) return 0;
  const auto last = static_cast<uint8_t>(text[i + 2]);
  return last == 0xa8 || last == 0xa9 ? 3 : 0;
}

/// Without the white space at both ends.
inline std::string_view StripWhiteSpace(std::string_view text) {
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t space = WhiteSpaceAt(text, begin);
    if (space == 0) break;
    begin += space;
  }
  text.remove_prefix(begin);
  while (!text.empty()) {  // a space is of one, two or three bytes
    size_t space = 0;
    for (size_t k = 1; k <= 3 && k <= text.size() && space == 0; ++k)
      if (WhiteSpaceAt(text, text.size() - k) == k) space = k;
    if (space == 0) break;
    text.remove_suffix(space);
  }
  return text;
}

}  // namespace cria::corpus
