// Text is decoded by the same guesses as documents are.
#include "corpus/excerpt.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.h"
#include "corpus/formats/encoding.h"
#include "corpus/formats/raw_text.h"

namespace cria::corpus {
namespace {

constexpr size_t kShownBinaryBytes = 256, kRowBytes = 16;

std::string HexRows(std::string_view bytes) {
  std::string out;
  for (size_t at = 0; at < bytes.size(); at += kRowBytes) {
    const std::string_view row = bytes.substr(at, kRowBytes);
    std::string numbers, letters;
    for (const char c : row) {
      numbers += fmt::format("{:02x} ", static_cast<unsigned char>(c));
      letters += c >= ' ' && c <= '~' ? c : '.';
    }
    out += fmt::format("{:08x}  {:<{}} |{}|\n", at, numbers, 3 * kRowBytes, letters);
  }
  return out;
}

}  // namespace

std::string Excerpt(std::string_view bytes) {
  const bool cut = bytes.size() > kMaxExcerptBytes;
  bytes = bytes.substr(0, kMaxExcerptBytes);
  if (LooksBinary(bytes)) return HexRows(bytes.substr(0, kShownBinaryBytes));
  if (cut) bytes = bytes.substr(0, CompleteUtf8Prefix(bytes));
  std::string text = CleanText(ToUtf8(bytes, ""), true);
  if (text.size() > kMaxExcerptBytes) {
    text.resize(CompleteUtf8Prefix(std::string_view(text).substr(0, kMaxExcerptBytes)));
  }
  return text;
}

}  // namespace cria::corpus
