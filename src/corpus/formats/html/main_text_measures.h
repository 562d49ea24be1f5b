// Lists of measures on a page: the ingredients of a recipe. Their lines are short, often links, and
// stand apart from the prose, but are the text. Knows units in those languages of the corpus.
#pragma once

#include <vector>

#include "corpus/formats/html/html_blocks.h"

namespace cria::corpus {

/// For each block whether it is of such a list: some lines together of which most start with a
/// number, or end with one in the next cell, and some name a unit. A list is in as a whole.
std::vector<char> FindMeasures(const HtmlPage& page);

}  // namespace cria::corpus
