// Bytes of any encoding to clean UTF-8. What each step does, and what it leaves alone, stands at
// its function; nothing here looks at meaning.
#pragma once

#include <string>
#include <string_view>

namespace cria::corpus {

/// UTF-8 from `bytes`: a byte order mark decides first; text that is valid UTF-8 stays; else
/// `charset` (what the file or the recipe declares, may be empty) is tried; else, if most non-ASCII
/// sequences are valid UTF-8, the bad bytes become U+FFFD, and otherwise the text is read as
/// Windows-1252.
std::string ToUtf8(std::string_view bytes, const std::string& charset);

/// True for bytes that are no text in any supported encoding (NUL bytes without a UTF-16 mark).
bool LooksBinary(std::string_view bytes);

/// The same for a web page, in which a few stray NUL bytes (16, and one in a thousand) do not
/// count.
bool LooksBinaryPage(std::string_view bytes);

/// Undoes UTF-8 that was read as Windows-1252 and written as UTF-8 again ("Ã©"), only when the
/// whole text can be turned back without a fault; returns the text as it is otherwise.
std::string RepairMojibake(std::string text);

/// CRLF to LF, tabs kept, other control characters, soft hyphens, zero-width spaces, direction and
/// byte order marks removed (joiners stay: they are part of how letters look), no-break and other
/// fixed spaces to a space, white space at line ends removed, at most one empty line (two in code),
/// none at the ends. Letters are never changed (no NFC).
std::string CleanText(std::string_view text, bool code);

}  // namespace cria::corpus
