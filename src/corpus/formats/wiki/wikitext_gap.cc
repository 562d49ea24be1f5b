// Scripts without blanks need no rule of their own: there a letter touches the gap on both sides.
#include "corpus/formats/wiki/wikitext_gap.h"

#include <utf8proc.h>

#include <algorithm>
#include <cctype>

#include "base/utf8.h"
#include "corpus/formats/wiki/wikitext_marks.h"

namespace cria::corpus {
namespace {

// Marks and blanks beside a gap beyond which nothing is looked for: many gaps in a row are judged
// one by one.
constexpr size_t kMaxLook = 64;

utf8proc_category_t CategoryOf(uint32_t code) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(code));
}

bool IsWordCharacter(uint32_t code) {
  const auto category = CategoryOf(code);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO;
}

bool IsSmallLetter(uint32_t code) { return CategoryOf(code) == UTF8PROC_CATEGORY_LL; }

uint32_t FirstOf(std::string_view text) { return DecodeUtf8(text).code; }

uint32_t LastOf(std::string_view text) {
  size_t at = text.size() - 1;
  while (at > 0 && text.size() - at < 4 && (static_cast<uint8_t>(text[at]) & 0xc0) == 0x80) --at;
  return DecodeUtf8(text.substr(at)).code;
}

bool IsStop(uint32_t code) {
  return code == '.' || code == '!' || code == '?' || code == ':' || code == 0x2026 ||
         code == 0x3002 || code == 0xff01 || code == 0xff1f || code == 0xff1a;
}

bool ClosesQuote(uint32_t code) {
  return code == '"' || code == '\'' || code == ')' || code == ']' || code == 0x201d ||
         code == 0x2019 || code == 0xbb || code == 0x201c || code == 0x300d || code == 0xff09;
}

// Brackets, quotes, currencies and signs that want something behind them.
bool Opens(uint32_t code) {
  const auto category = CategoryOf(code);
  return category == UTF8PROC_CATEGORY_SC || category == UTF8PROC_CATEGORY_PS ||
         category == UTF8PROC_CATEGORY_PI || code == 0x201e || code == '=' || code == '/' ||
         code == '+' || code == 0x2212 || code == '~' || code == 0xb1;
}

struct Side {
  std::string_view text;  // beyond blanks and marks
  bool blank = false;
};

Side Left(std::string_view before) {
  Side side;
  size_t end = before.size();
  const size_t least = end > kMaxLook ? end - kMaxLook : 0;
  while (end > least && (IsWikitextSpace(before[end - 1]) || IsWikitextMark(before[end - 1]))) {
    --end;
    side.blank = side.blank || IsWikitextSpace(before[end]);
  }
  side.text = before.substr(0, end);
  return side;
}

Side Right(std::string_view after) {
  Side side;
  size_t begin = 0;
  const size_t most = std::min(after.size(), kMaxLook);
  while (begin < most && (IsWikitextSpace(after[begin]) || IsWikitextMark(after[begin]))) {
    side.blank = side.blank || IsWikitextSpace(after[begin]);
    ++begin;
  }
  side.text = after.substr(begin);
  return side;
}

// Nothing but brackets: "(claimed by Morocco) (MAR)".
bool OnlyBrackets(std::string_view text) {
  int depth = 0;
  std::string outside;
  for (const char c : text) {
    if (c == '(') ++depth;
    if (depth == 0) outside += c;
    if (c == ')' && depth > 0) --depth;
  }
  return !HasWikitextWords(outside);
}

// "1.423", "15 1,44%": of what, the gap said.
bool OnlyFigures(std::string_view text) {
  bool figures = false;
  for (const char c : text.substr(0, kMaxLook)) {
    if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
      figures = true;
    } else if (std::string_view(" .,%()+-/").find(c) == std::string_view::npos &&
               !IsWikitextMark(c)) {
      return false;
    }
  }
  return figures && text.size() < kMaxLook;
}

WikitextGap AtStart(const Side& right) {
  if (right.text.empty()) return WikitextGap::kNone;
  const char first = right.text[0];
  if (OnlyFigures(right.text)) return WikitextGap::kSubject;
  if (first == ':' || first == '.' || first == ',' || first == ';' || first == ')') {
    return WikitextGap::kSubject;
  }
  // "(gap) has noted that": the subject; texts begin with a capital.
  if (right.blank && IsSmallLetter(FirstOf(right.text))) return WikitextGap::kWord;
  return first == '(' && OnlyBrackets(right.text) ? WikitextGap::kSubject : WikitextGap::kNone;
}

bool AfterStop(std::string_view left) {
  for (int closers = 0; closers < 3 && !left.empty(); ++closers) {
    const uint32_t last = LastOf(left);
    if (IsStop(last)) return true;
    if (!ClosesQuote(last)) return false;
    left.remove_suffix(std::min(left.size(), last < 0x80 ? size_t{1} : last < 0x800 ? 2 : 3));
  }
  return false;
}

}  // namespace

WikitextGap JudgeWikitextGap(std::string_view before, std::string_view after) {
  const Side left = Left(before), right = Right(after);
  if (left.text.empty()) return AtStart(right);
  // "- 1967: (gap)"; other ends of lines are full of notes and signs.
  if (right.text.empty()) {
    return left.text.ends_with(':') ? WikitextGap::kEnd : WikitextGap::kNone;
  }
  const uint32_t last = LastOf(left.text), first = FirstOf(right.text);
  if (last <= 0x20 || first <= 0x20) return WikitextGap::kNone;  // too many marks to look beyond
  if (!left.blank) {
    // Close behind a word or its comma: a note on it, unless the word goes on.
    if (IsWordCharacter(last)) {
      return !right.blank && IsWordCharacter(first) ? WikitextGap::kWord : WikitextGap::kNone;
    }
    return Opens(last) ? WikitextGap::kWord : WikitextGap::kNone;
  }
  // "approx. (gap) km": an abbreviation; a new sentence would begin with a capital.
  if (AfterStop(left.text)) {
    if (IsSmallLetter(first)) return WikitextGap::kWord;
    return last == ':' ? WikitextGap::kEnd : WikitextGap::kNone;  // what it announces is missing
  }
  const auto category = CategoryOf(first);
  const bool phrase_ends = category == UTF8PROC_CATEGORY_PE || category == UTF8PROC_CATEGORY_PF ||
                           first == ',' || first == ';' || IsStop(first) || first == 0x3001 ||
                           first == 0xff0c;
  if (!phrase_ends) return WikitextGap::kWord;
  if (last == ',' && first == ',') return WikitextGap::kMember;
  return IsWordCharacter(last) || Opens(last) ? WikitextGap::kEnd : WikitextGap::kNone;
}

}  // namespace cria::corpus
