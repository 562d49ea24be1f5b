// Books of Project Gutenberg: their text, and what their header says of it.
#pragma once

#include <string>

#include "corpus/formats/raw_text.h"

namespace cria::corpus {

/// The book without Gutenberg's frame, the newer one and that of etexts before about 2003, without
/// the credits of those who typed it and without their notes (gutenberg_notes.h); title, author
/// (meta) and language as the header names them. A text without Gutenberg's marks stays as it is.
RawText ReadGutenberg(std::string text);

}  // namespace cria::corpus
