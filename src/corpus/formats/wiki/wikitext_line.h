// One line of reduced wikitext, without its list marks, to plain text: quotes for bold and italics,
// links to other sites, entities, magic words, what templates left behind.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "corpus/formats/wiki/wikitext_marks.h"

namespace cria::corpus {

/// The text, which may hold line ends (<br>); empty if no letter or digit is in it.
std::string WikitextLineToText(std::string_view line, const std::vector<WikitextStash>& stash);

}  // namespace cria::corpus
