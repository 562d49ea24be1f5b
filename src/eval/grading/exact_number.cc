// Products of two 64-bit numbers are taken in 128 bits, then reduced.
#include "eval/grading/exact_number.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/ascii.h"

namespace cria::eval {
namespace {

using Wide = __int128;

std::optional<Rational> MakeRational(Wide num, Wide den) {
  if (den == 0) return std::nullopt;
  if (den < 0) num = -num, den = -den;
  Wide a = num < 0 ? -num : num, b = den;
  while (b != 0) a = std::exchange(b, a % b);
  num /= a, den /= a;
  if (num > INT64_MAX || num < -INT64_MAX || den > INT64_MAX) return std::nullopt;
  return Rational{.num = static_cast<int64_t>(num), .den = static_cast<int64_t>(den)};
}

}  // namespace

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return LowerAscii(c) >= 'a' && LowerAscii(c) <= 'z'; }

size_t DigitsAt(std::string_view text, size_t at) {
  size_t end = at;
  while (end < text.size() && IsDigit(text[end])) ++end;
  return end - at;
}

std::optional<Rational> Quotient(const std::optional<Rational>& a,
                                 const std::optional<Rational>& b) {
  if (!a || !b) return std::nullopt;
  return MakeRational(static_cast<Wide>(a->num) * b->den, static_cast<Wide>(a->den) * b->num);
}

std::optional<Rational> Sum(const Rational& a, const Rational& b) {
  return MakeRational(static_cast<Wide>(a.num) * b.den + static_cast<Wide>(b.num) * a.den,
                      static_cast<Wide>(a.den) * b.den);
}

std::string ToText(Rational value) {
  int64_t rest = value.den;
  for (const int prime : {2, 5}) {
    while (rest % prime == 0) rest /= prime;
  }
  if (rest != 1) return fmt::format("{}/{}", value.num, value.den);
  const int64_t size = value.num < 0 ? -value.num : value.num;
  std::string text = fmt::format("{}{}", value.num < 0 ? "-" : "", size / value.den);
  Wide remainder = size % value.den;
  if (remainder != 0) text += '.';
  for (; remainder != 0; remainder = remainder * 10 % value.den) {
    text += static_cast<char>('0' + static_cast<int>(remainder * 10 / value.den));
  }
  return text;
}

std::string_view DecimalInFront(std::string_view text) {
  size_t end = DigitsAt(text, 0);
  if (end >= 1 && end <= 3) {
    while (end < text.size() && text[end] == ',' && DigitsAt(text, end + 1) == 3) end += 4;
  }
  if (end < text.size() && text[end] == '.') {
    if (const size_t digits = DigitsAt(text, end + 1); digits > 0) end += 1 + digits;
  }
  return text.substr(0, end);
}

std::string PlainDecimal(std::string_view decimal) {
  std::string plain = ReplaceAll(decimal, ",", "");
  plain.erase(0, std::min(plain.find_first_not_of('0'), plain.size()));
  if (plain.find('.') != plain.npos) {
    plain.erase(plain.find_last_not_of('0') + 1);
    if (plain.ends_with('.')) plain.pop_back();
  }
  if (plain.empty() || plain[0] == '.') plain.insert(0, 1, '0');
  return plain;
}

std::optional<Rational> ToRational(std::string_view decimal) {
  Wide num = 0, den = 1;
  size_t digits = 0;
  bool fraction = false;
  for (const char c : PlainDecimal(decimal)) {
    if (c == '.') {
      fraction = true;
      continue;
    }
    if (++digits > kMaxDigits) return std::nullopt;
    num = num * 10 + (c - '0');
    if (fraction) den *= 10;
  }
  return MakeRational(num, den);
}

}  // namespace cria::eval
