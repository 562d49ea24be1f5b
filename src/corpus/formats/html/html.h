// HTML to text: the main text in paragraphs, without navigation, scripts and forms. Program text in
// <pre> keeps its lines.
#pragma once

#include <string>
#include <string_view>

namespace cria::corpus {

struct MarkupText {
  std::string text;
  std::string language;  ///< as the root element declares it, as written ("de-AT"); may be empty
  std::string title;
};

/// `html` is UTF-8. Never fails: HTML has no syntax errors.
MarkupText HtmlToText(std::string_view html);

/// Charset that the first bytes declare (<meta charset>, XML declaration), lower case; may be
/// empty.
std::string DeclaredCharset(std::string_view bytes);

}  // namespace cria::corpus
