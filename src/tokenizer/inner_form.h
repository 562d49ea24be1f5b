// Inner form: UTF-8 with a plain blank where SentencePiece writes U+2581, so that most text needs
// no rewriting. Helpers for valid UTF-8 only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/ascii.h"

namespace cria::tokenizer {

inline constexpr std::string_view kBlankMark = "\xE2\x96\x81";  // U+2581
inline constexpr uint32_t kBlankCode = 0x2581;

inline std::string ToInner(std::string_view text) { return ReplaceAll(text, kBlankMark, " "); }
inline std::string FromInner(std::string_view inner) { return ReplaceAll(inner, " ", kBlankMark); }

/// Bytes of the character that starts with `lead`.
inline size_t LengthOfValid(char lead) {
  const uint8_t byte = static_cast<uint8_t>(lead);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

/// Code point at `text`.
inline uint32_t DecodeValid(const char* text) {
  const auto byte = [text](int i) { return static_cast<uint32_t>(static_cast<uint8_t>(text[i])); };
  const uint32_t lead = byte(0);
  if (lead < 0x80) return lead;
  if (lead < 0xE0) return (lead & 0x1F) << 6 | (byte(1) & 0x3F);
  if (lead < 0xF0) return (lead & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
  return (lead & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
}

}  // namespace cria::tokenizer
