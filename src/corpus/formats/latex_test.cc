// Where a paper begins and ends, and which files are its text.
#include "corpus/formats/latex.h"

#include <gtest/gtest.h>

#include <map>

namespace cria::corpus {
namespace {

LatexPaper Clean(const std::map<std::string, std::string>& files) {
  LatexBundle bundle;
  for (const auto& [name, text] : files) bundle.Add(name, text);
  return CleanLatex(&bundle);
}

TEST(Latex, CutsBeforeTheFirstSectionAndFromTheBackMatter) {
  EXPECT_EQ(CutToSections("abstract\n\\section*[s]{A}\ntext\n"
                          "\\bibliography{refs}\n\\section{B}"),
            "\\section*[s]{A}\ntext");
  for (const char* end :
       {"\\appendix", "\\begin{thebibliography}{9}", "\\begin{references}", "\\begin{REFERENCES}",
        "\\printbibliography", "\\end{document}", "\\begin{appendices}", "\\bibliography {x}"}) {
    EXPECT_EQ(CutToSections("x\\paragraph{A} b\n" + std::string(end) + " c"), "\\paragraph{A} b");
  }
  EXPECT_EQ(CutToSections("\\section{A}\na\n\\section*{References}\n{\\small\n\\input{ms.bbl}}"),
            "\\section{A}\na");
  EXPECT_EQ(CutToSections("\\section{A}\na\n\\section*{References}\n\n\\input ms.bbl\n"),
            "\\section{A}\na");
  EXPECT_EQ(
      CutToSections("\\section{A}\na\n\\begin{spacing}{0.9}\n\\bibliography{x}\n\\end{spacing}"),
      "\\section{A}\na");
  EXPECT_EQ(CutToSections("\\titleformat{\\section}{x} \\sectionmark{y} \\section{A}"),
            "\\section{A}");
  EXPECT_EQ(CutToSections("\\verb|\\section{A}| \\bibliographystyle{x} none"), "");
  EXPECT_EQ(CutToSections("\\section{A}\n\n\n\n  b  \n\\verb|\\appendix| c\\ \nd"),
            "\\section{A}\n\n  b\n\\verb|\\appendix| c\\ \nd");
}

TEST(Latex, OneDocumentFromItsFilesInItsOrder) {
  const LatexPaper paper =
      Clean({{"a_last.tex", "\\section{Last}\n\\R\n"},
             {"z_first.tex", "\\section{First}% c\ntext\n"},
             {"old.tex", "\\section{Draft}"},
             {"defs.tex", "\\newcommand{\\R}{\\mathbb R}"},
             {"main.tex",
              "\\documentclass{article}\\input{defs}\\title{On \\R}\\begin{document}"
              "Abstract\n\\input{z_first}\n\\input{a_last}\n\\bibliography{x}\\end{document}"}});
  EXPECT_EQ(paper.text, "\\section{First}\ntext\n\\section{Last}\n\\mathbb R");
  EXPECT_EQ(paper.title, "On R");
  EXPECT_EQ(paper.unused_files, 1);
  EXPECT_EQ(paper.unused_bytes, 15);
}

TEST(Latex, OfSeveralDocumentsThePaper) {
  const std::string paper =
      "\\documentclass{a}\\def\\x{X}\\title{P}\\begin{document}\\begin{abstract}s\\end{abstract}"
      "\\section{A}\\size\\x\\begin{thebibliography}{9}\\end{thebibliography}\\end{document}";
  const LatexPaper made =
      Clean({{"a4.tex", "\\def\\size{a4}\\input{body}"},
             {"letter.tex", "\\def\\size{letter}\\input{body}"},
             {"body.tex", paper},
             {"referees.tex",
              "\\documentclass{a}\\begin{document}\\section{Reply}We thank the referees, at some "
              "length, for all of what they wrote.\\end{document}"},
             {"supplement.tex",
              "\\documentclass{a}\\begin{document}\\section{Supplement}Longer than the paper is, "
              "and with references.\\bibliography{x}\\end{document}"}});
  EXPECT_EQ(made.text, "\\section{A}a4X");
  EXPECT_EQ(made.title, "P");
  EXPECT_EQ(made.unused_files, 3);  // letter.tex wraps the same body
  // Without such signs the longest.
  EXPECT_EQ(Clean({{"a.tex", "\\documentclass{a}\\begin{document}\\section{S}\\end{document}"},
                   {"b.tex", "\\documentclass{a}\\begin{document}\\section{Ts}\\end{document}"}})
                .text,
            "\\section{Ts}");
}

TEST(Latex, FragmentsAndPapersWithoutSections) {
  EXPECT_EQ(Clean({{"b.tex", "\\section{B}"}, {"a.tex", "\\section{A}"}}).text,
            "\\section{A}\n\n\\section{B}");
  EXPECT_EQ(Clean({{"a.tex", "\\documentclass{a}\\begin{document}x\\end{document}"}}).text, "");
  EXPECT_EQ(Clean({{"a.tex", "\\input{b}"}, {"b.tex", "\\input{a}"}}).text, "");
  EXPECT_EQ(Clean({}).text, "");
}

TEST(Latex, SectionsHiddenInMacrosAreFound) {
  EXPECT_EQ(Clean({{"a.tex",
                    "\\newcommand{\\head}[1]{\\section{#1}}\\let\\bib\\bibliography\n"
                    "x \\head{A} b \\bib{c} d"}})
                .text,
            "\\section{A} b");
}

}  // namespace
}  // namespace cria::corpus
