// Codes of languages, and where files and folders say them.
#pragma once

#include <string>
#include <string_view>

namespace cria::corpus {

/// A two-letter ISO 639-1 code that exists.
bool IsLanguageCode(std::string_view code);

/// "de_AT", "pt-BR", "sr@latin", "en-US" -> "de", "pt", "sr", "en"; "C" -> "en"; else "".
std::string NormalizeLanguage(std::string_view name);

/// Language that a folder's or file's name in `path` says (usr/share/man/de/man1, faq.fr.html); "".
std::string LanguageFromPath(std::string_view path);

}  // namespace cria::corpus
