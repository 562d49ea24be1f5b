// XML documents (Mallard pages, DocBook, other prose markup) to text. Not for data in XML.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "corpus/formats/html/html.h"

namespace cria::corpus {

/// Reads what can be read: small damage is passed over. Nothing is fetched, no entity file opened.
/// An input that is no XML at all gives an empty text. An empty link (<link xref="page"/>) prints
/// what `title_of("page")` returns, as a help viewer does.
MarkupText XmlToText(std::string_view xml,
                     const std::function<std::string(const std::string&)>& title_of = {});

/// The title of a Mallard page, found without parsing the whole.
std::string MallardTitle(std::string_view xml);

}  // namespace cria::corpus
