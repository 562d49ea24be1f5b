// Final answers of the MATH set: taking them out of a solution, saying when two are the same, and
// the majority vote of maj1@k. It runs nothing and does no algebra: where Minerva asks
// SymPy whether two answers are equal, this compares normal forms or exact numbers.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cria::eval {

/// The contents of the last closed \boxed{} or \fbox{}, braces balanced, or what stands behind an
/// unbraced "\boxed 3", up to the end of its formula. Empty boxes are passed over; nothing if there
/// is no other. This is the gold answer of a MATH solution (Hendrycks et al. 2021).
std::optional<std::string> BoxedAnswer(std::string_view solution);

/// The answer of a solution that a model wrote in the form of Minerva's prompt, "Final Answer: The
/// final answer is $...$. I hope it is correct.", up to that hope, a blank line or the next
/// "Problem:". The first such sentence counts: what follows it is another problem. Without one, the
/// last box, else nothing. Dollars are kept, for normalising to read.
std::optional<std::string> MathFinalAnswer(std::string_view written);

/// Minerva's normal form of a final answer (Lewkowycz et al. 2022, appendix D), its oddities
/// included: "\left(" loses its "ft", and "7,9" becomes "79". Only ASCII digits count as digits.
std::string NormalizeMathAnswer(std::string_view answer);

/// When two answers of MATH are the same.
enum class MathRule {
  /// Equal normal forms: the part of Minerva's rule that is text. Minerva also accepts what SymPy
  /// proves equal, so a single answer that is right here is right there, not the other way round.
  kMinervaText,
  /// An own rule. TeX that changes the look alone is dropped first (\dfrac, \left, \!, \frac12, the
  /// blank in "\\ 2"). An equation with a sum on its left stays whole, where Minerva keeps the "0"
  /// of "x - 3z = 0". The normal form keeps its commas; then numbers are equal if their values are,
  /// alone or as members of a tuple, list, interval or matrix. A number is an integer, decimal,
  /// fraction, mixed number or percentage (50\% = 1/2) of at most 18 digits; "70,110" alone is one
  /// number. Nothing is rounded.
  kExactValue,
};

/// A form of `answer` under `rule`: two answers are the same exactly if their forms are equal.
std::string CanonicalMathAnswer(std::string_view answer, MathRule rule = MathRule::kMinervaText);
bool SameMathAnswer(std::string_view a, std::string_view b, MathRule rule = MathRule::kMinervaText);

/// maj1@k: the index of the first of the answers that are given most often; ties go to the answer
/// seen first. Absent and empty answers have no vote; nothing if there is no other.
std::optional<size_t> Majority(const std::vector<std::optional<std::string>>& canonical);

}  // namespace cria::eval
