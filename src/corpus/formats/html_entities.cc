// The names are libxml2's table of HTML 4; numbers are checked for what XML allows in text.
#include "corpus/formats/html_entities.h"

#include <libxml/HTMLparser.h>

#include <unordered_map>

#include "base/utf8.h"

namespace cria::corpus {
namespace {

constexpr size_t kMaxReferenceBytes = 16;  // &thetasym; and &#x0010FFFF;
constexpr unsigned kLastNamed = 9830;      // &diams;

const std::unordered_map<std::string_view, uint32_t>& Names() {
  static const auto names = [] {
    std::unordered_map<std::string_view, uint32_t> map;
    for (unsigned code = 34; code <= kLastNamed; ++code) {
      if (const htmlEntityDesc* entity = htmlEntityValueLookup(code)) map[entity->name] = code;
    }
    map["apos"] = '\'';
    return map;
  }();
  return names;
}

bool IsText(uint32_t code) {
  if (code < 0x20) return code == '\t' || code == '\n' || code == '\r';
  return (code < 0x7f || code > 0x9f) && (code < 0xd800 || code > 0xdfff) && code <= 0x10ffff &&
         (code & 0xfffe) != 0xfffe;
}

// 0 if `digits` is not a number of this base.
uint32_t Number(std::string_view digits, uint32_t base) {
  if (digits.empty()) return 0;
  uint64_t code = 0;
  for (const char c : digits) {
    const uint32_t digit = c >= '0' && c <= '9'   ? static_cast<uint32_t>(c - '0')
                           : c >= 'a' && c <= 'f' ? static_cast<uint32_t>(c - 'a' + 10)
                           : c >= 'A' && c <= 'F' ? static_cast<uint32_t>(c - 'A' + 10)
                                                  : 99;
    if (digit >= base) return 0;
    code = code * base + digit;
    if (code > 0x10ffff) return 0;
  }
  return static_cast<uint32_t>(code);
}

}  // namespace

HtmlEntity MatchHtmlEntity(std::string_view text) {
  const size_t end = text.substr(0, kMaxReferenceBytes).find(';');
  if (end == text.npos || end < 2) return {};
  const std::string_view name = text.substr(1, end - 1);
  uint32_t code = 0;
  if (name[0] == '#') {
    const bool hex = name.size() > 1 && (name[1] == 'x' || name[1] == 'X');
    code = hex ? Number(name.substr(2), 16) : Number(name.substr(1), 10);
    // Windows-1252 by number, as browsers read it: the usual two.
    if (code == 0x96) code = 0x2013;
    if (code == 0x97) code = 0x2014;
  } else {
    const auto found = Names().find(name);
    if (found != Names().end()) code = found->second;
  }
  if (code == 0 || !IsText(code)) return {};
  return {code, end + 1};
}

std::string DecodeHtmlEntities(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (true) {
    const size_t at = text.find('&');
    out.append(text.substr(0, at));
    if (at == text.npos) return out;
    text.remove_prefix(at);
    const HtmlEntity entity = MatchHtmlEntity(text);
    if (entity.length > 0) {
      AppendUtf8(entity.code, &out);
    } else {
      out += '&';
    }
    text.remove_prefix(entity.length > 0 ? entity.length : 1);
  }
}

}  // namespace cria::corpus
