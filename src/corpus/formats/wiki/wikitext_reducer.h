// The first stage of reading wikitext: everything that stands in brackets (templates, links,
// tables, tags, comments) becomes text or goes. Lines, quotes and entities are left to the next
// stages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "corpus/formats/wiki/wikitext_marks.h"

namespace cria::corpus {

struct ReducedWikitext {
  std::string text;  ///< lines of wikitext without brackets, with the signs of wikitext_marks.h
  std::vector<WikitextStash> stash;
  bool open_table = false;  ///< a table never ended: its rows stand in the text
};

/// One pass with an explicit stack; what is nested deeper than 40 (MediaWiki's own limit) is left
/// out. Never fails: brackets that do not match are dropped and their content stays.
ReducedWikitext ReduceWikitext(std::string_view wikitext, const WikitextContext& context);

}  // namespace cria::corpus
