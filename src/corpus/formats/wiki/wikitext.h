// Wikitext, the markup of MediaWiki, to the text that a reader of the page would read aloud. No
// dumps here: see mediawiki.h.
#pragma once

#include <string>
#include <string_view>

namespace cria::corpus {

/// Paragraphs, headings and lists of a page, with an empty line between them. Kept: the shown text
/// of links, the text of templates that carry some (measures, foreign words, quotations), formulas
/// as LaTeX between dollar signs, program text. Left out: other templates, tables, references,
/// comments, pictures and galleries with their captions, categories, links to other languages,
/// sections that hold only sources and links, headings without text. `language` (ISO 639-1, may be
/// empty) chooses templates and names of sections; `title` stands where the page names itself.
/// Never fails; valid UTF-8 stays valid. Time is linear.
std::string WikitextToText(std::string_view wikitext, std::string_view language,
                           std::string_view title = {});

}  // namespace cria::corpus
