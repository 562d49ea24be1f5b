// Characters as Python's str sees them: what is a blank, how many there are, upper and lower case.
#pragma once

#include <cstdint>
#include <string_view>

#include "tokenizer/marked_text.h"

namespace cria::tokenizer::jinja {

/// Python's str.isspace for one character.
bool IsSpace(uint32_t code);
/// Bytes of blanks at the front and at the end of valid UTF-8.
size_t LeadingSpace(std::string_view text);
size_t TrailingSpace(std::string_view text);
/// Of one hexadecimal digit, or -1.
int HexDigit(char c);

/// Characters in valid UTF-8.
size_t CountCharacters(std::string_view text);
/// Byte at which character number `index` begins; the size if there are fewer.
size_t ByteOfCharacter(std::string_view text, size_t index);

enum class Case { kUpper, kLower, kTitle, kCapitalize };
/// By simple case mapping of single characters; marks stay with the characters.
MarkedText ChangeCase(const MarkedText& text, Case to);

bool IsAlphanumeric(uint32_t code);

}  // namespace cria::tokenizer::jinja
