// Dumps of Wikipedia and other wikis of MediaWiki (pages-articles.xml and its kin): the articles as
// text.
#pragma once

#include <string_view>

#include "base/file.h"
#include "corpus/formats/raw_text.h"

namespace cria::corpus {

/// Every article of the dump, in its order: plain, .bz2 (multistream too), .gz, .xz or .zst.
/// `part` is the page's id (with "@" and its place in the dump, should an id come twice); meta has
/// "page_id", "revision", "timestamp" and, where it is known, "url". The language is that of the
/// file's name ("dewiki-20220620-...", "de.wiki.xml"), or else the one that the dump declares.
///
/// Lost, each page under one reason: "other_namespace", "redirect", "disambiguation",
/// "not_wikitext", "too_long", "no_text" (deleted, empty, or nothing but markup), "damaged_page";
/// "damaged_file" for a dump that ends too early, and the whole dump as "entities_declared"
/// or "prolog_too_long" (xml_prolog.h). Throws Error if the file cannot be opened.
void ReadMediaWiki(const fs::path& path, TextSink* sink);

/// The same for a dump in memory; `file_name` may be empty.
void ReadMediaWiki(std::string_view xml, std::string_view file_name, TextSink* sink);

}  // namespace cria::corpus
