// The names by libxml2's table (HTML 4), the common ones first; the numbers by the HTML standard.
#include "corpus/formats/character_reference.h"

#include <libxml/HTMLparser.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/utf8.h"

namespace cria::corpus {
namespace {

constexpr size_t kMaxNameBytes = 12;  // "thetasym" is the longest of HTML 4; numbers may have zeros

// HTML, 13.2.5.80: numbers 0x80 to 0x9f mean the characters of Windows-1252.
constexpr std::array<uint16_t, 32> kWindows1252 = {
    0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,  0x2030, 0x160,
    0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178};

// Value of the digits behind "#", or -1.
int64_t Number(std::string_view digits) {
  const bool hex = !digits.empty() && (digits[0] == 'x' || digits[0] == 'X');
  if (hex) digits.remove_prefix(1);
  if (digits.empty()) return -1;
  int64_t value = 0;
  for (const char c : digits) {
    int digit = -1;
    if (c >= '0' && c <= '9') digit = c - '0';
    if (hex && c >= 'a' && c <= 'f') digit = c - 'a' + 10;
    if (hex && c >= 'A' && c <= 'F') digit = c - 'A' + 10;
    if (digit < 0) return -1;
    value = value * (hex ? 16 : 10) + digit;  // at most kMaxNameBytes digits: no overflow
  }
  return value;
}

void AppendNumber(int64_t value, std::string* out) {
  if (value >= 0x80 && value < 0xa0) value = kWindows1252[static_cast<size_t>(value - 0x80)];
  const bool blank = value == '\t' || value == '\n' || value == '\r';
  if ((value > 0 && value < 0x20 && !blank) || value == 0x7f) return;
  const bool impossible = value == 0 || value > 0x10ffff || (value >= 0xd800 && value < 0xe000);
  AppendUtf8(impossible ? 0xfffd : static_cast<uint32_t>(value), out);
}

bool AppendNamed(std::string_view name, std::string* out) {
  constexpr std::pair<std::string_view, std::string_view> kCommon[] = {
      {"lt", "<"}, {"gt", ">"}, {"amp", "&"}, {"quot", "\""}, {"apos", "'"}, {"nbsp", "\u00a0"}};
  for (const auto& [known, text] : kCommon) {
    if (name == known) return out->append(text), true;
  }
  const std::string terminated(name);
  const htmlEntityDesc* entity =
      htmlEntityLookup(reinterpret_cast<const xmlChar*>(terminated.c_str()));
  if (entity == nullptr) return false;
  AppendUtf8(entity->value, out);
  return true;
}

// Appends what the reference at the front of `text` names; its bytes, 0 if there is none.
size_t AppendReference(std::string_view text, std::string* out) {
  const size_t end = text.substr(0, kMaxNameBytes + 2).find(';');
  if (end == text.npos || end < 2) return 0;
  const std::string_view name = text.substr(1, end - 1);
  if (name[0] == '#') {
    const int64_t value = Number(name.substr(1));
    if (value < 0) return 0;
    AppendNumber(value, out);
    return end + 1;
  }
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9')) return 0;
  }
  return AppendNamed(name, out) ? end + 1 : 0;
}

}  // namespace

void AppendDecodedReferences(std::string_view text, std::string* out) {
  while (!text.empty()) {
    const size_t plain = std::min(text.find('&'), text.size());
    out->append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) return;
    const size_t taken = AppendReference(text, out);
    if (taken == 0) *out += '&';
    text.remove_prefix(std::max<size_t>(taken, 1));
  }
}

}  // namespace cria::corpus
