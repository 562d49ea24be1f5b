// Ends of sentences as Punkt finds them.
#include "corpus/quality/sentences.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace cria::corpus {
namespace {

// Sentences divided by " | " as NLTK 3.8 with Punkt's published English parameters divides them.

class Sentences : public testing::TestWithParam<const char*> {};

TEST_P(Sentences, AsPunktSplitsThem) {
  const std::string expected = GetParam();
  std::string text;
  std::vector<std::string> parts(1);
  for (size_t i = 0; i < expected.size(); ++i) {
    if (expected.compare(i, 3, " | ") == 0) {
      parts.emplace_back();
      text += ' ';
      i += 2;
    } else {
      parts.back() += expected[i];
      text += expected[i];
    }
  }
  const std::vector<std::string_view> found = SplitSentences(text);
  EXPECT_EQ(std::vector<std::string>(found.begin(), found.end()), parts);
  EXPECT_EQ(CountSentences(text), static_cast<int64_t>(parts.size()));
}

INSTANTIATE_TEST_SUITE_P(
    Punkt, Sentences,
    testing::Values(
        "One. | Two! | Three? | Four",  //
        "Mr. Smith met Dr. Jones of Acme Corp. in St. Louis.",
        "He left the U.S. in Jan. 1990. | He came back.",
        "It is in the U.S. | He likes it.",              // a word that opens sentences
        "He met J. Bach and J.P. Morgan. | They sang.",  // initials
        "It costs $3.50 or 1,000.25 in all. | Cheap.",   //
        "It was 1984. | The year began.",                //
        "He was no. | 5. in the row.",                   // a number before a small letter
        "Wait... what is it? | Well... | This is it.",   // after "..." only a known opening word
        "He went on... Smith stayed.",
        "\"What?\" | he said. | \"Yes.\" | No.",  // quotes belong to what they close
        "(How does it deal with this parenthesis?) | \"It should be part of the previous "
        "sentence.\"",
        "Very bad acting!!! | I promise.",               //
        "See e.g. | this one.",                          // Punkt does not know this abbreviation
        "He said \xe2\x80\x9cYes.\xe2\x80\x9d He did.",  // typographic quotes hide the stop
        "Version 2.0.1 of example.com is out.",          //
        "A line\nbreak ends nothing. | The next\n\ndoes not either.",
        "I live at 5 Main St. | The house is red.",
        "\xc3\x89t\xc3\xa9. | \xc3\x80 la carte.",  //
        "He arrived at 5 p.m. | However, he ate.", "He arrived at 5 p.m. on Tues. and ate."));

TEST(SentencesOf, NothingInNothing) {
  EXPECT_TRUE(SplitSentences("").empty());
  EXPECT_TRUE(SplitSentences(" \n\t\xc2\xa0").empty());
  EXPECT_EQ(CountSentences("no end mark"), 1);
}

// Whatever the bytes: every byte that is not white space stands in exactly one sentence, in order.
TEST(SentencesOf, LoseNothing) {
  std::mt19937_64 random(1);
  const std::string_view pieces[] = {
      "Mr", ".",   "?", "!", " ",   "\n",       "\"",           ")",    "(",    "-", "--", "...",
      "'",  "The", "a", "J", "3.5", "\xc2\xa0", "\xe2\x80\x9d", "\xff", "end.", "]", ","};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (int i = static_cast<int>(random() % 40); i > 0; --i)
      text += pieces[random() % std::size(pieces)];
    const char* at = text.data();
    std::string between;
    for (const std::string_view sentence : SplitSentences(text)) {
      ASSERT_FALSE(sentence.empty());
      ASSERT_GE(sentence.data(), at);
      between.append(at, sentence.data() - at);
      at = sentence.data() + sentence.size();
    }
    between.append(at, text.data() + text.size() - at);
    for (size_t i = 0; i < between.size(); ++i)
      ASSERT_TRUE(std::string_view(" \n\xc2\xa0").find(between[i]) != std::string_view::npos)
          << text;
  }
}

}  // namespace
}  // namespace cria::corpus
