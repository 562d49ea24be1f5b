// GPT-2's alphabet of printable characters for bytes (openai/gpt-2, encoder.py, bytes_to_unicode).
#include "tokenizer/byte_level.h"

#include <array>

#include "base/utf8.h"

namespace cria::tokenizer {
namespace {

// Printable Latin-1 stands for itself; the other 68 bytes are U+0100 upwards, in order.
std::array<uint32_t, 256> MakeAlphabet() {
  std::array<uint32_t, 256> codes{};
  uint32_t next = 0x100;
  for (uint32_t b = 0; b < 256; ++b) {
    const bool printable = (b >= 0x21 && b <= 0x7E) || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
    codes[b] = printable ? b : next++;
  }
  return codes;
}

const std::array<uint32_t, 256>& Alphabet() {
  static const std::array<uint32_t, 256> codes = MakeAlphabet();
  return codes;
}

std::array<int, 0x144> MakeBytes() {
  std::array<int, 0x144> bytes;
  bytes.fill(-1);
  for (int b = 0; b < 256; ++b) bytes[Alphabet()[static_cast<size_t>(b)]] = b;
  return bytes;
}

}  // namespace

bool BytesOfAlphabet(std::string_view text, std::string* bytes) {
  static const std::array<int, 0x144> byte_of = MakeBytes();
  while (!text.empty()) {
    const Utf8Char c = DecodeUtf8(text);
    if (!c.valid || c.code >= byte_of.size() || byte_of[c.code] < 0) return false;
    bytes->push_back(static_cast<char>(byte_of[c.code]));
    text.remove_prefix(static_cast<size_t>(c.length));
  }
  return true;
}

std::string AlphabetOf(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) AppendUtf8(Alphabet()[static_cast<uint8_t>(byte)], &text);
  return text;
}

}  // namespace cria::tokenizer
