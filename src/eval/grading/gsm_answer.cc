// Numbers in running text.
#include "eval/grading/gsm_answer.h"

#include <algorithm>

#include "base/ascii.h"
#include "eval/grading/exact_number.h"

namespace cria::eval {
namespace {

struct NumberInText {
  size_t begin = 0, end = 0;  // sign and currency included
  bool negative = false;
  std::string_view decimal, divisor;  // the second of "3/4", else empty
};

// Whether a minus behind `text` is a sign: "10-5", "x-5" and "--5" subtract, range or dash.
bool SignMayFollow(std::string_view text) {
  constexpr std::string_view kOperandEnds = ".)]}%-";
  if (text.empty()) return true;
  const char last = text.back();
  return !IsDigit(last) && !IsLetter(last) && kOperandEnds.find(last) == kOperandEnds.npos;
}

// Moves `number->begin` in front of the dollar and the minus that belong to it.
void TakeSign(std::string_view text, NumberInText* number) {
  std::string_view before = text.substr(0, number->begin);
  if (before.ends_with('$')) before.remove_suffix(before.ends_with("\\$") ? 2 : 1);
  for (const std::string_view minus : {"-", "\xE2\x88\x92"}) {  // hyphen, U+2212
    if (!before.ends_with(minus)) continue;
    const std::string_view operand = before.substr(0, before.size() - minus.size());
    if (!SignMayFollow(operand)) break;
    number->negative = true;
    before = operand;
  }
  if (before.ends_with('$')) before.remove_suffix(1);  // "$-5"
  number->begin = before.size();
}

// The divisor of "3/4" behind the `decimal` in front of `text`; empty for dates and the like.
std::string_view Divisor(std::string_view text, std::string_view decimal) {
  const size_t at = decimal.size() + 1, digits = DigitsAt(text, at), end = at + digits;
  if (end > text.size() || text[at - 1] != '/' || decimal.size() + digits > kMaxDigits) return {};
  if (end < text.size() && text[end] == '/') return {};
  const std::string_view divisor = text.substr(at, digits);
  return divisor.find_first_not_of('0') == divisor.npos ? std::string_view() : divisor;
}

// The first number at or behind `from`.
std::optional<NumberInText> NextNumber(std::string_view text, size_t from) {
  for (size_t at = from; at < text.size(); ++at) {
    const char before = at == 0 ? ' ' : text[at - 1];
    // Not the last point of an ellipsis or of a sentence.
    const bool point = text[at] == '.' && DigitsAt(text.substr(at, 2), 1) > 0 && before != '.' &&
                       !IsDigit(before) && !IsLetter(before);
    if (!point && !IsDigit(text[at])) continue;
    NumberInText number;
    number.begin = at;
    number.decimal = DecimalInFront(text.substr(at));
    const bool in_date = before == '/' && at > 1 && IsDigit(text[at - 2]);
    if (!in_date) number.divisor = Divisor(text.substr(at), number.decimal);
    number.end = at + number.decimal.size();
    if (!number.divisor.empty()) number.end += 1 + number.divisor.size();
    TakeSign(text, &number);
    return number;
  }
  return std::nullopt;
}

std::string ToText(const NumberInText& number) {
  std::string text = PlainDecimal(number.decimal);
  if (!number.divisor.empty()) {  // 18 digits in all: every step fits
    text = ToText(*Quotient(ToRational(number.decimal), ToRational(number.divisor)));
  }
  return number.negative && text != "0" ? "-" + text : text;
}

}  // namespace

std::optional<std::string> GsmGoldAnswer(std::string_view solution) {
  constexpr std::string_view kMark = "####";
  const size_t at = solution.rfind(kMark);
  if (at == solution.npos) return std::nullopt;
  const std::string_view answer = Trimmed(solution.substr(at + kMark.size()));
  const std::optional<NumberInText> number = NextNumber(answer, 0);
  if (!number || number->begin != 0) return std::nullopt;
  const std::string_view rest = answer.substr(number->end);
  if (!rest.empty() && rest != "." && rest != "%") return std::nullopt;
  return ToText(*number);
}

std::optional<std::string> GsmWrittenAnswer(std::string_view written) {
  constexpr std::string_view kSentence = "the answer is";
  const std::string lower = LowerAscii(written);
  for (size_t at = 0; (at = lower.find(kSentence, at)) != lower.npos;) {
    const std::string_view line = written.substr(0, written.find('\n', at));
    if (const auto number = NextNumber(line, at)) return ToText(*number);
    at = line.size();
  }
  std::optional<NumberInText> last;
  for (auto number = NextNumber(written, 0); number; number = NextNumber(written, number->end)) {
    last = number;
  }
  return last ? std::optional(ToText(*last)) : std::nullopt;
}

}  // namespace cria::eval
