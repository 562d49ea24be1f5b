// Every reason for a drop, and where long text is cut.
#include "corpus/quality/filter.h"

#include <gtest/gtest.h>

#include "corpus/paragraphs.h"

namespace cria::corpus {
namespace {

std::string Prose(int sentences) {
  std::string text;
  for (int i = 0; i < sentences; ++i) {
    text += "Sentence number " + std::to_string(i) + " says something else than the others do.\n";
  }
  return text;
}

TEST(Filter, Reasons) {
  const Filters filters;
  const auto reason = [&](const std::string& text, bool code = false) {
    const char* why = RejectReason(text, code, filters);
    return std::string(why == nullptr ? "" : why);
  };
  EXPECT_EQ(reason(Prose(10)), "");
  EXPECT_EQ(reason("short"), "too_short");
  EXPECT_EQ(reason(Prose(10) + std::string(1000, '=')), "symbols");
  EXPECT_EQ(reason(Prose(5) + "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"), "damaged_encoding");
  EXPECT_EQ(reason(Prose(5) + "\xef\xbf\xbd\xef\xbf\xbd"), "");
  EXPECT_EQ(reason(std::string(400, 'x')), "word_length");
  std::string repeated = Prose(5);
  for (int i = 0; i < 10; ++i) repeated += "The same line again and again.\n";
  EXPECT_EQ(reason(repeated), "repeated_lines");
  EXPECT_EQ(reason("Привет, это обычный русский текст. " + Prose(3)), "");
  std::string code = "int F(int x) { return (x << 2) | ~x; }\n\n";
  for (int i = 0; i < 4; ++i) code += code;
  EXPECT_EQ(reason(code, true), "");
  EXPECT_EQ(reason(std::string(2000, 'a') + "\n" + code, true), "long_lines");
  // Empty lines count for the mean, as in RedPajama.
  const std::string paragraph = std::string(150, 'a') + "\n";
  EXPECT_EQ(reason(paragraph + "\n" + paragraph + "\n", true), "");
  EXPECT_EQ(reason(paragraph + paragraph, true), "long_lines");
  EXPECT_EQ(reason(std::string(300, '{') + "a\n", true), "symbols");
}

TEST(Filter, CutText) {
  EXPECT_EQ(CutText("short", 1000).size(), 1u);
  std::string text;
  for (int i = 0; i < 100; ++i) text += Prose(2) + "\n";
  const auto parts = CutText(text, 1000);
  EXPECT_GT(parts.size(), 8u);
  std::string joined;
  for (const std::string& part : parts) {
    EXPECT_LE(part.size(), 1150u);
    joined += part;
  }
  EXPECT_NEAR(double(joined.size()), double(text.size()), 2.0 * double(parts.size()) + 4);
  std::string unbroken;
  for (int i = 0; i < 1000; ++i) unbroken += "ж";
  for (const std::string& part : CutText(unbroken, 333)) EXPECT_EQ(part.size() % 2, 0u);
  // A last crumb goes on where the part before it ended: nothing is put between.
  std::string whole;
  for (const std::string& part : CutText(std::string(1050, 'a'), 1000)) whole += part;
  EXPECT_EQ(whole, std::string(1050, 'a'));
}

}  // namespace
}  // namespace cria::corpus
