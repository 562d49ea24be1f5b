// Internal links of wikitext: which show a text, which place a picture, a category or the same page
// in another language.
#pragma once

#include <string_view>

namespace cria::corpus {

enum class WikitextLinkKind {
  kText,      ///< `text` stands in the page
  kNothing,   ///< picture, category, interlanguage link
  kExternal,  ///< [[http://...]]: brackets doubled by mistake
};

struct WikitextLink {
  WikitextLinkKind kind;
  std::string_view text;
};

/// What [[target|label]] shows; `label` is all behind the first `|`.
WikitextLink ResolveWikitextLink(std::string_view target, bool has_label, std::string_view label);

/// True for the names of the namespaces of pictures and sound, in any language of Wikipedia that is
/// large.
bool IsWikitextFile(std::string_view target);

/// True for what begins like an address (http://, //, mailto:).
bool StartsLikeAddress(std::string_view text);

}  // namespace cria::corpus
