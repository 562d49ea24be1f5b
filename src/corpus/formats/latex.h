// The text of a paper from its LaTeX sources, by LLaMA's rule (Touvron et al. 2023, 2.1, after
// Lewkowycz et al. 2022): no comments, nothing before the first section, no bibliography, user
// macros expanded. It stays LaTeX, with its sections and formulas.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "corpus/formats/latex_bundle.h"

namespace cria::corpus {

struct LatexPaper {
  std::string text;  ///< empty if no document of the paper has a section
  std::string title;
  int64_t macro_limit = 0, input_limit = 0;    ///< see ExpandedLatex
  int64_t unused_files = 0, unused_bytes = 0;  ///< no document reads them, or it has no section
};

/// The paper, expanded by ExpandLatex and cut by CutToSections. Of several documents with sections
/// (arXiv typesets each: supplements, letters to referees) it is the one with a bibliography; of
/// those the one with an abstract; of those the longest, and of equal ones the first by name. If no
/// document has a section: every file that no other reads, one after the other.
LatexPaper CleanLatex(LatexBundle* bundle);

/// From the first \part, \chapter, \section, \subsection, \subsubsection, \paragraph or
/// \subparagraph in `text` to the first \appendix, \bibliography, \printbibliography,
/// \end{document} or the like behind it; at most one empty line at a time. Empty if there is no
/// section. RedPajama's rule (rp_v1, arxiv_cleaner.py), without its faults.
std::string CutToSections(std::string_view text);

}  // namespace cria::corpus
