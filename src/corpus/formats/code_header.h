// Copyright and licence notices at the top of source files, cut off. Comments that say what the
// code does stay, and so does all that compilers, interpreters and editors read there.
#pragma once

#include <string>
#include <string_view>

namespace cria::corpus {

/// `text` without the comments in front of the first code that state a copyright or a licence; of
/// comments that say more, those paragraphs go. Nothing is cut behind the first line of code, but
/// for include guards, `package` and the like, nor in languages whose comments are unknown.
std::string WithoutCodeHeader(std::string_view text, std::string_view path);

/// The comments in front of the first code, where notices stand; the first bytes of a file whose
/// comments are unknown.
std::string CommentsAtTop(std::string_view text, std::string_view path);

}  // namespace cria::corpus
