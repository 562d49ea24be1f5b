// Names of the sections that hold lists of sources and links instead of text, in the 20 languages
// of LLaMA's Wikipedia and, in short, in some others.
#pragma once

#include <string>
#include <string_view>

namespace cria::corpus {

enum class WikitextSection {
  kText,
  kNoText,    ///< "See also", "References": never text
  kOnlyLists  ///< "Literature", "Sources": no text unless it has paragraphs
};

/// `heading` is plain text. The English names hold in every language.
/// "See also: Software patents", written by hand above a text: where else to look.
bool IsWikitextHatnote(std::string_view line);

WikitextSection SectionOf(std::string_view heading, std::string_view language);

}  // namespace cria::corpus
