// Furniture inside the main element of a page: lines and lists that sites put between and below
// texts ("Read also", related pages, buttons, calls to subscribe, copyright). Takes blocks away,
// never adds any.
#pragma once

#include <vector>

#include "corpus/formats/html_blocks.h"

namespace cria::corpus {

/// What a block is, so far: kShort is main text if it stands among prose.
enum class BlockGrade : char { kNone, kShort, kProse };

/// Sets the grade of furniture to kNone. `grades` has one for each block of `page`. Linear time.
void DropFurnitureBlocks(const HtmlPage& page, std::vector<BlockGrade>* grades);

}  // namespace cria::corpus
