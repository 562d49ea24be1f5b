// Final answers of the GSM8K set (Cobbe et al. 2021), which are numbers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cria::eval {

/// The gold answer of a GSM8K solution, the number behind the last "####"; nothing if something
/// else stands there. Here and below a number comes in one form ("1,080.50" -> "1080.5", "-0" ->
/// "0", "6/4" -> "1.5", "2/6" -> "1/3"), so that numbers are equal exactly if their strings are.
std::optional<std::string> GsmGoldAnswer(std::string_view solution);

/// The answer of a written GSM8K solution: the first number behind the first "The answer is" that
/// has one on its line (Wei et al. 2022), in any case of letters, else the last number of the text.
/// Dollar and percent signs are no part of it; a minus is a sign where no operand stands before it.
std::optional<std::string> GsmWrittenAnswer(std::string_view written);

}  // namespace cria::eval
