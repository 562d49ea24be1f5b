// What the paragraphs of a page's text look like: sites give them one class, or the element around
// them. Tells those of the text from others where names and places mislead.
#pragma once

#include <cstdint>
#include <vector>

#include "corpus/formats/html/html_blocks.h"

namespace cria::corpus {

/// For each block whether it is a <p> that looks like those that hold most of the prose; none if no
/// look does. `prose` has the weight of each block that counts.
std::vector<char> FindBodyParagraphs(const HtmlPage& page, const std::vector<uint64_t>& prose);

}  // namespace cria::corpus
