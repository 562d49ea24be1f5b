// The pages of a web archive: texts that Common Crawl extracted (WET), and HTML as it was fetched
// (WARC, ARC). Which part of a page is its text, the caller's HTML reader decides.
#pragma once

#include <functional>
#include <string_view>

#include "base/file.h"
#include "corpus/formats/raw_text.h"

namespace cria::corpus {

/// Gives a page's text, title and language; `part` and the archive's own meta are added after.
/// An Error that it throws costs that page only.
using HtmlReader = std::function<RawText(std::string_view utf8_html)>;

/// Hands out, in the order of the file:
///   conversion records with text (WET), as CCNet takes them: every line stripped, the first is the
///     title, the others are the text;
///   response records with status 200, and resource records, with HTML; responses with plain text.
/// `part` is the record's UUID, or its URL and number. `meta` has url, date, digest, and where the
/// record says so languages (more than one) and truncated. Requests, metadata, revisits and the
/// like are no texts and pass silently. Lost, beside what WarcReader counts:
///   http_status     a response that is not 200
///   not_html        another kind of content, or bytes that are no text
///   damaged_record  no HTTP message, or a body that does not unpack
///   too_long        a body or a text longer than kMaxRawTextBytes
///   unknown_coding  a content coding other than gzip and deflate
///   unread_html     `html` threw an Error
///   no_text         nothing is left of the page
///   segment         a part of a record that was cut into several
/// Throws Error if the file cannot be read, and what `sink` throws.
void ReadWebArchive(const fs::path& file, TextSink* sink, const HtmlReader& html);

/// The same for a file in memory.
void ReadWebArchiveBytes(std::string_view bytes, TextSink* sink, const HtmlReader& html);

}  // namespace cria::corpus
