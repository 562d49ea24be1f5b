// Every rule of C4 for lines and pages, with the quirks of the original.
#include "corpus/quality/c4.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "corpus/quality/white_space.h"

namespace cria::corpus {
namespace {

constexpr char kGood[] =
    "This is the first good line. It has two sentences in it.\n"
    "And here stands one more of them!";

int64_t Dropped(const C4Verdict& verdict, C4LineReason reason) {
  return verdict.lines_dropped[static_cast<size_t>(reason)];
}

C4Verdict Clean(std::string_view text) { return CleanC4(text, {}); }

TEST(C4, KeepsAGoodPageAsItStands) {
  const C4Verdict verdict = Clean(kGood);
  EXPECT_EQ(verdict.dropped, nullptr);
  EXPECT_EQ(verdict.text, kGood);
  EXPECT_EQ(verdict.sentences, 3);
  EXPECT_EQ(verdict.lines_kept, 2);
}

TEST(C4, DropsLinesUnderTheirReasons) {
  const std::string page = std::string(kGood) + "\n" +                                      //
                           "Home About Contact and one more word\n" +                       //
                           "This line is cut off in the middle...\n" +                      //
                           "Only four words here.\n" +                                      //
                           "Please enable JavaScript to see this page.\n" +                 //
                           "By going on you accept our Privacy Policy and more.\n" +        //
                           "A word of " + std::string(1001, 'x') + " is in this line.\n" +  //
                           "\"And this one is said by somebody.\"";
  const C4Verdict verdict = Clean(page);
  EXPECT_EQ(verdict.dropped, nullptr);
  EXPECT_EQ(verdict.text, std::string(kGood) + "\n\"And this one is said by somebody.\"");
  EXPECT_EQ(Dropped(verdict, C4LineReason::kNoEndMark), 2);
  EXPECT_EQ(Dropped(verdict, C4LineReason::kFewWords), 1);
  EXPECT_EQ(Dropped(verdict, C4LineReason::kJavascript), 1);
  EXPECT_EQ(Dropped(verdict, C4LineReason::kPolicy), 1);
  EXPECT_EQ(Dropped(verdict, C4LineReason::kLongWord), 1);
}

TEST(C4, DropsPagesUnderTheirReasons) {
  const auto reason = [](std::string_view line) {
    return std::string(Clean(std::string(kGood) + "\n" + std::string(line)).dropped);
  };
  EXPECT_EQ(reason("Here the Lorem Ipsum text begins at last."), "lorem_ipsum");
  EXPECT_EQ(reason("function f() { return 1; } and so on it goes."), "curly_bracket");
  EXPECT_STREQ(Clean("One good line of five words.").dropped, "few_sentences");
  EXPECT_STREQ(Clean("").dropped, "few_sentences");
  std::string filler;
  for (int i = 0; i < 6000; ++i) filler += "Five words are in here.\xc3\xa9 ab ab.\n";
  EXPECT_STREQ(Clean(filler).dropped, "too_long");
}

TEST(C4, CountsCharactersNotBytesForTheLongestPage) {
  C4Options options;
  options.max_page_characters = 70;
  std::string page = "Ein Satz \xc3\xbc\xc3\xb6\xc3\xa4 ist hier. Zwei Satz da. Drei Satz dort. ";
  page += std::string(70 - (page.size() - 3) - 1, 'x') + ".";
  EXPECT_EQ(CleanC4(page, options).dropped, nullptr);
  EXPECT_STREQ(CleanC4(page + "x", options).dropped, "too_long");
}

// A bracket in a line that goes for another reason does not cost the page.
TEST(C4, TestsInTheOrderOfTheReference) {
  EXPECT_EQ(Clean(std::string(kGood) + "\nbody { color: red; }").dropped, nullptr);
  EXPECT_EQ(Clean(std::string(kGood) + "\nSome javascript { is in this line here.").dropped,
            nullptr);
  EXPECT_STREQ(Clean(std::string(kGood) + "\nOur privacy policy { is in this line.").dropped,
               "curly_bracket");
}

TEST(C4, RemovesCitationMarks) {
  const std::string page =
      "[1] The city[2] is old.[edit] It has walls.[citation needed][]\n"
      "It was[3 built[a] in the year [1234] by men.\n"
      "This line has a mark after a space. [5]\n"
      "Arabic digits\xd9\xa1[\xd9\xa1\xd9\xa2] count as digits too.";
  const C4Verdict verdict = Clean(page);
  EXPECT_EQ(verdict.text,
            "The city is old. It has walls.\n"
            "It was[3 built[a] in the year  by men.\n"
            "Arabic digits\xd9\xa1 count as digits too.");
  EXPECT_EQ(Dropped(verdict, C4LineReason::kNoEndMark), 1);  // the space before [5] is left over
}

TEST(C4, BadWordsStandBetweenOtherCharacters) {
  const BadWords words = BadWords::FromText(
      "Frell\n\n  fra king \nfrell\nX\n\xc3\xa9"
      "cru\n");
  EXPECT_EQ(words.size(), 4);
  EXPECT_TRUE(words.FoundIn("what the frell."));
  EXPECT_TRUE(words.FoundIn("what the 1frell2"));
  EXPECT_FALSE(words.FoundIn("what the frelling"));
  EXPECT_FALSE(words.FoundIn("what thefrell."));
  EXPECT_FALSE(words.FoundIn("frell it is"));  // as in C4: nothing before it
  EXPECT_FALSE(words.FoundIn("it is frell"));  // nothing after it
  EXPECT_TRUE(words.FoundIn("a fra king thing"));
  EXPECT_TRUE(words.FoundIn("mark the x."));
  EXPECT_FALSE(words.FoundIn("mark the xx."));
  C4Options options;
  options.bad_words = &words;
  const std::string page = kGood;
  EXPECT_EQ(CleanC4(page, options).dropped, nullptr);
  EXPECT_STREQ(CleanC4(page + "\nHe said FRELL and went away.", options).dropped, "bad_word");
  EXPECT_STREQ(CleanC4(page + "\nHe said \xc3\x89"
                              "CRU and went away.",
                       options)
                   .dropped,
               "bad_word");
  EXPECT_EQ(CleanC4(page + "\nHe said FRELL and went away", options).dropped, nullptr);
}

TEST(C4, BadWordFileMustHoldWords) {
  const fs::path path = fs::path(testing::TempDir()) / "c4_bad_words.txt";
  std::ofstream(path) << " \n\n";
  EXPECT_THROW(BadWords::FromFile(path), Error);
  std::ofstream(path) << "\xef\xbb\xbfone\r\ntwo words\r\n";
  const BadWords words = BadWords::FromFile(path);
  EXPECT_EQ(words.size(), 2);
  EXPECT_TRUE(words.FoundIn("-one-"));
  EXPECT_TRUE(words.FoundIn("some two words."));
  fs::remove(path);
  EXPECT_THROW(BadWords::FromFile(path), Error);
}

TEST(C4, LinesAndSpacesAreThoseOfPython) {
  const C4Verdict verdict = Clean(
      "\xc2\xa0One two three four five.\xe2\x80\x83\xe2\x80\xa8"
      "Six\xc2\xa0seven eight nine "
      "ten.\r\nEleven twelve thirteen fourteen fifteen.\x0b\xe3\x80\x80");
  EXPECT_EQ(verdict.text,
            "One two three four five.\nSix\xc2\xa0seven eight nine ten.\n"
            "Eleven twelve thirteen fourteen fifteen.");
  EXPECT_EQ(StripWhiteSpace(" \xe2\x80\xaf\t"), "");
  EXPECT_EQ(StripWhiteSpace("\xe2\x80\x8b"), "\xe2\x80\x8b");  // zero width space is none
}

TEST(C4, BoundedOnHostilePages) {
  C4Options options;
  options.max_page_characters = int64_t{1} << 40;
  for (const char* piece : {"[", "[1", ".", "a.", "\"", "! ", " \xc2", "[1] a b c d e. ", ".\")"}) {
    std::string page;
    while (page.size() < (1 << 20)) page += piece;
    page += " a b c d e f.";
    const C4Verdict verdict = CleanC4(page, options);
    EXPECT_LE(verdict.text.size(), page.size());
  }
}

}  // namespace
}  // namespace cria::corpus
