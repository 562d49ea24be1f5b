// Whether words stand in a text. Plain search, no boundaries: who looks for whole words gives the
// blanks around them.
#pragma once

#include <algorithm>
#include <iterator>
#include <string_view>

namespace cria::corpus {

inline bool Has(std::string_view text, std::string_view phrase) {
  return text.find(phrase) != text.npos;
}

/// Whether one of `phrases`, a list of string views, stands in `text`.
template <class Phrases>
bool HasOneOf(std::string_view text, const Phrases& phrases) {
  return std::any_of(std::begin(phrases), std::end(phrases),
                     [&](std::string_view phrase) { return Has(text, phrase); });
}

}  // namespace cria::corpus
