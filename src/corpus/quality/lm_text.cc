// ASCII goes through a table of bytes, the rest of the basic plane through a table of replacements
// that is made once with utf8proc.
#include "corpus/quality/lm_text.h"

#include <utf8proc.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "corpus/quality/white_space.h"

namespace cria::corpus {
namespace {

constexpr uint32_t kPlane = 0x10000;
constexpr uint32_t kCapitalSigma = 0x3a3, kSigma = 0x3c3, kFinalSigma = 0x3c2;
constexpr uint32_t kCapitalIWithDot = 0x130;

// cc_net's UNICODE_PUNCT. Its entry for U+FF11 (a digit, 0 before the table is asked) never
// applies.
struct Punctuation {
  uint32_t code;
  const char* ascii;
};
constexpr Punctuation kPunctuation[] = {
    {0xff0c, ","}, {0x3002, "."},   {0x3001, ","},  {0x201e, "\""},  {0x201d, "\""}, {0x201c, "\""},
    {0xab, "\""},  {0xbb, "\""},    {0x300d, "\""}, {0x300c, "\""},  {0x300a, "\""}, {0x300b, "\""},
    {0xb4, "'"},   {0x2236, ":"},   {0xff1a, ":"},  {0xff1f, "?"},   {0xff01, "!"},  {0xff08, "("},
    {0xff09, ")"}, {0xff1b, ";"},   {0x2013, "-"},  {0x2014, " - "}, {0xff0e, ". "}, {0xff5e, "~"},
    {0x2019, "'"}, {0x2026, "..."}, {0x2501, "-"},  {0x3008, "<"},   {0x3009, ">"},  {0x3010, "["},
    {0x3011, "]"}, {0xff05, "%"},   {0x25ba, "-"},
};

bool IsControl(uint32_t code) { return code < 0x20 || (code >= 0x7f && code < 0xa0); }

utf8proc_category_t Category(uint32_t code) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(code));
}

void AppendOne(uint32_t code, std::string* out) {
  if (IsControl(code) || Category(code) == UTF8PROC_CATEGORY_MN) return;
  if (Category(code) == UTF8PROC_CATEGORY_ND) {
    out->push_back('0');
    return;
  }
  for (const Punctuation& mark : kPunctuation) {
    if (mark.code != code) continue;
    out->append(mark.ascii);
    return;
  }
  AppendUtf8(code, out);
}

// What a character becomes. The capital sigma's form depends on its neighbours and is not made
// here.
void AppendReplacement(uint32_t code, std::string* out) {
  if (code == kCapitalIWithDot) {  // its lower case has two characters, the second an accent
    out->push_back('i');
    return;
  }
  const utf8proc_int32_t lower = utf8proc_tolower(static_cast<utf8proc_int32_t>(code));
  std::array<utf8proc_int32_t, 16> parts;
  int last_class = 0;
  const utf8proc_ssize_t n =
      utf8proc_decompose_char(lower, parts.data(), parts.size(), UTF8PROC_DECOMPOSE, &last_class);
  if (n <= 0 || n > static_cast<utf8proc_ssize_t>(parts.size())) {
    AppendOne(static_cast<uint32_t>(lower), out);
    return;
  }
  for (utf8proc_ssize_t i = 0; i < n; ++i) AppendOne(static_cast<uint32_t>(parts[i]), out);
}

// Replacements of the basic plane, one behind the other.
struct PlaneTable {
  std::string text;
  std::vector<uint32_t> ends;  // by code

  PlaneTable() : ends(kPlane) {
    for (uint32_t code = 0; code < kPlane; ++code) {
      AppendReplacement(code, &text);
      ends[code] = static_cast<uint32_t>(text.size());
    }
  }
  std::string_view Of(uint32_t code) const {
    const uint32_t begin = code == 0 ? 0 : ends[code - 1];
    return std::string_view(text).substr(begin, ends[code] - begin);
  }
};

