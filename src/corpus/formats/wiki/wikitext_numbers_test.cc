// Numbers as MediaWiki's {{formatnum:}} writes them on the wikis of these languages.
#include "corpus/formats/wiki/wikitext_numbers.h"

#include <gtest/gtest.h>

namespace cria::corpus {
namespace {

TEST(WikitextNumbers, EachLanguageHasItsSeparators) {
  struct Case {
    const char *language, *text;
  };
  for (const Case& c : std::initializer_list<Case>{{"en", "1,234,567.25"},
                                                   {"de", "1.234.567,25"},
                                                   {"it", "1.234.567,25"},
                                                   {"nl", "1.234.567,25"},
                                                   {"fr", "1 234 567,25"},
                                                   {"pl", "1 234 567,25"},
                                                   {"ru", "1 234 567,25"},
                                                   {"xx", "1234567.25"}}) {
    EXPECT_EQ(FormatWikitextNumber("1234567.25", c.language), c.text) << c.language;
  }
}

TEST(WikitextNumbers, FourDigitsStayTogetherWhereTheyDo) {
  EXPECT_EQ(FormatWikitextNumber("1234", "en"), "1,234");
  EXPECT_EQ(FormatWikitextNumber("1234", "pl"), "1234");
  EXPECT_EQ(FormatWikitextNumber("12345", "pl"), "12 345");
  EXPECT_EQ(FormatWikitextNumber("1234", "es"), "1234");
  EXPECT_EQ(FormatWikitextNumber("-26", "fr"), "-26");
  EXPECT_EQ(FormatWikitextNumber("−1000.5", "fr"), "−1 000,5");
  EXPECT_EQ(FormatWikitextNumber("100", "en"), "100");
}

TEST(WikitextNumbers, OtherTextStaysAsItIs) {
  for (const char* text : {"", ".", "1,234", "1.2.3", "12a", "1 234", "5.", "--5", "1e6", "٣٤٥٦"}) {
    EXPECT_EQ(FormatWikitextNumber(text, "en"), text);
  }
  const std::string longest(100, '9');
  EXPECT_EQ(FormatWikitextNumber(longest, "de"), longest);
  EXPECT_EQ(FormatWikitextNumber("007000", "en"), "007000");
}

}  // namespace
}  // namespace cria::corpus
