// The table of the templates that carry text, by language.
#pragma once

#include <string>
#include <string_view>

#include "corpus/formats/wiki/wikitext_templates.h"

namespace cria::corpus {

struct WikitextTemplateRule {
  /// "$1" to "$9" are arguments, "$L" the last, "$*" all with spaces between, "$+" all joined,
  /// "$," all with commas between; other characters stand for themselves. If the first argument
  /// that it names is empty, the template is left out.
  std::string_view pattern;
  /// Instead of a pattern, where one does not do; an empty text means left out.
  std::string (*write)(const WikitextTemplate&, const WikitextContext&) = nullptr;
  /// Where it shows nothing, or is left out, no sentence is broken.
  bool aside = false;
};

/// A rule of this very language, or null.
const WikitextTemplateRule* FindOwnWikitextTemplateRule(const std::string& name,
                                                        std::string_view language);

/// Null for a template that is left out. `name` is folded.
const WikitextTemplateRule* FindWikitextTemplateRule(const std::string& name,
                                                     std::string_view language);

}  // namespace cria::corpus
