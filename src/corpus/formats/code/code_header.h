// Copyright and licence notices at the top of source files, cut off. Comments that say what the
// code does stay, and so does all that compilers, interpreters and editors read there.
#pragma once

#include <string>
#include <string_view>

namespace cria::corpus {

/// `text` without the comments in front of the first code that state a copyright or a licence; of
/// comments that say more, those paragraphs go. Nothing is cut behind the first line of code, but
/// for include guards; behind `package` and imports, only what has the wording of a notice. Nor in
/// languages whose comments are unknown.
std::string WithoutCodeHeader(std::string_view text, std::string_view path);

/// The comments in front of the first code, where notices stand, without those that document the
/// code and state none; with them, if wanted, up to the first import. The first bytes of a file
/// whose comments are unknown.
std::string CommentsAtTop(std::string_view text, std::string_view path,
                          bool with_documentation = false);

}  // namespace cria::corpus
