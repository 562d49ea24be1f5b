// Where a sentence misses what was left out; the sides are those of real pages.
#include "corpus/formats/wiki/wikitext_gap.h"

#include <gtest/gtest.h>

#include <string>

namespace cria::corpus {
namespace {

using enum WikitextGap;

TEST(WikitextGap, WordsAreMissedInTheMidst) {
  EXPECT_EQ(JudgeWikitextGap("ist mit rund ", " Millionen Einwohnern"), kWord);
  EXPECT_EQ(JudgeWikitextGap("it cost $", " in dollars"), kWord);
  EXPECT_EQ(JudgeWikitextGap("unos 45", "km"), kWord);
  EXPECT_EQ(JudgeWikitextGap("人口は", "人である"), kWord);
  EXPECT_EQ(JudgeWikitextGap("approx. ", " km away"), kWord);
  EXPECT_EQ(JudgeWikitextGap("impacted at ", ". It sank"), kEnd);
  EXPECT_EQ(JudgeWikitextGap("boats (ALBs): ", ", Trent and"), kEnd);
  EXPECT_EQ(JudgeWikitextGap("1967: ", ""), kEnd);
  EXPECT_EQ(JudgeWikitextGap("Mersey, ", ", Trent"), kMember);
  EXPECT_EQ(JudgeWikitextGap("", " has noted that"), kWord);
  EXPECT_EQ(JudgeWikitextGap("", ": 3 inches"), kSubject);
  EXPECT_EQ(JudgeWikitextGap(" \x0f", " (UK) (claimed)"), kSubject);
}

TEST(WikitextGap, NotesAndLayoutAreNot) {
  EXPECT_EQ(JudgeWikitextGap("a word", " goes on"), kNone);
  EXPECT_EQ(JudgeWikitextGap("a word,", " goes on"), kNone);
  EXPECT_EQ(JudgeWikitextGap("It ends. ", " Another"), kNone);
  EXPECT_EQ(JudgeWikitextGap("\"It ends.\" ", " Another"), kNone);
  EXPECT_EQ(JudgeWikitextGap("Limoges, 2014, ", "."), kNone);
  EXPECT_EQ(JudgeWikitextGap("the last", ""), kNone);
  EXPECT_EQ(JudgeWikitextGap("", " Berlin is"), kNone);
  EXPECT_EQ(JudgeWikitextGap("", " (in German) the city"), kNone);
  EXPECT_EQ(JudgeWikitextGap("", ""), kNone);
}

TEST(WikitextGap, ManyGapsInARowAreNotLookedThrough) {
  const std::string many(100, '\x03');
  EXPECT_EQ(JudgeWikitextGap("a" + many, many + "b"), kNone);
}

}  // namespace
}  // namespace cria::corpus
