// What stands and falls together: the lines of a list or table, the headings of a numbered series.
#pragma once

#include <vector>

#include "corpus/formats/html/html_blocks.h"
#include "corpus/formats/html/main_text_draft.h"

namespace cria::corpus {

/// A list or table of which most has a grade stays as a whole, with its lines of links; so does one
/// that a paragraph announces, lists beside the text that lead to many other sites, and an item of
/// which a quarter has a grade. `inside` says which blocks may get a grade, `prose` how much stands
/// in each element or its own paragraphs.
void GradeLists(const HtmlPage& page, const std::vector<char>& inside,
                const std::vector<uint64_t>& prose, std::vector<BlockGrade>* grades);

/// Whether a paragraph beside the list that begins with the block `begin` ends with a colon above
/// it.
bool IsAnnounced(const HtmlPage& page, size_t begin);

/// The first block of the list or table of the block `i`; `i` if it is of none.
size_t ListBegin(const HtmlPage& page, size_t i);

/// "1. ..." to "10. ...", with pictures between: such headings are prose, with no text below too.
void GradeSeries(const HtmlPage& page, std::vector<BlockGrade>* grades);

}  // namespace cria::corpus
