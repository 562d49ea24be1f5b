// Byte order marks, declared character sets (iconv), double-encoded text, blanks and controls.
#include "corpus/formats/encoding.h"

#include <iconv.h>

#include <algorithm>
#include <array>

#include "base/utf8.h"

namespace cria::corpus {
namespace {

// Decodes with the system's tables; false when `charset` is unknown or does not fit the bytes.
bool Convert(std::string_view bytes, const std::string& charset, std::string* out) {
  const iconv_t converter = iconv_open("UTF-8", charset.c_str());
  if (converter == reinterpret_cast<iconv_t>(-1)) return false;
  out->resize(bytes.size() * 3 + 16);
  char* in = const_cast<char*>(bytes.data());
  size_t in_left = bytes.size(), out_left = out->size();
  char* to = out->data();
  constexpr size_t kFailed = static_cast<size_t>(-1);
  // The second call writes what a stateful character set holds back for a possible accent.
  const bool done = iconv(converter, &in, &in_left, &to, &out_left) != kFailed &&
                    iconv(converter, nullptr, nullptr, &to, &out_left) != kFailed;
  iconv_close(converter);
  out->resize(out->size() - out_left);
  return done && IsValidUtf8(*out);
}

// Code points of the bytes 0x80 to 0x9f in Windows-1252; the five undefined ones stand for
// themselves.
constexpr std::array<uint32_t, 32> kWindows1252 = {
    0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,  0x2030, 0x160,
    0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178};

std::string FromWindows1252(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 8);
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    AppendUtf8(byte >= 0x80 && byte < 0xa0 ? kWindows1252[byte - 0x80] : byte, &out);
  }
  return out;
}

int ToWindows1252(uint32_t code) {
  if (code < 0x80 || (code >= 0xa0 && code <= 0xff)) return static_cast<int>(code);
  const auto it = std::find(kWindows1252.begin(), kWindows1252.end(), code);
  return it == kWindows1252.end() ? -1 : static_cast<int>(0x80 + (it - kWindows1252.begin()));
}

bool MostlyUtf8(std::string_view bytes) {
  int64_t good = 0, bad = 0;
  while (!bytes.empty()) {
    if (static_cast<uint8_t>(bytes[0]) < 0x80) {
      bytes.remove_prefix(1);
      continue;
    }
    const Utf8Char c = DecodeUtf8(bytes);
    ++(c.valid ? good : bad);
    bytes.remove_prefix(static_cast<size_t>(c.length));
  }
  return good > bad;
}

bool IsFixedSpace(uint32_t code) {
  return code == 0xa0 || (code >= 0x2000 && code <= 0x200a) || code == 0x202f || code == 0x205f;
}

bool IsRemoved(uint32_t code) {
  return (code < 0x20 && code != '\n' && code != '\t') || (code >= 0x7f && code < 0xa0) ||
         code == 0xad || code == 0x200b || code == 0x200e || code == 0x200f ||
         (code >= 0x202a && code <= 0x202e) || (code >= 0x2060 && code <= 0x2064) ||
         code == 0xfeff || (code & 0xfffe) == 0xfffe;
}

}  // namespace

std::string ToUtf8(std::string_view bytes, const std::string& charset) {
  std::string out;
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  if ((bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) &&
      Convert(bytes, "UTF-16", &out)) {
    return out;
  }
  if (IsValidUtf8(bytes)) return std::string(bytes);
  if (!charset.empty() && charset != "utf-8" && charset != "utf8" &&
      Convert(bytes, charset, &out)) {
    return out;
  }
  return MostlyUtf8(bytes) ? RepairUtf8(bytes) : FromWindows1252(bytes);
}

bool LooksBinary(std::string_view bytes) {
  if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) return false;
  return bytes.substr(0, 1 << 16).find('\0') != std::string_view::npos;
}

bool LooksBinaryPage(std::string_view bytes) {
  constexpr std::ptrdiff_t kFew = 16, kShare = 1000;
  if (!LooksBinary(bytes)) return false;
  const std::string_view start = bytes.substr(0, 1 << 16);
  const auto nuls = std::count(start.begin(), start.end(), '\0');
  const bool few = nuls <= kFew && nuls * kShare <= static_cast<std::ptrdiff_t>(start.size());
  return !few || start.find('<') == start.npos;
}

std::string RepairMojibake(std::string text) {
  // Every doubly encoded character starts with U+00C2 to U+00F4, that is 0xC3 in UTF-8 (or 0xC2
  // 0x..).
  if (text.find('\xc3') == std::string::npos) return text;
  std::string bytes;
  bool outside_ascii = false;
  for (std::string_view rest = text; !rest.empty();) {
    const Utf8Char c = DecodeUtf8(rest);
    const int byte = ToWindows1252(c.code);
    if (byte < 0) return text;
    outside_ascii |= byte >= 0x80;
    bytes += static_cast<char>(byte);
    rest.remove_prefix(static_cast<size_t>(c.length));
  }
  return outside_ascii && IsValidUtf8(bytes) ? bytes : text;
}

std::string CleanText(std::string_view text, bool code) {
  const int max_newlines = code ? 3 : 2;
  std::string out;
  out.reserve(text.size());
  std::string spaces;
  int newlines = 0;
  const auto flush = [&] {
    if (newlines > 0 && !out.empty()) out.append(std::min(newlines, max_newlines), '\n');
    newlines = 0;
    out += spaces;
    spaces.clear();
  };
  for (size_t i = 0; i < text.size();) {
    const char first = text[i];
    if (first == '\r' || first == '\n') {
      if (first == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
      ++newlines;
      spaces.clear();
      ++i;
    } else if (first == ' ' || first == '\t') {
      spaces += first;
      ++i;
    } else if (first > ' ' && first < 0x7f) {
      if (newlines > 0 || !spaces.empty()) flush();
      out += first;
      ++i;
    } else {
      const Utf8Char c = DecodeUtf8(text.substr(i));
      if (IsFixedSpace(c.code)) {
        spaces += ' ';
      } else if (c.code == 0x2028 || c.code == 0x2029) {
        newlines += c.code == 0x2029 ? 2 : 1;
        spaces.clear();
      } else if (!IsRemoved(c.code)) {
        if (newlines > 0 || !spaces.empty()) flush();
        AppendUtf8(c.code, &out);
      }
      i += static_cast<size_t>(c.length);
    }
  }
  return out;
}

}  // namespace cria::corpus
