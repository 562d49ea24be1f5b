// Fronts of other pages and boxes about the site inside the main element, told from its text by how
// elements and links lie. Knows no words.
#pragma once

#include "corpus/formats/html/main_text_draft.h"

namespace cria::corpus {

/// Headings that are links, with the text below them; excerpts.
void DropTeasers(MainTextDraft* draft);

/// Heads of lists of links that are gone.
void DropBareHeads(MainTextDraft* draft);

/// Boxes below the last paragraph: about the author, the site or something else.
void DropBoxes(MainTextDraft* draft);

}  // namespace cria::corpus
