// SWORD zText modules (books in verses): chapters as documents, verses joined into paragraphs.
// Reads zlib-compressed OSIS, ThML and GBF; not LZSS, not enciphered modules.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cria::corpus {

/// The three files of one testament: `bzs` blocks, `bzv` verses, `bzz` compressed text. Damaged
/// files throw Error that names `where`.
std::vector<std::string> ReadSwordText(std::string_view bzs, std::string_view bzv,
                                       std::string_view bzz, const std::string& where);

}  // namespace cria::corpus
