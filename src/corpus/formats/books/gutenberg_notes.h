// What those who typed a book put before, behind and into it: credits and transcribers' notes. Not
// Gutenberg's own frame (gutenberg.h).
#pragma once

#include <string>
#include <string_view>

namespace cria::corpus {

/// The text of a book, frame off, without them. A note in brackets loses itself wherever it stands;
/// one without brackets is looked for at both ends only, and at the end only where what follows it
/// reads like a list of changes: a chapter behind a note stays.
std::string WithoutGutenbergNotes(std::string_view book);

/// Without blank lines at both ends; the first line keeps its indentation.
std::string_view WithoutBlankEnds(std::string_view text);

}  // namespace cria::corpus
