// The text of a paper from its LaTeX sources, by LLaMA's rule (Touvron et al. 2023, 2.1, after
// Lewkowycz et al. 2022): no comments, nothing before the first section, no bibliography, user
// macros expanded. It stays LaTeX, with its sections and formulas.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "corpus/formats/latex/latex_bundle.h"

namespace cria::corpus {

struct LatexPaper {
  std::string text;  ///< empty if no document has a section or is a letter
  std::string title;
  int64_t macro_limit = 0, input_limit = 0;    ///< see ExpandedLatex
  int64_t unused_files = 0, unused_bytes = 0;  ///< no document reads them, or it has no section
};

/// The paper, expanded by ExpandLatex and cut by CutToSections, or by CutToText where it is a
/// letter: it has no section, or more of it stands before the first than behind, or all are for
/// what stands behind a text (acknowledgements). Of several documents (arXiv typesets each) it is
/// the one that is no supplement by its name or title ("supplement.tex", "SI", "response to the
/// referees"); of those the one with a bibliography; of those the one with an abstract; of those
/// the longest, and of equal ones the first by name. If no document has a text: every file with
/// sections that no other reads, one after the other.
LatexPaper CleanLatex(LatexBundle* bundle);

/// From the first \part, \chapter, \section, \subsection, \subsubsection, \paragraph or
/// \subparagraph in `text` to \end{document}, without the bibliography (and the heading and layout
/// around it): \bibliography, \printbibliography, thebibliography and the like; at most one empty
/// line at a time. Empty if there is no section. That is LLaMA's rule: appendices stay, on either
/// side of the bibliography, which RedPajama (rp_v1, arxiv_cleaner.py) cuts with all behind it.
std::string CutToSections(std::string_view text);

/// The same from behind the last abstract or \end{frontmatter}, or else from `title_end` on; empty
/// if there is no abstract and `title_end` is 0.
std::string CutToText(std::string_view text, size_t title_end);

}  // namespace cria::corpus
