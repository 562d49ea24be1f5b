// The standfirst of an article: the line or two between its title and its text that sum it up. It
// often stands outside the element of the text, in one that is called a teaser or header.
#pragma once

#include <vector>

#include "corpus/formats/html/html_blocks.h"

namespace cria::corpus {

/// The blocks of the standfirst, none if there is none. `first` is the first block of the prose
/// below it, `dropped` says which nodes are furniture by their names.
std::vector<size_t> FindLead(const HtmlPage& page, const std::vector<char>& dropped, size_t first);

}  // namespace cria::corpus
