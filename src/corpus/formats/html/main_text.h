// The main text of a web page: what its author wrote, without the furniture of the site around it.
// Works for any language; what sites write around texts it knows in those of the corpus. For whole
// pages, not for fragments.
#pragma once

#include <string_view>

#include "corpus/formats/raw_text.h"

namespace cria::corpus {

/// Paragraphs, headings, lists ("- ", "1. "), tables ("a | b") and program text of `utf8_html`,
/// parted by empty lines, items and rows by line ends. `text` is empty only if the page shows no
/// text but links, menus and the like. `language` is ISO 639-1 as the page declares it; `title` its
/// <title>; `meta` holds "canonical_url" and "date" where the page declares them. Never fails;
/// time n log n; reads the first kMaxHtmlBytes (html_blocks.h).
RawText ExtractMainText(std::string_view utf8_html);

}  // namespace cria::corpus
