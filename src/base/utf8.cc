// A decoder by ranges of lead bytes (Unicode, Table 3-7); the rest is built on it.
#include "base/utf8.h"

namespace cria {
namespace {

bool IsContinuation(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

int LengthFromLead(uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if ((lead & 0xF0) == 0xE0) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

}  // namespace

Utf8Char DecodeUtf8(std::string_view text) {
  constexpr uint32_t kReplacement = 0xFFFD;
  if (text.empty()) return {0, 0, false};
  const uint8_t lead = static_cast<uint8_t>(text[0]);
  if (lead < 0x80) return {lead, 1, true};
  const int length = LengthFromLead(lead);
  if (length == 0 || text.size() < static_cast<size_t>(length)) return {kReplacement, 1, false};
  uint32_t code = lead & (0x7Fu >> length);
  for (int i = 1; i < length; ++i) {
    if (!IsContinuation(text[i])) return {kReplacement, 1, false};
    code = code << 6 | (static_cast<uint8_t>(text[i]) & 0x3F);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  if (overlong || (code >= 0xD800 && code <= 0xDFFF) || code > 0x10FFFF) {
    return {kReplacement, 1, false};
  }
  return {code, length, true};
}

void AppendUtf8(uint32_t code, std::string* out) {
  if (code < 0x80) {
    *out += static_cast<char>(code);
  } else if (code < 0x800) {
    *out += static_cast<char>(0xC0 | code >> 6);
    *out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    *out += static_cast<char>(0xE0 | code >> 12);
    *out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    *out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    *out += static_cast<char>(0xF0 | code >> 18);
    *out += static_cast<char>(0x80 | (code >> 12 & 0x3F));
    *out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    *out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

bool IsValidUtf8(std::string_view text) {
  while (!text.empty()) {
    const Utf8Char c = DecodeUtf8(text);
    if (!c.valid) return false;
    text.remove_prefix(static_cast<size_t>(c.length));
  }
  return true;
}

std::string RepairUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Char c = DecodeUtf8(text);
    if (c.valid) {
      out.append(text.substr(0, static_cast<size_t>(c.length)));
    } else {
      AppendUtf8(c.code, &out);
    }
    text.remove_prefix(static_cast<size_t>(c.length));
  }
  return out;
}

size_t CompleteUtf8Prefix(std::string_view bytes) {
  const size_t n = bytes.size();
  for (size_t back = 1; back <= 3 && back <= n; ++back) {
    const char c = bytes[n - back];
    if (IsContinuation(c)) continue;
    const int length = LengthFromLead(static_cast<uint8_t>(c));
    return length > static_cast<int>(back) ? n - back : n;
  }
  return n;
}

}  // namespace cria
