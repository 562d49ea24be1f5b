// Which blocks of a web page are its main text: the element that holds it is found, and what stands
// in it is judged block by block.
#pragma once

#include <vector>

#include "corpus/formats/html/html_blocks.h"

namespace cria::corpus {

/// For each block of `page` 1 if it is main text, else 0. Never fails; linear time.
std::vector<char> JudgeMainText(const HtmlPage& page);

}  // namespace cria::corpus
