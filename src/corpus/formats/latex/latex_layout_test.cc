// What goes with the layout, and what of it is text.
#include "corpus/formats/latex/latex_layout.h"

#include <gtest/gtest.h>

#include "corpus/formats/latex/latex.h"

namespace cria::corpus {
namespace {

std::string Body(const std::string& text) {
  LatexBundle bundle;
  bundle.Add("main.tex",
             "\\documentclass{a}\\begin{document}\\section{A}" + text + "\\end{document}");
  LatexPaper paper = CleanLatex(&bundle);
  constexpr std::string_view kHead = "\\section{A}";
  EXPECT_TRUE(paper.text.starts_with(kHead)) << paper.text;
  return paper.text.substr(std::min(kHead.size(), paper.text.size()));
}

TEST(LatexLayout, CommandsWithoutTextGo) {
  EXPECT_EQ(Body("\na\n\\phantomsection\n\\noindent b\n\\FloatBarrier\n"), "\na\nb");
  EXPECT_EQ(Body("a \\noindent b\\newpage c.\\clearpage D"), "a b c. D");
  EXPECT_EQ(Body(" a\\vspace*{-2pt} b\\vskip 2pt plus 1pt minus .5em c\\vskip\\baselineskip d"),
            " a b c d");
  EXPECT_EQ(Body("\\addcontentsline{toc}{section}{A}a\\pdfbookmark[1]{A}{b} b\\label{x}"),
            "a b\\label{x}");
  EXPECT_EQ(Body(" a\\thanks{To {all}.} b\\setlength{\\x}{1pt} c\\pagebreak[3] d\\hfill e"),
            " a b c d e");
  EXPECT_EQ(Body("\n\\maketitle\n\\tableofcontents\nb\n\\bibliographystyle{x}\n\\nocite{*}"),
            "\nb");
}

TEST(LatexLayout, TextInThemStays) {
  EXPECT_EQ(Body(" \\texorpdfstring{$\\alpha$ a}{alpha} b"), " $\\alpha$ a b");
  EXPECT_EQ(Body(" \\hypertarget{x}{a \\emph{b}} \\textcolor[rgb]{1,0,0}{c}"), " a \\emph{b} {c}");
  EXPECT_EQ(Body("\n\\hypertarget{b}{%\n\\section{B}\\label{b}}\nc"),
            "\n\\section{B}\\label{b}\nc");
  EXPECT_EQ(Body("\n\\IEEEPARstart{T}{he} end, \\lettrine[lines=2]{W}{e}"), "\nThe end, We");
  EXPECT_EQ(Body("\\begin{table}[htbp!]\\centering\n\\resizebox{\\textwidth}{!}{x}\\end{table}"),
            "\\begin{table}\n{x}\\end{table}");
  EXPECT_EQ(Body("\n\\begin{widetext}\na\n\\end{widetext}\nb"), "\na\nb");
}

TEST(LatexLayout, LengthsRulesAndSizesGo) {
  EXPECT_EQ(Body(" a\\hspace{1em}b \\hspace*{2pt} c\\hskip 1em plus 1fil d\\kern-2pt e"),
            " a b c d e");
  EXPECT_EQ(Body(" a\\hspace{1em}$b$\\hspace{1em}, c"), " a $b$, c");
  EXPECT_EQ(Body("\n\\hangindent=\\parindent \\hangafter=1 \\noindent a\\penalty0 b"), "\na b");
  EXPECT_EQ(Body("\n\\parskip 2pt\\itemsep0em a \\setlength\\parindent{0pt}b {\\footnotesize c}"),
            "\na b {c}");
  EXPECT_EQ(Body(" a\\par\\rule[2pt]{1em}{2pt}\n\\hrule height 1pt\n{}\n\\noindent{}b\\strut{} c"),
            " a\\par\n\nb c");
  // Registers that are read, and a rule's size alone.
  EXPECT_EQ(Body(" [width=\\parindent] \\hangafter x"), " [width=\\parindent] \\hangafter x");
}

TEST(LatexLayout, HintsWithinWordsGo) {
  EXPECT_EQ(
      Body(" \\texttt{sympy.\\allowbreak{}physics.\\allowbreak vector}, a\\strut{}b \\noindent{}c"),
      " \\texttt{sympy.physics.vector}, ab c");
  EXPECT_EQ(Body(" a\\\\[2mm]b\\\\*[-0.5ex plus 1pt] c\\\\[x]d\\\\[2 e\\\\*f"),
            " a\\\\b\\\\ c\\\\[x]d\\\\[2 e\\\\*f");
}

TEST(LatexLayout, BoxesKeepTheirText) {
  EXPECT_EQ(Body("\n\\makebox[2cm][l]{a} \\colorbox{red}{b} \\parbox[t]{2cm}{c} \\mathcolor{x}{d}"),
            "\na b {c} {d}");
  EXPECT_EQ(Body("\n\\begin{minipage}[t]{0.5\\textwidth}\na\n\\end{minipage}\n"
                 "\\begin{spacing}{0.9}\nb\n\\end{spacing}"),
            "\na\nb");
  EXPECT_EQ(
      Body("\n\\begin{subfigure}[b]{0.3\\textwidth}\\caption{a}\\end{subfigure}"
           "\\begin{wrapfigure}[9]{r}{2cm}b\\end{wrapfigure}"),
      "\n\\begin{subfigure}\\caption{a}\\end{subfigure}\\begin{wrapfigure}b\\end{wrapfigure}");
  EXPECT_EQ(Body("\n\\AP A \\kl[x\\y]{set} and \\intro*\\R, \\rowcolors{2}{a}{b}\\showacknow{}c"),
            "\nA set and \\R, c");
}

TEST(LatexLayout, DefinitionsForBookmarksAreNone) {
  EXPECT_EQ(Body("\n\\pdfstringdefDisableCommands{\n\\def\\chi{chi}}\n$\\chi$"), "\n$\\chi$");
}

TEST(LatexLayout, HeadingsInGroupsLoseThem) {
  EXPECT_EQ(Body("\n\\IEEEraisesectionheading{\\section{B}\\label{b}}\nc"),
            "\n\\section{B}\\label{b}\nc");
}

TEST(LatexLayout, DrawingsGo) {
  EXPECT_EQ(Body("\na\n\\begin{tikzpicture}[x]\\node {\\begin{tikzpicture}y\\end{tikzpicture}};\n"
                 "\\end{tikzpicture}\nb \\tikz[z]{\\draw;} c \\tikz \\draw (0,{;}) -- (1,1); d"),
            "\na\nb c d");
  EXPECT_EQ(Body("\n\\begin{tikzpicture} a"), "\n\\begin{tikzpicture} a");
}

TEST(LatexLayout, WhatOnlyLooksLikeLayoutStays) {
  // An interval behind a float, brackets of the text, verbatim, missing arguments.
  EXPECT_EQ(Body("\\begin{figure}[x] \\hfill [a] \\verb|\\noindent|"),
            "\\begin{figure}[x] [a] \\verb|\\noindent|");
  EXPECT_EQ(Body(" {\\vspace} \\hypertarget{a} b \\vskip x"),
            " {\\vspace} \\hypertarget{a} b \\vskip x");
  EXPECT_EQ(Body("\\newcommand{\\thanks}[1]{(#1)} \\thanks{a} \\newcommand{\\balance}{B}\\balance"),
            " (a) B");
}

TEST(LatexLayout, WhatStoodApartStaysApart) {
  // Only behind a bare word are blanks part of the command.
  EXPECT_EQ(Body(" Section\\index{x} 3, a\\index{y} $x$, b\\index{z} (c), word\\index{w}s"),
            " Section 3, a $x$, b (c), words");
  EXPECT_EQ(Body(" a \\index{x} b\n\\index{y} c \\index{z}\n d"), " a b\nc\n d");
  EXPECT_EQ(Body(" a\\hfill $x$\\hfill (b) {\\centering C}\\newpage\\emph{d}\\hfill{}e"),
            " a $x$ (b) {C}\\emph{d}e");
  EXPECT_EQ(Body(" \\newcommand{\\x}{\\noindent}a\\x b\\linebreak[3]c\\vskip 1pt plus 1fil 2"),
            " a b c 2");
}

TEST(LatexLayout, BracketsThatAreNoOptions) {
  EXPECT_EQ(Body("\n\\noindent[1] A note.\n\\centering[Note] A."), "\n[1] A note.\n[Note] A.");
  EXPECT_EQ(Body(" a\\nopagebreak[4] b\\twocolumn[x] c\\allowdisplaybreaks[1] d\\linebreak [e]"),
            " a b c d [e]");
  EXPECT_EQ(Body(" a\\addtolength{\\x}{1pt}\\filbreak b"), " a b");
}

TEST(LatexLayout, LengthsEnd) {
  const LatexLayout& vskip = *FindLatexLayout("vskip");
  for (const std::string_view length :
       {" 1pt", "-1.5\\x", " 2 truecm", " 1pt plus 1fil minus 2filll", "\\x minus\\y"}) {
    EXPECT_EQ(FindLayoutUse(length, 0, vskip).end, length.size()) << length;
    EXPECT_EQ(FindLayoutUse(std::string(length) + ".", 0, vskip).end, length.size()) << length;
  }
  EXPECT_EQ(FindLayoutUse(" 1pt plus 1pt plus 1pt", 0, vskip).end, 13u);
  EXPECT_EQ(FindLayoutUse(" 1pt plus x", 0, vskip).end, 4u);
  EXPECT_EQ(FindLayoutUse(" plus 1pt", 0, vskip).end, std::string_view::npos);
  std::string chain = "\n\\vskip 1pt";
  for (int i = 0; i < 90000; ++i) chain += " plus 1pt";
  EXPECT_GT(Body(chain).size(), size_t{700000});
}

TEST(LatexLayout, Uses) {
  EXPECT_EQ(FindLatexLayout("emph"), nullptr);
  EXPECT_EQ(FindLayoutUse("{a}{b} c", 0, *FindLatexLayout("hypertarget")).text, "b");
  EXPECT_EQ(FindLayoutUse("{a} c", 0, *FindLatexLayout("hypertarget")).end, std::string_view::npos);
  EXPECT_EQ(FindLayoutUse(" {a} {b c", 0, *FindLatexLayout("textcolor")).open, 5u);
  EXPECT_EQ(FindLayoutUse("{a} b", 0, *FindLatexLayout("textcolor")).open, std::string_view::npos);
  EXPECT_EQ(PlacementEnd("[htbp]x", 0), 6u);
  EXPECT_EQ(PlacementEnd("[b]", 0), 3u);
  EXPECT_EQ(PlacementEnd("[width]", 0), 0u);
}

TEST(LatexLayout, HostileTextTakesLinearTime) {
  for (const std::string_view piece :
       {"\\texorpdfstring{", "\\hypertarget{a}{", "\\vskip plus", "\\thanks{",
        "\\texorpdfstring{a}{b}", "\\noindent ", "\\begin{tikzpicture}", "\\hrule height",
        "\\tikz ", "\\kl", "\\hspace", "\\parskip=", "\\begin{minipage}[", "\\textcolor{r}{",
        "\\linebreak[", "\\thanks[\\thanks[]", "\\vskip 1pt plus 1pt plus 1pt", "\\lettrine{",
        "\\hyperlink{}{}"}) {
    std::string text;
    while (text.size() < size_t{300} << 10) text += piece;
    Body("\n" + text);
  }
}

}  // namespace
}  // namespace cria::corpus
