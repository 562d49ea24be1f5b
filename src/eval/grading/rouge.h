// How many words two texts share.
#pragma once

#include <string_view>

namespace cria::eval {

/// ROUGE-1 (Lin 2004), the F measure: of words of ASCII letters and digits in small letters,
/// without stemming. 0 where one of the texts has none.
double Rouge1(std::string_view text, std::string_view reference);

}  // namespace cria::eval
