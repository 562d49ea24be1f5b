// Properties from utf8proc.
#include "tokenizer/jinja/characters.h"

#include <utf8proc.h>

#include "base/utf8.h"

namespace cria::tokenizer::jinja {

bool IsSpace(uint32_t code) {
  if (code < 0x80)
    return code == ' ' || (code >= 9 && code <= 13) || (code >= 0x1C && code <= 0x1F);
  return code == 0x85 || code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) ||
         code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

size_t LeadingSpace(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const Utf8Char c = DecodeUtf8(text.substr(at));
    if (!IsSpace(c.code)) break;
    at += static_cast<size_t>(c.length);
  }
  return at;
}

size_t TrailingSpace(std::string_view text) {
  size_t end = text.size();
  while (end > 0) {
    size_t begin = end - 1;
    while (begin > 0 && (text[begin] & 0xC0) == 0x80) --begin;
    if (!IsSpace(DecodeUtf8(text.substr(begin, end - begin)).code)) break;
    end = begin;
  }
  return text.size() - end;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

size_t CountCharacters(std::string_view text) {
  size_t count = 0;
  for (const char c : text) count += (c & 0xC0) != 0x80;
  return count;
}

size_t ByteOfCharacter(std::string_view text, size_t index) {
  for (size_t at = 0; at < text.size(); ++at) {
    if ((text[at] & 0xC0) != 0x80 && index-- == 0) return at;
  }
  return text.size();
}

bool IsAlphanumeric(uint32_t code) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(code))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return true;
    default:
      return false;
  }
}

MarkedText ChangeCase(const MarkedText& text, Case to) {
  MarkedText out;
  bool word_start = true;
  for (size_t at = 0; at < text.size();) {
    const Utf8Char c = DecodeUtf8(std::string_view(text.bytes()).substr(at));
    const auto code = static_cast<utf8proc_int32_t>(c.code);
    const bool upper = to == Case::kUpper || (to == Case::kTitle && word_start) ||
                       (to == Case::kCapitalize && at == 0);
    std::string changed;
    AppendUtf8(static_cast<uint32_t>(upper ? utf8proc_toupper(code) : utf8proc_tolower(code)),
               &changed);
    const size_t end = at + static_cast<size_t>(c.length);
    out.Append(changed, text.TouchesForeign(at, end));
    // Jinja2's title: a word begins behind a blank, a hyphen or an opening bracket.
    word_start = IsSpace(c.code) || c.code == '-' || c.code == '(' || c.code == '{' ||
                 c.code == '[' || c.code == '<';
    at = end;
  }
  return out;
}

}  // namespace cria::tokenizer::jinja
