// Reads a LaTeX document as TeX does, front to back: user macros are put in where they are used,
// definitions go, files are read where \input stands, and what a condition hides is left out (see
// latex_tests.h). The result is LaTeX source still. Groups do not end a definition.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>

#include "corpus/formats/latex/latex_bundle.h"

namespace cria::corpus {

struct ExpandedLatex {
  std::string text;
  /// Where the text behind \begin{document} begins; 0 if there is none.
  size_t body_begin = 0;
  /// Where the last \maketitle stood; 0 if there is none.
  size_t title_end = 0;
  /// Uses of macros that stay as they were written because they ran into a limit (200 macros deep,
  /// 1 MiB for one use, 1 MiB and 16 times the source for the document): endless or explosive ones.
  int64_t macro_limit = 0;
  int64_t input_limit = 0;  ///< \input that would read a file inside itself, or 32 deep
};

/// Expands `document`, a file of `bundle`. Adds the files it reads to `used`. Time and memory are
/// linear in the size of the files and of what is read twice, by the limits above.
ExpandedLatex ExpandLatex(const LatexBundle& bundle, const LatexFile& document,
                          std::unordered_set<const LatexFile*>* used);

}  // namespace cria::corpus
