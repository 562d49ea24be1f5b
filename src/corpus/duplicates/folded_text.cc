// Folding of single characters: utf8proc, remembered in a table for the basic plane.
#include "corpus/duplicates/folded_text.h"

#include <utf8proc.h>

#include "base/utf8.h"

namespace cria::corpus {
namespace {

// Scripts written without blanks: Han, kana, Thai, Lao, Myanmar, Khmer, Tibetan.
bool StandsAlone(uint32_t code) {
  return (code >= 0x0e00 && code <= 0x109f) || (code >= 0x1780 && code <= 0x17ff) ||
         (code >= 0x3040 && code <= 0x30ff) || (code >= 0x31f0 && code <= 0x31ff) ||
         (code >= 0x3400 && code <= 0x4dbf) || (code >= 0x4e00 && code <= 0x9fff) ||
         (code >= 0xf900 && code <= 0xfaff) || (code >= 0x20000 && code <= 0x3ffff);
}

FoldedChar Fold(uint32_t code) {
  FoldedChar folded;
  const auto signed_code = static_cast<utf8proc_int32_t>(code);
  const auto category = utf8proc_category(signed_code);
  if (category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME) {
    folded.kind = FoldedKind::kSkip;
  } else if (category == UTF8PROC_CATEGORY_CF) {
    folded.kind = FoldedKind::kSkip;
  } else if (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) {
    folded.kind = StandsAlone(code) ? FoldedKind::kAlone : FoldedKind::kLetter;
  } else if (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO) {
    folded.kind = FoldedKind::kDigit;
  }
  if (folded.kind <= FoldedKind::kSkip) return folded;
  std::array<utf8proc_int32_t, 4> codes;
  int boundary = UTF8PROC_BOUNDCLASS_START;
  const auto options =
      static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK | UTF8PROC_CASEFOLD);
  const auto count = utf8proc_decompose_char(
      signed_code, codes.data(), static_cast<utf8proc_ssize_t>(codes.size()), options, &boundary);
  if (count < 1 || count > static_cast<utf8proc_ssize_t>(codes.size())) {  // none known today
    folded.codes[0] = code;
    folded.count = 1;
    return folded;
  }
  folded.count = static_cast<int8_t>(count);
  for (int i = 0; i < folded.count; ++i) folded.codes[i] = static_cast<uint32_t>(codes[i]);
  return folded;
}

// Kind and the one code, for the characters that fold to at most one; the others say so.
struct Entry {
  uint16_t code = 0;
  FoldedKind kind = FoldedKind::kBreak;
  int8_t count = 0;
};
constexpr int8_t kAskAgain = -1;

std::vector<Entry> MakeTable() {
  std::vector<Entry> table(0x10000);
  for (uint32_t code = 0x80; code < table.size(); ++code) {
    const FoldedChar folded = Fold(code);
    const bool fits = folded.count <= 1 && folded.codes[0] < 0x10000;
    table[code] = {static_cast<uint16_t>(folded.codes[0]), folded.kind,
                   fits ? folded.count : kAskAgain};
  }
  return table;
}

}  // namespace

FoldedChar FoldChar(std::string_view rest) {
  static const std::vector<Entry>& table = *new std::vector<Entry>(MakeTable());
  const Utf8Char c = DecodeUtf8(rest);
  FoldedChar folded;
  if (c.valid && c.code < 0x80) {
    const uint8_t letter = kFoldedAscii[c.code];
    if (letter == 0) return folded;
    folded.kind = letter <= '9' ? FoldedKind::kDigit : FoldedKind::kLetter;
    folded.codes[0] = letter;
    folded.count = 1;
    return folded;
  }
  if (!c.valid) return folded;
  if (c.code < table.size() && table[c.code].count != kAskAgain) {
    folded.kind = table[c.code].kind;
    folded.codes[0] = table[c.code].code;
    folded.count = table[c.code].count;
  } else {
    folded = Fold(c.code);
  }
  folded.bytes = static_cast<int8_t>(c.length);
  return folded;
}

}  // namespace cria::corpus
