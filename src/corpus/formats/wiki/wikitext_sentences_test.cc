// Which sentences go with a hole, where abbreviations and numbers have stops too.
#include "corpus/formats/wiki/wikitext_sentences.h"

#include <gtest/gtest.h>

namespace cria::corpus {
namespace {

TEST(WikitextSentences, OnlyTheBrokenOneGoes) {
  EXPECT_EQ(WithoutBrokenSentences("One stays. Two was \x10 here. Three stays."),
            "One stays. Three stays.");
  EXPECT_EQ(WithoutBrokenSentences("First stays! Second \x10? \"Third\" stays."),
            "First stays! \"Third\" stays.");
  EXPECT_EQ(WithoutBrokenSentences("Born in 1920. He was \x10 there. Died (1980). She stayed."),
            "Born in 1920. Died (1980). She stayed.");
  EXPECT_EQ(WithoutBrokenSentences("Он вырос. Жил \x10 тогда. Умер."), "Он вырос. Умер.");
  EXPECT_EQ(WithoutBrokenSentences("首都である。人口は\x10人。面積は広い。"),
            "首都である。面積は広い。");
  EXPECT_EQ(WithoutBrokenSentences("It has 892 km². The \x10 area. Width is 45 km. End here."),
            "It has 892 km². Width is 45 km. End here.");
  EXPECT_EQ(WithoutBrokenSentences("a line\nits \x10 gap\nnext line"), "a line\nnext line");
  EXPECT_EQ(WithoutBrokenSentences("no end \x10"), "");
  EXPECT_EQ(WithoutBrokenSentences(""), "");
}

TEST(WikitextSentences, NoHalfSentenceStays) {
  EXPECT_EQ(WithoutBrokenSentences("Hier stehen u. a. \x10 Theater. Danach mehr."), "Danach mehr.");
  EXPECT_EQ(WithoutBrokenSentences("Am 3. Oktober hatte \x10 Platz. Danach mehr."), "Danach mehr.");
  EXPECT_EQ(WithoutBrokenSentences("With St. Paul near \x10 gone. After that."), "After that.");
  EXPECT_EQ(WithoutBrokenSentences("Version 2.0 of example.org had \x10 users. After that."),
            "After that.");
}

TEST(WikitextSentences, TextWithoutAHoleIsTheSame) {
  const std::string text = " Dr. No?!  \n\xff… x. ";
  EXPECT_EQ(WithoutBrokenSentences(text), text);
}

}  // namespace
}  // namespace cria::corpus
