// Furniture inside the main element of a page: lines and lists that sites put between and below
// texts ("Read also", related pages, buttons, calls to subscribe, copyright). Takes blocks away,
// never adds any.
#pragma once

#include <vector>

#include "corpus/formats/html/html_blocks.h"
#include "corpus/formats/html/main_text_draft.h"

namespace cria::corpus {

/// Sets the grade of furniture to kNone. `grades` has one for each block of `page`, `body` says
/// which look like the text (main_text_look.h). Time n log n.
void DropFurniture(const HtmlPage& page, const std::vector<char>& body,
                   std::vector<BlockGrade>* grades);

}  // namespace cria::corpus
