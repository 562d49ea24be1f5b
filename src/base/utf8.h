// UTF-8: decoding, validity, repair. Malformed input follows the Unicode "maximal subpart" practice
// unless said otherwise.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cria {

struct Utf8Char {
  uint32_t code;  ///< code point; U+FFFD when invalid
  int length;     ///< bytes consumed, >= 1 (0 only at the end of the text)
  bool valid;
};

/// Decodes the character at the front of `text`. Rejects overlong forms, surrogates and > U+10FFFF;
/// an invalid byte consumes one byte, as SentencePiece does.
Utf8Char DecodeUtf8(std::string_view text);

void AppendUtf8(uint32_t code, std::string* out);

bool IsValidUtf8(std::string_view text);

/// Replaces every invalid byte by U+FFFD.
std::string RepairUtf8(std::string_view text);

/// Length of the longest prefix of `bytes` that ends on a character boundary: the rest is the start
/// of a character that may still be completed. For streaming output.
size_t CompleteUtf8Prefix(std::string_view bytes);

}  // namespace cria
