// Numbers of final answers as exact fractions: "1,080.50", "6/4". For the files of this folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cria::eval {

bool IsDigit(char c);
bool IsLetter(char c);
/// How many digits stand at `at`.
size_t DigitsAt(std::string_view text, size_t at);

/// Reduced, den > 0.
struct Rational {
  int64_t num = 0, den = 1;
};

/// Nothing for a divisor of 0 and for what does not fit 64 bits.
std::optional<Rational> Quotient(const std::optional<Rational>& a,
                                 const std::optional<Rational>& b);
/// a + b, under the same bounds.
std::optional<Rational> Sum(const Rational& a, const Rational& b);

/// As a decimal where it ends, else p/q.
std::string ToText(Rational value);

/// The unsigned decimal in front of `text`: digits, commas between thousands only, a fraction.
std::string_view DecimalInFront(std::string_view text);
/// "01,080.50" -> "1080.5", ".5" -> "0.5".
std::string PlainDecimal(std::string_view decimal);

inline constexpr size_t kMaxDigits = 18;  // the largest power of ten below 2^63
/// Nothing for more digits.
std::optional<Rational> ToRational(std::string_view decimal);

}  // namespace cria::eval
