// Character references of XML and HTML ("&lt;", "&#xA;", "&eacute;") to UTF-8. Knows no tags.
#pragma once

#include <string>
#include <string_view>

namespace cria::corpus {

/// `text` with all its references that end in ';' decoded, once, and appended to `out`. Names are
/// those of HTML 4 and XML; others stay as they are. Control characters are left out, impossible
/// code points become U+FFFD. Appends at most as many bytes as `text` has.
void AppendDecodedReferences(std::string_view text, std::string* out);

}  // namespace cria::corpus
