// The places where something was left out of a sentence: "Toronto ( , ) is" becomes "Toronto is".
#pragma once

#include <string>
#include <string_view>

namespace cria::corpus {

/// `line` without kHole and kGone: brackets that held nothing else go, separators and blanks around
/// a hole are mended, words that only announce it ("pronounced", "German:") go with it.
std::string MendWikitextHoles(std::string_view line);

}  // namespace cria::corpus
