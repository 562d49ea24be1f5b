// The comments of a source in which it may state its own licence. Knows no licence; what they say
// tells ReadNotice (licence.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cria::corpus {

/// Of `text`: first all comments in front of the first code (preprocessor lines are none), then
/// each one behind it that puts something under terms. Strings are no comments, but for the
/// docstring of a Python module. The first bytes of a file whose comments are unknown. Linear time.
std::vector<std::string> NoticesIn(std::string_view text, std::string_view path);

}  // namespace cria::corpus
