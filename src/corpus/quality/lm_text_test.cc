// CCNet's normalisation, rule by rule; the expectations are what cc_net's own code answers.
#include "corpus/quality/lm_text.h"

#include <gtest/gtest.h>

#include "base/utf8.h"

namespace cria::corpus {
namespace {

TEST(LmText, LowersAsciiAndHidesDigits) {
  EXPECT_EQ(NormalizeLmText("Hello, WORLD 42!"), "hello, world 00!");
  EXPECT_EQ(NormalizeLmText(""), "");
  EXPECT_EQ(NormalizeLmText("@[`{~"), "@[`{~");
}

TEST(LmText, StripsWhiteSpaceOfUnicodeAtTheEndsOnly) {
  EXPECT_EQ(NormalizeLmText(" \t\n\u00a0a b\u3000\u2028 \x1f"), "a b");
  EXPECT_EQ(NormalizeLmText("a\u00a0 b"), "a\u00a0 b");
  EXPECT_EQ(NormalizeLmText(" \u2003\n "), "");
}

TEST(LmText, MakesOneLine) {
  EXPECT_EQ(NormalizeLmText("one\ntwo\r\n\tthree\x7f\u0085"), "onetwothree");
  EXPECT_EQ(NormalizeLmText("one\ntwo\r\n\tthree", LmLineBreaks::kSpace), "one two three");
}

TEST(LmText, TakesAccentsOff) {
  EXPECT_EQ(NormalizeLmText("\u00c9t\u00e9 na\u00efve \u0141\u00f3d\u017a"), "ete naive \u0142odz");
  EXPECT_EQ(NormalizeLmText("e\u0301\u0327"), "e");
  EXPECT_EQ(NormalizeLmText("\u212b \u1e9e"), "a \u00df");     // Angstrom sign, capital sharp s
  EXPECT_EQ(NormalizeLmText("\u0439\u0451"), "\u0438\u0435");  // Cyrillic short i, io
  EXPECT_EQ(NormalizeLmText("\uac00"), "\u1100\u1161");        // Hangul comes apart
  EXPECT_EQ(NormalizeLmText("\u0130\u0131"), "i\u0131");       // Turkish
  EXPECT_EQ(NormalizeLmText("\u0928\u093f\u0902"), "\u0928\u093f");  // only nonspacing marks go
  EXPECT_EQ(NormalizeLmText("\U00010400\U0001d7d8"),
            "\U00010428"
            "0");  // beyond the basic plane
}

TEST(LmText, KnowsTheSigmaAtTheEndOfAWord) {
  EXPECT_EQ(NormalizeLmText("\u039f\u0394\u039f\u03a3 \u03a3\u0391"),
            "\u03bf\u03b4\u03bf\u03c2 \u03c3\u03b1");
  EXPECT_EQ(NormalizeLmText("\u0391\u03a3'\u0391 \u0391\u03a3' \u03a3"),
            "\u03b1\u03c3'\u03b1 \u03b1\u03c2' \u03c3");
}

TEST(LmText, TurnsDigitsOfAllScriptsToZero) {
  EXPECT_EQ(NormalizeLmText("\u0661\u096b\uff11\u00b2\u2167"), "000\u00b2\u2177");
}

TEST(LmText, TurnsTypographicMarksToAscii) {
  EXPECT_EQ(NormalizeLmText("\uff0c\u3002\u3001\u201e\u201d\u201c\u00ab\u00bb\u300d\u300c\u300a"
                            "\u300b\u00b4\u2236\uff1a\uff1f\uff01\uff08\uff09\uff1b\u2013"),
            ",.,\"\"\"\"\"\"\"\"\"'::?!();-");
  EXPECT_EQ(
      NormalizeLmText("a\u2014b\uff0e\uff5e\u2019\u2026\u2501\u3008\u3009\u3010\u3011\uff05\u25ba"),
      "a - b. ~'...-<>[]%-");
  EXPECT_EQ(NormalizeLmText("\u2018\u201a\u2022"), "\u2018\u201a\u2022");  // not in the table
}

TEST(LmText, HandsOutValidUtf8WhateverComes) {
  EXPECT_EQ(NormalizeLmText("A\xff"
                            "B\xc3"),
            "a\ufffd"
            "b\ufffd");
  EXPECT_EQ(NormalizeLmText("\xed\xa0\x80"), "\ufffd\ufffd\ufffd");
  uint64_t state = 1;
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (int i = 0; i < 40; ++i) {
      state = state * 6364136223846793005 + 1442695040888963407;
      text += static_cast<char>(state >> (state >> 62 == 0 ? 33 : 57));
    }
    EXPECT_TRUE(IsValidUtf8(NormalizeLmText(text)));
  }
}

TEST(LmText, IsLinearInHostileText) {
  std::string text;
  for (int i = 0; i < 200000; ++i) text += "\u03a3";  // each asks for its neighbours
  EXPECT_EQ(NormalizeLmText("\u0391" + text).size(), 2 + text.size());
  text.clear();
  for (int i = 0; i < 200000; ++i) text += "\u0301";
  EXPECT_EQ(NormalizeLmText("\u0391\u03a3" + text + "\u03a3"), "\u03b1\u03c3\u03c2");
}

}  // namespace
}  // namespace cria::corpus
