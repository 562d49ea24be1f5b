// The table of words; the expander says what each does.
#include "corpus/formats/latex/latex_words.h"

namespace cria::corpus {

const std::unordered_map<std::string_view, LatexWord>& LatexWords() {
  static const std::unordered_map<std::string_view, LatexWord> words = [] {
    std::unordered_map<std::string_view, LatexWord> map = {{"iftrue", LatexWord::kIfTrue},
                                                           {"iffalse", LatexWord::kIfFalse},
                                                           {"else", LatexWord::kElse},
                                                           {"fi", LatexWord::kFi},
                                                           {"input", LatexWord::kInput},
                                                           {"include", LatexWord::kInput},
                                                           {"subfile", LatexWord::kInput},
                                                           {"import", LatexWord::kImport},
                                                           {"subimport", LatexWord::kImport},
                                                           {"usepackage", LatexWord::kStyle},
                                                           {"RequirePackage", LatexWord::kStyle},
                                                           {"begin", LatexWord::kBegin},
                                                           {"end", LatexWord::kEnd},
                                                           {"makeatletter", LatexWord::kAtLetter},
                                                           {"makeatother", LatexWord::kAtOther},
                                                           {"xspace", LatexWord::kXspace},
                                                           {"frac", LatexWord::kTakesTwo},
                                                           {"dfrac", LatexWord::kTakesTwo},
                                                           {"tfrac", LatexWord::kTakesTwo},
                                                           {"binom", LatexWord::kTakesTwo},
                                                           {"stackrel", LatexWord::kTakesTwo},
                                                           {"overset", LatexWord::kTakesTwo},
                                                           {"underset", LatexWord::kTakesTwo}};
    for (const char* word : {"part",
                             "chapter",
                             "section",
                             "subsection",
                             "subsubsection",
                             "paragraph",
                             "subparagraph",
                             "appendix",
                             "label",
                             "ref",
                             "item",
                             "caption",
                             "footnote",
                             "left",
                             "right",
                             "documentclass",
                             "documentstyle",
                             "title",
                             "author",
                             "date",
                             "abstract",
                             "bibliography",
                             "thebibliography",
                             "bibitem",
                             "par",
                             "\\",
                             "{",
                             "}",
                             "$",
                             "%",
                             "&",
                             "#",
                             "_",
                             "[",
                             "]",
                             "(",
                             ")"}) {
      map.emplace(word, LatexWord::kPlain);
    }
    for (const char* word : {"long", "global", "protected", "outer", "expandafter"}) {
      map.emplace(word, LatexWord::kPrefix);
    }
    for (const char* word :
         {"mathbf",   "mathrm",       "mathcal",        "mathbb",     "mathit", "mathsf",
          "mathtt",   "mathfrak",     "mathscr",        "boldsymbol", "bm",     "pmb",
          "hat",      "widehat",      "tilde",          "widetilde",  "bar",    "vec",
          "dot",      "ddot",         "check",          "breve",      "acute",  "grave",
          "overline", "underline",    "overrightarrow", "sqrt",       "text",   "textbf",
          "textit",   "textrm",       "texttt",         "textsf",     "textsc", "emph",
          "mbox",     "operatorname", "ensuremath"}) {
      map.emplace(word, LatexWord::kTakesOne);
    }
    for (const char* word : {"if",      "ifcat",    "ifx",      "ifcase",    "ifnum",    "ifdim",
                             "ifodd",   "ifvmode",  "ifhmode",  "ifmmode",   "ifinner",  "ifvoid",
                             "ifhbox",  "ifvbox",   "ifeof",    "ifdefined", "ifcsname", "ifpdf",
                             "ifxetex", "ifluatex", "ifPDFTeX", "ifXeTeX",   "ifLuaTeX"}) {
      map.emplace(word, LatexWord::kIf);
    }
    return map;
  }();
  return words;
}

}  // namespace cria::corpus
