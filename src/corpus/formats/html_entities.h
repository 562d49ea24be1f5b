// Character references of HTML ("&nbsp;", "&#8211;", "&#x2013;"): which character they name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cria::corpus {

struct HtmlEntity {
  uint32_t code = 0;  ///< a code point that may stand in text; 0 if this is no reference
  size_t length = 0;  ///< bytes of it, with & and ;
};

/// The reference at the front of `text`, which begins with '&'. The ';' is required, as in XML.
HtmlEntity MatchHtmlEntity(std::string_view text);

/// `text` with every reference replaced; others stay as they are.
std::string DecodeHtmlEntities(std::string_view text);

}  // namespace cria::corpus
