// The places where something was left out of a sentence: "Toronto ( , ) is" becomes "Toronto is",
// and where the sentence cannot do without it, a sign says so.
#pragma once

#include <string>
#include <string_view>

namespace cria::corpus {

/// `line` without kHole, kGone, kAside and guesses: brackets that held nothing else go, separators
/// and blanks around a hole are mended, words that only announce it ("pronounced", "German:") go
/// with it. Where a hole stands as a word of the sentence ("with about (hole) inhabitants"), a
/// guess takes its place; without one, brackets go whole, and elsewhere kBroken stays in the line.
std::string MendWikitextHoles(std::string_view line);

}  // namespace cria::corpus
