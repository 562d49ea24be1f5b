// The languages are those with a converter in MediaWiki (languages/LanguageConverter.php).
#include "corpus/formats/wiki/wikitext_variants.h"

#include "corpus/formats/wiki/wikitext_marks.h"

namespace cria::corpus {

bool HasWikitextVariants(std::string_view language) {
  constexpr std::string_view kLanguages = " sr sh zh kk ku uz iu tg ";
  return language.size() == 2 && kLanguages.find(language) != kLanguages.npos;
}

std::string WikitextVariant(const std::vector<std::string_view>& parts) {
  std::string_view text = parts.back();
  if (parts.size() > 1 && parts[0].find_first_of("HT-") != text.npos) return {};
  text = text.substr(0, text.find(';'));
  const size_t colon = text.substr(0, 12).find(':');
  if (colon != text.npos && text.substr(0, colon).find(' ') == text.npos) {
    text.remove_prefix(colon + 1);
  }
  return std::string(TrimWikitext(text));
}

}  // namespace cria::corpus
