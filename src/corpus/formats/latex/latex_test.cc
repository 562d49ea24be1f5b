// Where a paper begins and ends, and which files are its text.
#include "corpus/formats/latex/latex.h"

#include <gtest/gtest.h>

#include <map>

namespace cria::corpus {
namespace {

LatexPaper Clean(const std::map<std::string, std::string>& files) {
  LatexBundle bundle;
  for (const auto& [name, text] : files) bundle.Add(name, text);
  return CleanLatex(&bundle);
}

TEST(Latex, CutsBeforeTheFirstSectionAndTheBibliography) {
  EXPECT_EQ(
      CutToSections("abstract\n\\section*[s]{A}\ntext\n\\bibliography{refs}\n\\section{B}\nc"),
      "\\section*[s]{A}\ntext\n\n\\section{B}\nc");
  for (const char* list :
       {"\\begin{thebibliography}{9} c\\end{thebibliography}",
        "\\begin{references}c\n\\end{references}", "\\begin{REFERENCES}c\\end{REFERENCES}",
        "\\printbibliography[title=c]", "\\bibliography {c}", "\\input{ms.bbl}",
        "\\thebibliography{9} c \\endthebibliography", "\\begin{thebibliography}{9} c open"}) {
    const std::string text = "x\\paragraph{A} b\n" + std::string(list);
    EXPECT_EQ(CutToSections(text + "\n\\end{document} d"), "\\paragraph{A} b") << list;
  }
  EXPECT_EQ(CutToSections("\\section{A}\na\n\\appendix\n\\section{B}\nb"),
            "\\section{A}\na\n\\appendix\n\\section{B}\nb");
  EXPECT_EQ(CutToSections("\\section{A}\na\n\\appendix\n\\bibliography{x}"), "\\section{A}\na");
  EXPECT_EQ(CutToSections("\\titleformat{\\section}{x} \\sectionmark{y} \\section{A}"),
            "\\section{A}");
  EXPECT_EQ(CutToSections("\\verb|\\section{A}| \\bibliographystyle{x} none"), "");
  EXPECT_EQ(CutToSections("\\section{A}\n\n\n{}\n  b  \n\\verb|\\bibliography{x}| c\\ \nd"),
            "\\section{A}\n\n  b\n\\verb|\\bibliography{x}| c\\ \nd");
}

TEST(Latex, EmptyHooksOfColumnsGo) {
  const LatexPaper paper =
      Clean({{"a.tex",
              "\\documentclass{a}\\begin{document}\\section{A}\n\\begin{longtable}[h]{>{"
              "\\raggedright}p{2cm}<{}"
              "|>{\\bfseries}l}\na > {} b\n\\end{longtable}\n\\end{document}"}});
  EXPECT_EQ(
      paper.text,
      "\\section{A}\n\\begin{longtable}[h]{p{2cm}|>{\\bfseries}l}\na > {} b\n\\end{longtable}");
}

TEST(Latex, EnvironmentsWithNothingInThemGo) {
  EXPECT_EQ(CutToSections("\\section{A}\na\n\n\\begin{center}\n\n\\end{center}\nb\n"
                          "\\begin{center}\n\\begin{x}\n\\end{x}\n\\end{center}"),
            "\\section{A}\na\n\nb");
}

TEST(Latex, WhatStoodAroundTheBibliographyGoes) {
  EXPECT_EQ(CutToSections("\\section{A}\na\n\\section*{References}\n{\\small\n\\input{ms.bbl}}\nb"),
            "\\section{A}\na\n\nb");
  EXPECT_EQ(CutToSections("\\section{A}\na\n\\section*{References}\n\n\\input ms.bbl\n"),
            "\\section{A}\na");
  EXPECT_EQ(CutToSections("\\section{A}\na\n\\begin{center}\n\\begingroup\n\\bibliography{x}\n"
                          "\\endgroup \\end{center}\n\\section{B}"),
            "\\section{A}\na\n\n\\section{B}");
  EXPECT_EQ(Clean({{"a.tex",
                    "\\section{A}\na\n\\section*{References}\n\n\\small\n\\bibliographystyle{x}\n"
                    "\\bibliography{y}"}})
                .text,
            "\\section{A}\na");
}

TEST(Latex, EnvironmentsOnOneLineAreTextAtTheEnd) {
  for (const char* line :
       {"\\begin{equation}E=mc^2\\end{equation}", "\\begin{theorem}[A]{b} All.\\end{theorem}",
        "\\begin{proof}\\emph{Clear.}\\end{proof}", "\\begin{tabular}{@{}c@{}}a\\\\\\end{tabular}",
        "\\begin{center} {a}", "\\begin{x"}) {
    const std::string text = "\\section{A}\nHence\n" + std::string(line);
    EXPECT_EQ(CutToSections(text + "\n\\bibliography{x}"), text);
  }
  for (const char* line : {"\\begin{small}", "\\begin{tabular}{@{}c@{}}", "\\begin{a}[b]{c}",
                           "\\begin{multicols}{2}[x]"}) {
    EXPECT_EQ(CutToSections("\\section{A}\nb\n" + std::string(line) + "\n\\appendix"),
              "\\section{A}\nb");
  }
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

TEST(Latex, LettersBeginAtTheirText) {
  const std::string front =
      "\\documentclass{r}\\title{L}\\begin{document}\\begin{abstract}s\\end{abstract}"
      "\n\\maketitle\n";
  const std::string end = "\n\\bibliography{x}\n\\end{document}";
  const std::string supplement =
      "\\documentclass{r}\\title{Supplemental Material for L}\\begin{document}\\maketitle\n"
      "\\section{More}\nMuch more than the letter has to say.\n\\bibliography{x}\\end{document}";
  EXPECT_EQ(Clean({{"ms.tex", front + "We saw it." + end}}).text, "We saw it.");
  EXPECT_EQ(Clean({{"ms.tex", front + "We saw." + end}, {"b.tex", supplement}}).text, "We saw.");
  EXPECT_EQ(Clean({{"ms.tex", front + "We saw." + end}, {"b.tex", supplement}}).unused_files, 1);
  // Headings only for what stands behind the text, and a long text before the first heading.
  EXPECT_EQ(
      Clean({{"ms.tex", front + "We saw a thing there.\n\\section*{Acknowledgments}\nB." + end}})
          .text,
      "We saw a thing there.\n\\section*{Acknowledgments}\nB.");
  // Thanks in front of a thesis are no end.
  EXPECT_EQ(
      Clean({{"ms.tex",
              front + "Dear all, this is\n\\section*{Acknowledgments}\nB.\n\\chapter{C}\nd" + end}})
          .text,
      "\\section*{Acknowledgments}\nB.\n\\chapter{C}\nd");
  const std::string saw = "We saw a thing there. " + std::string(60, 'x');
  EXPECT_EQ(Clean({{"ms.tex", front + saw + "\n\\section{Methods}\nEyes." + end}}).text,
            saw + "\n\\section{Methods}\nEyes.");
  EXPECT_EQ(
      Clean({{"ms.tex", front + "Short.\n\\section{One}\nThe text of the paper." + end}}).text,
      "\\section{One}\nThe text of the paper.");
  EXPECT_EQ(Clean({{"ms.tex",
                    "\\documentclass{e}\\begin{document}\\begin{frontmatter}\\title{L}"
                    "\\end{frontmatter}We saw it.\\end{document}"}})
                .text,
            "We saw it.");
}

TEST(Latex, SupplementsAreKnownByNameOrTitle) {
  const auto document = [](const std::string& title, const std::string& text) {
    return "\\documentclass{a}\\title{" + title + "}\\begin{document}\\section{" + text +
           "}\\bibliography{x}\\end{document}";
  };
  for (const char* name : {"supp.tex", "SI.tex", "p/online_appendix.tex", "response_2.tex",
                           "referee1.tex", "cover-letter.tex", "my_supplement.tex"}) {
    EXPECT_EQ(Clean({{"z.tex", document("T", "P")}, {name, document("T", "Longer")}}).text,
              "\\section{P}")
        << name;
  }
  EXPECT_EQ(Clean({{"a.tex", document("Supporting Information: T", "Longer")},
                   {"z.tex", document("T", "P")}})
                .text,
            "\\section{P}");
  // Alone it is the paper.
  EXPECT_EQ(Clean({{"supp.tex", document("T", "S")}}).text, "\\section{S}");
}

TEST(Latex, EnvironmentsOfSections) {
  EXPECT_EQ(Clean({{"a.tex",
                    "x\\begin{section}{One}\na\n\\begin{subsection}*{Two}b\\end{subsection}\n"
                    "\\end{section}\nc"}})
                .text,
            "\\section{One}\na\n\\subsection*{Two}b\nc");
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
            "\\section{A} b\n\n d");
}

TEST(Latex, HostileTextTakesLinearTime) {
  for (const std::string_view piece :
       {"\\abstract{", "\\begin{thebibliography}", "\\bibliography{", "\\bibliography{x}\n",
        "\\begin{x}\n", "\\begin{x}\n\\end{x}\n", "{\\small\n\\bibliography{x}\n}\n",
        "\\section{References}\n\\bibliography{x}\n", "\\end{abstract}", "\\section{A}{}\n",
        "\\begin{verbatim}\\bibliography{x}", "\\begin{verbatim}\\end{abstract}",
        "\\begin{small}\n", "\\section["}) {
    std::string text = "\\documentclass{a}\\title{T}\\begin{document}\\maketitle x";
    while (text.size() < size_t{300} << 10) text += piece;
    EXPECT_LE(Clean({{"a.tex", text}}).text.size(), text.size()) << piece;
  }
}

}  // namespace
}  // namespace cria::corpus
