// Comments as TeX sees them.
#include "corpus/formats/latex/latex_comments.h"

#include <gtest/gtest.h>

namespace cria::corpus {
namespace {

TEST(LatexComments, GoByTexsRules) {
  EXPECT_EQ(StripLatexComments("a % b\nc"), "a\nc");
  EXPECT_EQ(StripLatexComments("a%b\n  c"), "ac");
  EXPECT_EQ(StripLatexComments("a%b\n\nc"), "a\n\nc");
  EXPECT_EQ(StripLatexComments("a\n% whole line\n  % and this\nb"), "a\nb");
  EXPECT_EQ(StripLatexComments("50\\% of\\\\% line\nx"), "50\\% of\\\\x");
  EXPECT_EQ(StripLatexComments("\\centering%\nfoo"), "\\centering\nfoo");
  EXPECT_EQ(StripLatexComments("\\begin{figure}%\n x"), "\\begin{figure}\n x");
  EXPECT_EQ(StripLatexComments("end % no line end"), "end");
  EXPECT_EQ(StripLatexComments("a\r% c\rb\r\nd"), "a\nb\nd");
}

TEST(LatexComments, VerbatimTextAndAddressesKeepTheirPercent) {
  for (const char* kept : {"\\verb|50%|x", "\\verb*!%!x", "\\lstinline[a=b]{%d}x",
                           "\\begin{verbatim}\n% kept\n\\end{verbatim}\n",
                           "\\begin{lstlisting}[language=C]\nprintf(\"%d\");\n\\end{lstlisting}",
                           "\\url{http://a.b/c%20d}", "\\href{http://a.b/%7Ex}{text}"}) {
    EXPECT_EQ(StripLatexComments(kept), kept);
  }
  EXPECT_EQ(StripLatexComments("\\verbose % c\nx"), "\\verbose\nx");
}

TEST(LatexComments, EnvironmentsThatAreNotTypesetGo) {
  EXPECT_EQ(StripLatexComments("a\n\\begin{comment}\nb % c\n\\end{comment}\nd"), "a\nd");
  EXPECT_EQ(StripLatexComments("\\begin{filecontents*}{x.bib}\n@a{}\n\\end{filecontents*}\nx"),
            "x");
  EXPECT_EQ(StripLatexComments("a\n\\begin{comment} b"), "a\n\\begin{comment} b");
  EXPECT_EQ(StripLatexComments("a\n\\endinput\nb"), "a\n");
}

TEST(LatexComments, HostileTextTakesLinearTime) {
  for (const std::string_view piece : {"\\begin{verbatim}", "\\url{", "\\verb|", "\\lstinline{",
                                       "a%\n", "\\begin{comment}", "{}%\n", "\\", "%", "   "}) {
    std::string text;
    while (text.size() < size_t{256} << 10) text += piece;
    EXPECT_LE(StripLatexComments(text).size(), text.size());
  }
}

}  // namespace
}  // namespace cria::corpus