const PlaneTable& Plane() {
  static const PlaneTable table;
  return table;
}

// Unicode's Case_Ignorable and Cased, by category and the punctuation among the former.
bool IsCaseIgnorable(uint32_t code) {
  switch (Category(code)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK:
      return true;
    default:
      return code == '\'' || code == '.' || code == ':' || code == 0xb7 || code == 0x387 ||
             code == 0x2018 || code == 0x2019 || code == 0x2024 || code == 0x2027;
  }
}

bool IsCased(uint32_t code) {
  const utf8proc_category_t category = Category(code);
  return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LL ||
         category == UTF8PROC_CATEGORY_LT;
}

class LmNormalizer {
 public:
  LmNormalizer(LmLineBreaks line_breaks, std::string* out) : out_(out) {
    for (uint32_t c = 0; c < 0x80; ++c) {
      const bool letter = c >= 'A' && c <= 'Z', digit = c >= '0' && c <= '9';
      ascii_[c] = static_cast<char>(letter ? c + 32 : digit ? '0' : IsControl(c) ? 0 : c);
    }
    if (line_breaks == LmLineBreaks::kSpace) ascii_['\n'] = ' ';
  }

  void Run(std::string_view text) {
    text_ = text;
    while (at_ < text_.size()) {
      if (static_cast<uint8_t>(text_[at_]) < 0x80) {
        Ascii();
      } else {
        Other();
      }
    }
  }

 private:
  void Ascii() {
    size_t end = at_;
    while (end < text_.size() && static_cast<uint8_t>(text_[end]) < 0x80) ++end;
    const size_t old = out_->size();
    out_->resize(old + end - at_);
    char* to = out_->data() + old;
    for (size_t i = at_; i < end; ++i) {
      const char c = ascii_[static_cast<uint8_t>(text_[i])];
      *to = c;
      to += c != 0;
    }
    out_->resize(static_cast<size_t>(to - out_->data()));
    at_ = end;
  }

  void Other() {
    const Utf8Char c = DecodeUtf8(text_.substr(at_));
    if (c.code == kCapitalSigma) {
      AppendUtf8(IsFinalSigma() ? kFinalSigma : kSigma, out_);
    } else if (c.code < kPlane) {
      out_->append(plane_.Of(c.code));
    } else {
      AppendReplacement(c.code, out_);
    }
    at_ += static_cast<size_t>(c.length);
  }

  // Unicode's Final_Sigma: a cased letter before and none behind, case-ignorable ones passed over.
  // A sigma is cased, so no stretch is passed twice in one direction.
  bool IsFinalSigma() const {
    size_t before = at_;
    bool cased = false;
    while (before > 0) {
      size_t begin = before - 1;
      while (begin > 0 && before - begin < 4 && (text_[begin] & 0xc0) == 0x80) --begin;
      const uint32_t code = DecodeUtf8(text_.substr(begin)).code;
      before = begin;
      if (IsCaseIgnorable(code)) continue;
      cased = IsCased(code);
      break;
    }
    if (!cased) return false;
    size_t behind = at_ + 2;  // the capital sigma has two bytes
    while (behind < text_.size()) {
      const Utf8Char c = DecodeUtf8(text_.substr(behind));
      behind += static_cast<size_t>(c.length);
      if (!IsCaseIgnorable(c.code)) return !IsCased(c.code);
    }
    return true;
  }

  std::string* out_;
  std::string_view text_;
  size_t at_ = 0;
  std::array<char, 0x80> ascii_;
  const PlaneTable& plane_ = Plane();
};

}  // namespace

std::string NormalizeLmText(std::string_view text, LmLineBreaks line_breaks) {
  std::string out;
  text = StripWhiteSpace(text);
  out.reserve(text.size() + text.size() / 16);
  LmNormalizer(line_breaks, &out).Run(text);
  return out;
}

}  // namespace cria::corpus
