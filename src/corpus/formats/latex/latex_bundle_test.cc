// Which files are documents, and which file a name means.
#include "corpus/formats/latex/latex_bundle.h"

#include <gtest/gtest.h>

namespace cria::corpus {
namespace {

std::vector<std::string> Names(const std::vector<const LatexFile*>& files) {
  std::vector<std::string> names;
  for (const LatexFile* file : files) names.push_back(file->name);
  return names;
}

TEST(LatexBundle, PathsStayInside) {
  EXPECT_EQ(NormalLatexPath("", "./a//b/../c"), "a/c");
  EXPECT_EQ(NormalLatexPath("x/y", "../\"z\" "), "x/\"z");
  EXPECT_EQ(NormalLatexPath("x", "../../z"), "");
  EXPECT_EQ(NormalLatexPath("", "/etc/passwd"), "");
  EXPECT_EQ(NormalLatexPath("", std::string(5000, 'a')), "");
}

TEST(LatexBundle, FindsFilesAsTexDoes) {
  LatexBundle bundle;
  for (const char* name : {"p/main.tex", "p/a.tex", "p/s/b.tex", "p/s/a.tex", "p/c", "p/f.pgf",
                           "p/m.sty", "p/v1.2.tex"}) {
    bundle.Add(name, "x");
  }
  const LatexFile& main = bundle.files()[0];
  const LatexFile& inner = bundle.files()[2];
  EXPECT_EQ(bundle.Find("a", main, inner)->name, "p/a.tex");
  EXPECT_EQ(bundle.Find("b", main, inner)->name, "p/s/b.tex");
  EXPECT_EQ(bundle.Find("./s/b.tex", main, main)->name, "p/s/b.tex");
  EXPECT_EQ(bundle.Find("c", main, main)->name, "p/c");
  EXPECT_EQ(bundle.Find("v1.2", main, main)->name, "p/v1.2.tex");
  EXPECT_EQ(bundle.Find("f.pgf", main, main), nullptr);
  EXPECT_EQ(bundle.Find("../../x", main, main), nullptr);
  EXPECT_EQ(bundle.FindStyle("m", main)->name, "p/m.sty");
  EXPECT_EQ(bundle.FindStyle("amsmath", main), nullptr);
}

TEST(LatexBundle, RootsAreWhatNoOtherFileReads) {
  LatexBundle bundle;
  bundle.Add("b.tex", "\\input preamble \\begin{document}\\include{part}\\end{document}");
  bundle.Add("a.tex", "\\input{preamble}\\begin{document}\\end{document}");
  bundle.Add("preamble.tex", "\\documentclass{article}");
  bundle.Add("part.tex", "\\documentclass[b]{subfiles}\\begin{document}\\end{document}");
  bundle.Add("old.tex", "% \\begin{document}\n%\\input{a}\n");
  bundle.Add("skipped.tex", "%auto-ignore\n\\begin{document}");
  bundle.Add("x.sty", "\\begin{document}");
  const LatexBundle::Roots roots = bundle.FindRoots();
  EXPECT_EQ(Names(roots.documents), (std::vector<std::string>{"a.tex", "b.tex"}));
  EXPECT_EQ(Names(roots.others), (std::vector<std::string>{"old.tex"}));
}

TEST(LatexBundle, TheLastOfTwoFilesWithOneNameStays) {
  LatexBundle bundle;
  bundle.Add("a.tex", "old");
  bundle.Add("./a.tex", "new");
  ASSERT_EQ(bundle.files().size(), 1u);
  EXPECT_EQ(bundle.files()[0].text, "new");
}

}  // namespace
}  // namespace cria::corpus
