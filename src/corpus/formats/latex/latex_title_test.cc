// Titles as plain text.
#include "corpus/formats/latex/latex_title.h"

#include <gtest/gtest.h>

namespace cria::corpus {
namespace {

TEST(LatexTitle, IsPlainText) {
  EXPECT_EQ(LatexTitle("\\titlerunning{x}\\title[short]{The \\textbf{Long} Title,\\\\ of~$N$\n "
                       "bodies\\thanks{Funded.}}"),
            "The Long Title, of $N$ bodies");
  EXPECT_EQ(LatexTitle("\\title{Schr\\\"odinger, Erd\\H{o}s, \\v{C}ech, Ren\\'{e}, na\\\"{\\i}ve, "
                       "\\O re, Stra\\ss e \\& co}"),
            "Schrödinger, Erdős, Čech, René, naïve, Øre, Straße & co");
  EXPECT_EQ(LatexTitle("\\title{\\vspace{-1cm}\\Large\\bf A title\\footnote[1]{x}}"), "A title");
  EXPECT_EQ(
      LatexTitle("\\title{On words \\\\ main 0123456789abcdef0123456789abcdef01234567 \\\\ x}"),
      "On words");
}

TEST(LatexTitle, IsEmptyWhereThereIsNone) {
  EXPECT_EQ(LatexTitle(""), "");
  EXPECT_EQ(LatexTitle("\\title"), "");
  EXPECT_EQ(LatexTitle("\\title{open"), "");
  EXPECT_EQ(LatexTitle("\\title{}\\title{second}"), "second");
  EXPECT_EQ(LatexTitle("\\title{\\}\\title{b\\v}"), "b");
}

}  // namespace
}  // namespace cria::corpus
