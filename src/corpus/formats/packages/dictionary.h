// dictd dictionaries and files of quotations ("fortunes"): many short entries, which are joined in
// their order into documents of a few KB.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cria::corpus {

/// `dict` is the uncompressed text, `index` the lines "headword\toffset\tlength" in dictd's
/// base 64. Entries follow in the order of the text; those that describe the dictionary itself
/// (00-database-) are left out. Wrapped lines are joined; indented blocks stay apart. `where` names
/// the index.
std::vector<std::string> ReadDictd(std::string_view dict, std::string_view index,
                                   size_t document_bytes, const std::string& where);

/// Quotations between lines of '%'.
std::vector<std::string> ReadFortunes(std::string_view text, size_t document_bytes);

}  // namespace cria::corpus
