// Tables of wikitext that only set text: columns of a list, a poem beside its translation, a
// quotation in a frame. Tables of data are not read.
#pragma once

#include <string>
#include <string_view>

namespace cria::corpus {

/// The cells of prose, verse and lists of a table, each on lines of its own; empty if the table
/// holds something else too, or belongs beside the text by its class. `content` is what stands
/// between `{|` and `|}`, reduced (wikitext_reducer.h).
std::string ReadWikitextLayoutTable(std::string_view content);

}  // namespace cria::corpus
