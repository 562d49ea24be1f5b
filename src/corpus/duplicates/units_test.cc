// Cutting by the four rules, and CCNet's normalisation of lines.
#include "corpus/duplicates/units.h"

#include <gtest/gtest.h>

namespace cria::corpus {
namespace {

std::vector<uint64_t> Keys(std::string_view text, DuplicateRule rule, int64_t min_bytes = 1) {
  std::vector<uint64_t> keys;
  AppendKeys(CutIntoUnits(text, rule, min_bytes), &keys);
  return keys;
}

// cc_net's text_normalizer.py and dedup.py: ASCII punctuation and accents stay.
TEST(Units, LinesAreNormalizedAsInCcnet) {
  EXPECT_EQ(NormalizeLine("  Hello, World 1984!\t"), "hello, world 0000!");
  EXPECT_EQ(NormalizeLine("“Ça – VA” 12 €…"), "ça  va 00 €");
  EXPECT_EQ(NormalizeLine("a\x01"
                          "b\x7f"),
            "ab");
  EXPECT_EQ(NormalizeLine("ÀÉÎ ЖЩ"), "àéî жщ");
  EXPECT_EQ(NormalizeLine(""), "");
}

TEST(Units, RulesCutDifferently) {
  const std::string text = "One line\nanother line\n\nHead\n\nOne line\nanother line";
  EXPECT_EQ(Keys(text, DuplicateRule::kNone).size(), 0u);
  EXPECT_EQ(Keys(text, DuplicateRule::kDocuments).size(), 1u);
  EXPECT_EQ(Keys(text, DuplicateRule::kParagraphs).size(), 3u);     // the second copy is repeated
  EXPECT_EQ(Keys(text, DuplicateRule::kParagraphs, 6).size(), 2u);  // the heading has no key
  EXPECT_EQ(Keys(text, DuplicateRule::kLines).size(), 4u);
  EXPECT_EQ(Keys("x", DuplicateRule::kDocuments)[0], Keys("x", DuplicateRule::kParagraphs)[0]);
  EXPECT_NE(Keys("x", DuplicateRule::kLinesOnce)[0], Keys("x", DuplicateRule::kLines)[0]);
  EXPECT_NE(Keys("x", DuplicateRule::kLines)[1], Keys("x", DuplicateRule::kLinesOnce)[1]);
  EXPECT_TRUE(DropsEvery(Keys("x", DuplicateRule::kLines)[1]));
  EXPECT_FALSE(DropsEvery(Keys("x", DuplicateRule::kLinesOnce)[1]));
  EXPECT_EQ(Keys("ÄX 1", DuplicateRule::kLinesOnce)[1], Keys("äx 1", DuplicateRule::kLinesOnce)[1]);
}

TEST(Units, WhatIsLeft) {
  const auto left = [](std::string_view text, DuplicateRule rule, std::vector<bool> removed) {
    return WithoutDuplicates(CutIntoUnits(text, rule, 3), rule, removed);
  };
  const std::string text = "aaa\n\nbbb\n\nh\n\naaa\n\nccc";
  Remains remains = left(text, DuplicateRule::kParagraphs, {false, false, true, false});
  EXPECT_EQ(remains.text, "aaa\n\nh\n\nccc");  // bbb elsewhere, the second aaa repeated
  EXPECT_EQ(remains.removed_units, 2);
  EXPECT_EQ(remains.removed_bytes, 6);
  EXPECT_TRUE(left(text, DuplicateRule::kParagraphs, {true, false, false, false}).document_removed);
  remains = left("one\n\n  two\n\n\nthree", DuplicateRule::kLines, {false, true, false, false});
  EXPECT_EQ(remains.text, "  two\n\nthree");
  remains = left("one\n\ntwo\n\nthree", DuplicateRule::kLines, {false, false, true, true});
  EXPECT_EQ(remains.text, "one");
}

}  // namespace
}  // namespace cria::corpus
