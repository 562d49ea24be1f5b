// Templates that a sentence does without: footnotes and hints to editors, pronunciations, flags,
// signs of the source, notes above a section, layout.
#pragma once

#include <string>
#include <string_view>

namespace cria::corpus {

/// kGone for a footnote or hint, kAside for what stands beside the sentence, '\0' for a template
/// that is not known. `name` is folded; `bare` says that the call has no arguments.
char WikitextAsideOf(const std::string& name, std::string_view language, bool bare);

/// The same for names that a list of this very language has.
char OwnWikitextAsideOf(const std::string& name, std::string_view language);

}  // namespace cria::corpus
