// Manual pages to text: the macros man(7) and mdoc(7) and the escapes of roff that pages really
// use, laid out as plain paragraphs without line filling. Not a roff: no user macros, registers or
// units.
#pragma once

#include <string>
#include <string_view>

namespace cria::corpus {

/// `roff` is UTF-8. A page that is only ".so other" gives an empty text.
std::string ManToText(std::string_view roff);

}  // namespace cria::corpus
