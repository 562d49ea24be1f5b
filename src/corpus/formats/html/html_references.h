// Character references of HTML ("&eacute;", "&#8217;", "&copy 2020") to UTF-8, as a browser reads
// them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cria::corpus {

/// Appends `text` with its references decoded, by the rules of the WHATWG: numbers 128 to 159 are
/// Windows-1252, what is no character becomes U+FFFD, the names of HTML 2 and Latin-1 need no ";"
/// (inside an attribute only where no letter, digit or "=" follows), an unknown name stays as it
/// is. Knows the names of HTML 4 and the more common ones of HTML 5; never appends more bytes than
/// `text` has.
void AppendDecodedHtml(std::string_view text, bool in_attribute, std::string* out);

/// The one reference at the front of `text`, which starts with "&": appends the character to `out`
/// and returns the length of the reference; 0, and nothing appended, if it is none.
size_t DecodeHtmlReference(std::string_view text, bool in_attribute, std::string* out);

/// A reference as XML has it: ";" is required.
struct HtmlReference {
  uint32_t code = 0;  ///< 0: it names nothing that may stand in text (a control character, ...)
  size_t length = 0;  ///< bytes of it, with "&" and ";"; 0 if there is none
};
HtmlReference MatchHtmlReference(std::string_view text);

/// Appends `text` with such references decoded, once; those that name no text are left out, and
/// what is none stays as it is. Appends at most as many bytes as `text` has.
void AppendDecodedReferences(std::string_view text, std::string* out);
inline std::string DecodedReferences(std::string_view text) {
  std::string out;
  AppendDecodedReferences(text, &out);
  return out;
}

}  // namespace cria::corpus
