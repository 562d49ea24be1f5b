// The statistics of Gopher by hand-made texts.
#include "corpus/quality/gopher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

namespace cria::corpus {
namespace {

TEST(Gopher, CountsWordsAndMarks) {
  const GopherStatistics s =
      MeasureGopher("the cat\xc3\xa9 and #1 ... of\xc2\xa0us\xe2\x80\xa6 4,5 the End");
  EXPECT_EQ(s.words, 10);
  EXPECT_DOUBLE_EQ(s.mean_word_length, (3 + 4 + 3 + 2 + 3 + 2 + 3 + 3 + 3 + 3) / 10.0);
  EXPECT_DOUBLE_EQ(s.hash_marks, 0.1);
  EXPECT_DOUBLE_EQ(s.ellipses, 0.2);
  EXPECT_DOUBLE_EQ(s.alphabetic_words, 0.7);
  EXPECT_EQ(s.stop_words, 3);
}

TEST(Gopher, MeasuresLinesAndParagraphs) {
  const GopherStatistics s = MeasureGopher(
      "- one two\n  and so...\r\n\xe2\x80\xa2 three\n\n  - one two \nand so...\n\xe2\x80\xa2 "
      "three\n \t\nother end\nand so...");
  EXPECT_DOUBLE_EQ(s.bullet_lines, 4 / 8.0);
  EXPECT_DOUBLE_EQ(s.ellipsis_lines, 3 / 8.0);
  EXPECT_DOUBLE_EQ(s.duplicate_lines, 4 / 8.0);
  // Lines of 7, 8, 6, 7, 8, 6, 8, 8 characters; the second paragraph differs from the first in the
  // space inside it.
  EXPECT_DOUBLE_EQ(s.duplicate_line_characters, (7 + 8 + 6 + 8) / 58.0);
  EXPECT_DOUBLE_EQ(s.duplicate_paragraphs, 0);
  const GopherStatistics p = MeasureGopher("a b\nc\n\nddd\n\na b\nc\n\n\n");
  EXPECT_DOUBLE_EQ(p.duplicate_paragraphs, 1 / 3.0);
  EXPECT_DOUBLE_EQ(p.duplicate_paragraph_characters, 3 / 9.0);
}

TEST(Gopher, MeasuresNgrams) {
  // "aa b" occurs 3 times, "b cc" twice.
  const GopherStatistics s = MeasureGopher("aa b cc d aa b cc e aa b f");
  EXPECT_DOUBLE_EQ(s.top_ngram[0], 3 * 3 / 16.0);
  EXPECT_DOUBLE_EQ(s.top_ngram[1], 2 * 5 / 16.0);
  EXPECT_DOUBLE_EQ(s.top_ngram[2], 0);
  EXPECT_DOUBLE_EQ(s.duplicate_ngram[0], 0);
  const GopherStatistics d = MeasureGopher("1 2 3 4 5 6 x 1 2 3 4 5 6 y y");
  EXPECT_DOUBLE_EQ(d.duplicate_ngram[0], 12 / 15.0);  // both occurrences, overlaps once
  EXPECT_DOUBLE_EQ(d.duplicate_ngram[1], 12 / 15.0);
  EXPECT_DOUBLE_EQ(d.duplicate_ngram[2], 0);
  const GopherStatistics same = MeasureGopher("a a a a a a a a a a a a");
  EXPECT_DOUBLE_EQ(same.top_ngram[0], 1);
  EXPECT_DOUBLE_EQ(same.duplicate_ngram[5], 1);
}

TEST(Gopher, NamesEveryNumber) {
  std::string text;
  for (int i = 0; i < 3; ++i) text += "the end of it all is that we have to go on\n";
  const GopherStatistics s = MeasureGopher(text);
  const auto named = NamedValues(s);
  const std::map<std::string, double> values(named.begin(), named.end());
  EXPECT_EQ(values.size(), named.size());
  EXPECT_EQ(values.at("words"), 36);
  EXPECT_EQ(values.at("stop_words"), 5);
  EXPECT_EQ(values.at("duplicate_10gram"), s.duplicate_ngram[5]);
  EXPECT_DOUBLE_EQ(values.at("duplicate_lines"), 2 / 3.0);
}

TEST(Gopher, NothingAndHostile) {
  for (const auto& [name, value] : NamedValues(MeasureGopher(""))) EXPECT_EQ(value, 0) << name;
  for (const auto& [name, value] : NamedValues(MeasureGopher(" \n\n \xc2\xa0")))
    EXPECT_EQ(value, 0) << name;
  for (const char* piece : {"a ", "\n", "...", "\xe2", "#", " \xc2\xa0", "x\n\n"}) {
    std::string text;
    while (text.size() < 200'000) text += piece;
    for (const auto& [name, value] : NamedValues(MeasureGopher(text)))
      EXPECT_TRUE(value >= 0 && value <= 200'010) << name;
  }
}

}  // namespace
}  // namespace cria::corpus
