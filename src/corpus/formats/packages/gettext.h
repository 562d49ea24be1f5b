// Translated messages of programs (.mo files) as text: only long entries, which are prose.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cria::corpus {

/// Translations of at least 80 bytes, in the order of the file, joined to documents of about 6 KB.
/// A damaged file, or one whose entries overlap, throws Error that names `where`.
/// `charset`, if empty, is what the file's own header says.
std::vector<std::string> ReadGettext(std::string_view mo, const std::string& charset,
                                     const std::string& where);

}  // namespace cria::corpus
