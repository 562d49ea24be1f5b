// XML documents (Mallard pages, DocBook, other prose markup) to text. Not for data in XML.
#pragma once

#include <string>
#include <string_view>

#include "corpus/html.h"

namespace cria::corpus {

/// Reads what can be read: small damage is passed over. Nothing is fetched, no entity file opened.
/// An input that is no XML at all gives an empty text.
MarkupText XmlToText(std::string_view xml);

}  // namespace cria::corpus
