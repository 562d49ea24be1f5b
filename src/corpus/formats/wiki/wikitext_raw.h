// The content of tags in which wikitext is not read: formulas, program text, <nowiki>.
#pragma once

#include <string>
#include <string_view>

namespace cria::corpus {

/// LaTeX between dollar signs, in one line: a sentence without its formula says nothing, and the
/// papers of arXiv are written this way. Empty for one that is a drawing, by its length.
std::string WikitextFormula(std::string_view content);

/// Lines as they are; `entities`: those of <pre> are decoded.
std::string WikitextProgram(std::string_view content, bool entities);

/// One line of text.
std::string WikitextNowiki(std::string_view content);

}  // namespace cria::corpus
