// man and mdoc macros, conditions, tables, link pages.
#include "corpus/formats/packages/man.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "corpus/formats/packages/roff_escapes.h"

namespace cria::corpus {
namespace {

TEST(Man, HostilePagesStaySmall) {
  std::string line;
  for (int i = 0; i < 100000; ++i) line += ".if n ";
  ManToText(line + "x\n");  // must end, without overflowing the stack
  std::string page = ".ds a0 xxxxxxxxxx\n";
  for (int i = 1; i < 15; ++i) page += fmt::format(".ds a{} \\*[a{}]\\*[a{}]\n", i, i - 1, i - 1);
  EXPECT_LT(ManToText(".TH X 1\n" + page + ".SH NAME\n\\*[a14]\n").size(), 100000u);
}

TEST(Man, ManMacros) {
  EXPECT_EQ(ManToText(".\\\" comment\n.TH LS 1 2020\n.SH NAME\nls \\- list directory contents\n"
                      ".SH DESCRIPTION\nList\n.B files\nor\n.IR dirs (1).\n.PP\nNext\nparagraph.\n"
                      ".TP\n.B \\-a\nall\nfiles\n.IP \\(bu 2\nitem\n.nf\n  code  x\ny\n.fi\nend\n"),
            "NAME\n\nls - list directory contents\n\nDESCRIPTION\n\nList files or dirs(1).\n\nNext "
            "paragraph.\n\n-a\n    all files\n\n- item\n\n      code  x\n    y\n\nend");
}

TEST(Man, PodPreambleAndConditions) {
  EXPECT_EQ(
      ManToText(".de Vb \\\" Begin\n.ft CW\n..\n.ds C+ C\\v'x'\n.ie n \\{\\\n.    ds -- \\(*W-\n"
                "'br\\}\n.el\\{\\\n.    ds -- x\nnot shown\n'br\\}\n.if t shown not\n"
                ".SS \"Why \\fBround()\\fP?\"\n.Vb 1\n\\&  print \\*(Aqx\\*(Aq;\n.Ve\n"),
      "Why round()?\n\n      print 'x';");
}

TEST(Man, MdocMacros) {
  EXPECT_EQ(ManToText(".Dd 2020\n.Dt CAT 1\n.Os\n.Sh NAME\n.Nm cat\n.Nd concatenate files\n"
                      ".Sh SYNOPSIS\n.Nm\n.Op Fl n\n.Ar file\n.Pp\nSee\n.Xr ls 1 .\n"),
            "NAME\n\ncat - concatenate files\n\nSYNOPSIS\n\ncat [-n] file\n\nSee ls(1).");
}

TEST(Man, Tables) {
  EXPECT_EQ(ManToText(".TS\nl l.\nOct\tChar\n240\t\\(co\n.TE\nafter\n"),
            "Oct Char\n240 ©\n\nafter");
}

TEST(Man, LinkPageIsEmpty) { EXPECT_EQ(ManToText(".so man1/ls.1\n"), ""); }

TEST(RoffEscapes, Expand) {
  const RoffStrings strings = {{"X", "ex"}};
  EXPECT_EQ(ExpandRoffEscapes("a\\fBb\\fP\\-c\\(em\\[u00e9]\\s-1d\\s0\\*X\\e\\&e\\\"rest", strings),
            "ab-c—édex\\e");
  EXPECT_EQ(ExpandRoffEscapes("\\f(CWx\\fR\\*(lqy\\*(rq \\h'1i'z\\", strings), "x“y” z");
}

}  // namespace
}  // namespace cria::corpus
