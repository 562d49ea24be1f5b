// Boxes, sentences, normal forms, exact values, numbers of GSM8K and votes: by hand, against
// tests/golden/make_math_answers.py (other code), and on the real sets.
#include "eval/grading/math_answer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <set>

#include "base/hash.h"
#include "base/json.h"
#include "eval/grading/gsm_answer.h"
#include "test_data.h"

namespace cria::eval {
namespace {

using Answer = std::optional<std::string>;

Json Golden() { return ReadJson(fs::path(CRIA_SOURCE_DIR) / "tests/golden/math_answers.json"); }

// One member of every record of a JSON Lines file.
std::vector<std::string> Column(const fs::path& path, const char* member) {
  std::vector<std::string> values;
  const std::string text = ReadFile(path);
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    values.push_back(ParseJson(text.substr(at, end - at), path)[member].get<std::string>());
    at = end + 1;
  }
  return values;
}

std::string Digest(const std::vector<std::string>& answers) {
  std::string lines;
  for (const std::string& answer : answers) lines += answer + "\n";
  return Sha256Hex(lines);
}

// Whether an exact form is that of a number: [-]digits[.digits] or [-]digits/digits.
bool IsNumberForm(std::string_view form) {
  if (form.starts_with('-')) form.remove_prefix(1);
  const size_t middle = form.find_first_of("./");
  const auto digits = [](std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
  };
  return digits(form.substr(0, middle)) && (middle == form.npos || digits(form.substr(middle + 1)));
}

TEST(BoxedAnswerTest, TakesTheLastClosedBox) {
  const std::pair<const char*, Answer> cases[] = {
      {"so $\\boxed{\\frac{1}{2}}$.", "\\frac{1}{2}"},
      {"$\\boxed{1}$ or $\\boxed{2}$", "2"},
      {"$\\fbox{7}$", "7"},
      {"$\\boxed{1}$, $\\fbox{2}$", "2"},
      {"$\\boxed 3$ apples", "3"},
      {"$\\boxed 3.$", "3"},
      {"$\\boxed{2}$ but $\\boxed \\frac{1}{2}$.", "\\frac{1}{2}"},
      {"{so \\boxed 12} = x", "12"},
      {"&=\\boxed 5\\\\&=6", "5"},
      {"\\boxed {4}", "4"},
      {"\\boxed{\\{1,2\\}}", "\\{1,2\\}"},
      {"\\boxed{\\left\\{1,2\\right.}", "\\left\\{1,2\\right."},  // an escaped brace opens nothing
      {"x\\\\\\boxed{9}", "9"},                                   // behind the end of a row
      {"so \\\\boxed{9}", "9"},                                   // doubled backslashes
      {"\\boxed{x = \\boxed{5}}", "5"},
      {"\\boxed{8} and \\boxed{9", "8"},  // cut off
      {"\\boxed{8} goes in \\boxed{}.", "8"},
      {"\\boxed{8} is in the $\\boxed$.", "8"},
      {"}}\\boxed{1}", "1"},
      {"{\\boxed{1}", "1"},
      {"\\boxedmath{1}", std::nullopt},
      {"\\boxed", std::nullopt},
      {"boxed{1}", std::nullopt},
      {"\\boxed{1", std::nullopt},
      {"", std::nullopt},
      {"\\", std::nullopt},
  };
  for (const auto& [text, answer] : cases) EXPECT_EQ(BoxedAnswer(text), answer) << text;
}

TEST(MathFinalAnswerTest, TakesMinervasSentenceElseTheBox) {
  const std::string sentence = "Final Answer: The final answer is $\\frac{2}{3}$.";
  for (const char* end :
       {" I hope it is correct.", " I hope it is correct.\n\nProblem:\n1?", "", "\n",
        "\n\nProblem:\nFinal Answer: The final answer is $9$. I hope it is correct.",
        "\nProblem:\nWhat is $9$? I hope it is correct."}) {
    EXPECT_EQ(MathFinalAnswer("Thus $\\boxed{5}$.\n" + sentence + end), "$\\frac{2}{3}$") << end;
  }
  const std::string start = "Final Answer: The final answer is ", hope = ". I hope it is correct.";
  EXPECT_EQ(MathFinalAnswer(start + "Evelyn" + hope), "Evelyn");
  EXPECT_EQ(MathFinalAnswer(start + "9 a.m." + hope), "9 a.m.");
  EXPECT_EQ(MathFinalAnswer(start + "$(1,\n2)$" + hope), "$(1,\n2)$");
  EXPECT_EQ(MathFinalAnswer("$\\boxed{5}$. " + start + hope), "5");
  EXPECT_EQ(MathFinalAnswer("The final answer is 4. So $\\boxed{5}$."), "5");
  EXPECT_EQ(MathFinalAnswer("I do not know."), std::nullopt);
}

struct Pair {
  const char *a, *b;
  bool by_text, by_value;  // the same under kMinervaText, kExactValue
};

// Each line is a rule, or what a rule must not do.
constexpr Pair kPairs[] = {
    {"5", "5", true, true},
    {"5", "6", false, false},
    {"x=5", "5", true, true},
    {"y=x=5", "5", true, true},
    {"5=x", "5", false, false},
    {"x - 3z = 0", "11x + 6y = 0", true, false},  // as published
    {"x - 3z = 0", "x-3z=0", true, true},
    {"f(x) = 0.5", "\\frac{1}{2}", false, true},
    {"x = -2", "-2", true, true},
    {"a square", "", true, true},
    {"an integer", "integer", true, true},
    {"$5$", "5", true, true},
    {"$5.$", "5", true, true},
    {"The answer $5$ of $6$", "5", true, true},
    {"the cost: $5", "thecost:5", true, true},
    {"\\$5", "5", true, true},
    {"\\$5.50", "5.5", false, true},
    {"2 + 3 i", "2+3i", true, true},
    {"2\\ 3", "23", true, true},
    {"\\mbox{even}", "even", true, true},
    {"\\text{even}", "even", true, true},
    {"\\text{even}", "odd", false, false},
    {"\\textbf{(C)}", "(C)", true, true},
    {"(C)", "C", false, false},
    {"\\overline{CD}", "CD", true, true},
    {"\\boxed{7}", "7", true, true},
    {"\\boxed{\\frac{1}{2}}", "\\frac12", true, true},
    {"3\\text{ and }4", "3,4", true, true},
    {"3,\\text{ and }4", "3,4", true, true},
    {"12 dollars", "12", true, true},
    {"12\\text{ inches}", "12", true, true},
    {"12 cm", "12", true, true},
    {"12\\text{ cm}^2", "12", true, true},
    {"12\\text{ cm}^3", "12", true, true},
    {"12\\text{ m}", "12", true, true},
    {"12\\text{ miles}", "12", false, false},  // not on Minerva's list
    {"5\\text{ s}", "5", true, true},
    {"4\\mathrm{th}", "4", true, true},
    {"30^\\circ", "30", true, true},
    {"30^{\\circ}", "30 degrees", true, true},
    {"1,2,\\dots", "1,2,\\ldots", true, true},
    {"\"odd\"", "odd", true, true},
    {"3\\;4", "34", true, true},
    {"\\text{tissue}", "\\text{tis}", true, true},  // as published
    {"\\fracab", "\\frac{a}{b}", true, true},
    {"\\frac12", "\\frac{1}{2}", true, true},
    {"\\frac123", "\\frac{1}{2}3", true, true},
    {"\\frac{360}7", "\\frac{360}{7}", false, true},
    {"\\frac{\\sqrt{6}}3", "\\frac{\\sqrt{6}}{3}", false, true},
    {"\\frac9{20}", "\\frac{9}{20}", false, true},
    {"\\frac\\pi2", "\\frac{\\pi}{2}", false, true},
    {"\\frac{\\frac12}3", "\\frac{\\frac{1}{2}}{3}", false, true},
    {"\\frac{1}{2}", "\\frac{2}{1}", false, false},
    {"\\sqrt2", "\\sqrt{2}", true, true},
    {"\\sqrt 23", "\\sqrt{2}3", true, true},
    {"\\sqrt{23}", "\\sqrt23", false, false},
    {"100,000", "100000", true, true},
    {"1{,}080", "1080", true, true},
    {"1,\\!080", "1080", true, true},
    {"1,080.5", "1080.5", false, true},
    {"7,9", "79", true, false},  // as published: all digits but for commas
    {"12, 10, 6", "12,10,6", true, true},
    {"(7,9)", "(79)", false, false},
    {"(1,000)", "(1,0)", false, false},
    {"\\dfrac{1}{2}", "\\frac{1}{2}", false, true},
    {"\\tfrac12", "1/2", false, true},
    {"1/2", "\\frac{1}{2}", false, true},
    {"0.5", ".5", false, true},
    {"5.00", "5", false, true},
    {"5.", "5", false, true},
    {"0.3", "1/3", false, false},
    {"0.333333333333333333", "\\frac13", false, false},
    {"\\frac{2}{4}", "\\frac{1}{2}", false, true},
    {"-\\frac{1}{2}", "\\frac{-1}{2}", false, true},
    {"\\frac{1}{-2}", "-0.5", false, true},
    {"+3", "3", false, true},
    {"-3", "3", false, false},
    {"-0", "0", false, true},
    {"50\\%", "\\frac{1}{2}", false, true},
    {"50\\%", "50%", false, true},
    {"50\\%", "50", false, false},
    {"15\\frac{39}{40}", "\\frac{639}{40}", false, true},
    {"-1\\frac{1}{2}", "-1.5", false, true},
    {"2\\frac{3}{2}", "3.5", false, false},  // a product, if anything
    {"\\frac{1}{0}", "\\frac{2}{0}", false, false},
    {"1/0", "2/0", false, false},
    {"0110", "110", false, false},  // a code
    {"11010_2", "11010", false, false},
    {"\\left(3,4\\right)", "(3,4)", false, true},
    {"\\left( \\frac12, 3 \\right)", "(0.5,3)", false, true},
    {"[0.5,\\infty)", "[\\frac{1}{2}, \\infty)", false, true},
    {"[0,1)", "(0,1)", false, false},
    {"(1,2)", "(2,1)", false, false},
    {"\\{1/2, x\\}", "\\{.5,x\\}", false, true},
    {"4/2(x)", "2(x)", false, false},
    {"(x)4/2", "(x)2", false, false},
    {"\\begin{pmatrix} 3/5 \\\\ 2 \\end{pmatrix}", "\\begin{pmatrix}\\frac35\\\\2.0\\end{pmatrix}",
     false, true},
    {"\\begin{pmatrix} 1 & 2 \\end{pmatrix}", "\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}", false,
     false},
    {"2\\,\\pi", "2\\pi", false, true},
    {"9999999999999999999", "9999999999999999999.0", false, false},  // above 18 digits no number
    {"999999999999999999", "999999999999999999.0", false, true},
    {"999999999999999999/7", "999999999999999998/7", false, false},
    {"0.000000000000000001", "1/1000000000000000000", false, false},
    {"0.00000000000000001", "1/100000000000000000", false, true},
    {"", "0", false, false},
};

TEST(SameMathAnswerTest, HoldsForTheTableOfPairs) {
  for (const Pair& pair : kPairs) {
    SCOPED_TRACE(std::string(pair.a) + "  and  " + pair.b);
    EXPECT_EQ(SameMathAnswer(pair.a, pair.b), pair.by_text);
    EXPECT_EQ(SameMathAnswer(pair.b, pair.a, MathRule::kMinervaText), pair.by_text);
    EXPECT_EQ(SameMathAnswer(pair.a, pair.b, MathRule::kExactValue), pair.by_value)
        << CanonicalMathAnswer(pair.a, MathRule::kExactValue) << "  and  "
        << CanonicalMathAnswer(pair.b, MathRule::kExactValue);
  }
}

TEST(NormalizeMathAnswerTest, AgreesWithThePublishedExpressions) {
  const Json golden = Golden();
  for (const char* list : {"changed", "random"}) {
    ASSERT_GE(golden[list].size(), 100u);
    for (const Json& entry : golden[list]) {
      const std::string answer = entry[0];
      EXPECT_EQ(NormalizeMathAnswer(answer), entry[1].get<std::string>()) << answer;
    }
  }
}

TEST(NormalizeMathAnswerTest, TakesBytesThatAreNoText) {
  EXPECT_EQ(NormalizeMathAnswer("\\frac\xff\xfe"), "\\frac{\xff}{\xfe}");
  EXPECT_EQ(NormalizeMathAnswer(std::string_view("1\0 2", 4)), std::string("1\0002", 3));
  EXPECT_EQ(NormalizeMathAnswer(",,"), ",,");
  EXPECT_EQ(NormalizeMathAnswer("frac"), "frac");
  EXPECT_EQ(NormalizeMathAnswer("frac1"), "frac1");
  EXPECT_EQ(NormalizeMathAnswer("sqrt"), "sqrt");
  EXPECT_EQ(NormalizeMathAnswer("frac1\n2"), "frac1\n2");
  EXPECT_EQ(NormalizeMathAnswer("frac\n12"), "frac{\n}{1}2");
}

TEST(MathSetTest, EveryGoldIsBoxedAndNormalizesAsTheReferenceDoes) {
  CRIA_REQUIRE_TEST_DATA("eval/math");
  const Json golden = Golden();
  std::set<std::string> distinct;
  size_t count = 0;
  for (const auto& [file, expected] : golden["math"].items()) {
    SCOPED_TRACE(file);
    std::vector<std::string> boxes, forms, values;
    for (const std::string& solution : Column(TestData() / "eval/math" / file, "solution")) {
      const Answer box = BoxedAnswer(solution);
      ASSERT_TRUE(box.has_value()) << solution;
      EXPECT_EQ(MathFinalAnswer(solution), box);
      boxes.push_back(*box);
      forms.push_back(NormalizeMathAnswer(*box));
      EXPECT_EQ(NormalizeMathAnswer(forms.back()), forms.back());
      EXPECT_FALSE(forms.back().empty());
      values.push_back(CanonicalMathAnswer(*box, MathRule::kExactValue));
      EXPECT_EQ(CanonicalMathAnswer(values.back(), MathRule::kExactValue), values.back());
      if (!IsNumberForm(values.back())) values.back().clear();
      const std::string written = "So it is.\nFinal Answer: The final answer is " + *box +
                                  ". I hope it is correct.\n\nProblem:\n" + solution;
      EXPECT_TRUE(SameMathAnswer(MathFinalAnswer(written).value_or(""), *box));
    }
    EXPECT_EQ(boxes.size(), expected["count"].get<size_t>());
    EXPECT_EQ(Digest(boxes), expected["boxed"].get<std::string>());
    EXPECT_EQ(Digest(forms), expected["normal"].get<std::string>());
    EXPECT_EQ(Digest(values), expected["exact"].get<std::string>());
    EXPECT_EQ(std::set(forms.begin(), forms.end()).size(), expected["distinct"].get<size_t>());
    distinct.insert(forms.begin(), forms.end());
    count += forms.size();
  }
  EXPECT_EQ(count, 3335u);
  EXPECT_EQ(distinct.size(), 1383u);
}

TEST(GsmAnswerTest, ReadsGolds) {
  const std::pair<const char*, Answer> cases[] = {
      {"9 * 2 = 18\n#### 18", "18"},
      {"#### 1,080", "1080"},
      {"#### -3", "-3"},
      {"####5.00 ", "5"},
      {"#### $5.50", "5.5"},
      {"#### -$7", "-7"},
      {"#### 20%", "20"},
      {"#### 5.", "5"},
      {"#### 1\n#### 2", "2"},
      {"#### 007", "7"},
      {"#### -0.0", "0"},
      {"#### 12345678901234567890", "12345678901234567890"},
      {"#### 5 dollars", std::nullopt},
      {"####", std::nullopt},
      {"#### five", std::nullopt},
      {"18", std::nullopt},
      {"#### x5", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& [text, answer] : cases) EXPECT_EQ(GsmGoldAnswer(text), answer) << text;
}

TEST(GsmAnswerTest, ReadsWrittenAnswers) {
  const std::pair<const char*, Answer> cases[] = {
      {"5 + 4 = 9. The answer is 9.", "9"},
      {"The answer is 9.\n\nQ: There are 3 cars?\nA: The answer is 3.", "9"},
      {"So the answer is $1,234.50.", "1234.5"},
      {"The answer is: 5.00", "5"},
      {"THE ANSWER IS 12", "12"},
      {"The answer is about 12 apples, not 13.", "12"},
      {"The answer is what we want.\nThe answer is 4.", "4"},
      {"The answer is clear. It is 3 and 4", "3"},
      {"The answer is\n8", "8"},
      {"The answer is -7.", "-7"},
      {"The answer is -$7.", "-7"},
      {"The answer is $-7.", "-7"},
      {"The answer is \\$7", "7"},
      {"The answer is \xE2\x88\x92"
       "7.",
       "-7"},  // U+2212
      {"The answer is 10-7.", "10"},
      {"The answer is 20%.", "20"},
      {"The answer is .5", "0.5"},
      {"The answer is...5", "5"},
      {"The answer is 1/2.", "0.5"},
      {"The answer is 2/6 of it.", "1/3"},
      {"The answer is 3/0.", "3"},
      {"The answer is 1,000,000.", "1000000"},
      {"The answer is 3, 4", "3"},
      {"3 apples and 4 pears", "4"},
      {"He has 10-7", "7"},
      {"He has 10 - 7", "7"},
      {"It falls to -7", "-7"},
      {"(-7)", "-7"},
      {"from x-7", "7"},
      {"7--8", "8"},
      {"1,00,5000", "5000"},
      {"1,0000", "0"},
      {"12,345", "12345"},
      {"1234,567", "567"},
      {"on 3/4/2020", "2020"},
      {"version 3.14.15", "15"},
      {"12.", "12"},
      {"$5.50.", "5.5"},
      {"16/4", "4"},
      {"10/4", "2.5"},
      {"none", std::nullopt},
      {"...", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& [text, answer] : cases) EXPECT_EQ(GsmWrittenAnswer(text), answer) << text;
}

TEST(GsmAnswerTest, EveryGoldOfTheSetIsRead) {
  CRIA_REQUIRE_TEST_DATA("eval/gsm8k");
  const Json golden = Golden();
  size_t count = 0;
  for (const auto& [file, expected] : golden["gsm8k"].items()) {
    SCOPED_TRACE(file);
    std::vector<std::string> golds, lasts;
    for (const std::string& solution : Column(TestData() / "eval/gsm8k" / file, "answer")) {
      const std::string line = solution.substr(solution.rfind('\n'));
      ASSERT_TRUE(line.starts_with("\n#### ")) << line;
      const std::string number = line.substr(6);
      const Answer answer = GsmGoldAnswer(solution);
      std::string plain = number;  // the set has no dollars, points or blanks there
      std::erase(plain, ',');
      EXPECT_EQ(answer, plain);
      EXPECT_EQ(GsmWrittenAnswer(solution), answer);
      const std::string reasons = solution.substr(0, solution.size() - line.size());
      const std::string written = fmt::format("{} The answer is {}.\n\nQ: 1?", reasons, number);
      EXPECT_EQ(GsmWrittenAnswer(written), answer);
      golds.push_back(answer.value_or(""));
      lasts.push_back(GsmWrittenAnswer(reasons).value_or(""));
    }
    EXPECT_EQ(Digest(golds), expected["gold"].get<std::string>());
    EXPECT_EQ(Digest(lasts), expected["last"].get<std::string>());
    count += golds.size();
  }
  EXPECT_EQ(count, 1380u);
}

TEST(MajorityTest, CountsVotes) {
  using Answers = std::vector<Answer>;
  EXPECT_EQ(Majority(Answers{}), std::nullopt);
  EXPECT_EQ(Majority(Answers{std::nullopt, "", std::nullopt}), std::nullopt);
  EXPECT_EQ(Majority(Answers{std::nullopt, "", "", "5"}), 3u);
  EXPECT_EQ(Majority(Answers{"1", "2", "2"}), 1u);
  EXPECT_EQ(Majority(Answers{"1", "2", "2", "1"}), 0u);
  EXPECT_EQ(Majority(Answers{"3", "2", "1", "1", "2"}), 1u);
  EXPECT_EQ(Majority(Answers{"a", "b", "c"}), 0u);
}

// Work that grows with the square of a megabyte takes minutes; what is asked takes milliseconds.
TEST(HostileTextTest, TakesTimeInStepWithItsLength) {
  const auto begin = std::chrono::steady_clock::now();
  constexpr std::string_view kPieces[] = {"{",
                                          "}",
                                          "{}",
                                          "\\boxed{",
                                          "\\boxed ",
                                          "\\boxed{}",
                                          "\\fbox",
                                          "\\",
                                          "\\\\boxed ",
                                          "\\text{",
                                          "\\frac",
                                          "\\frac{",
                                          "\\frac1",
                                          "sqrt",
                                          "$",
                                          "$\n",
                                          "=",
                                          ",",
                                          "1,",
                                          "1,000,",
                                          "1",
                                          "1/",
                                          "1.",
                                          "-",
                                          ".5",
                                          ",\\!",
                                          "\\text{\n",
                                          "\\boxed{\n",
                                          "the answer is ",
                                          "the answer is\n",
                                          "####",
                                          "Final Answer: The final answer is ",
                                          "(",
                                          "1/2,",
                                          "\\left",
                                          "square",
                                          "sqsquareuare",
                                          "\xff"};
  for (const std::string_view piece : kPieces) {
    const size_t size_bytes = piece.size() == 1 ? 1 << 20 : 1 << 18;
    std::string text;
    while (text.size() < size_bytes) text += piece;
    BoxedAnswer(text);
    MathFinalAnswer(text);
    CanonicalMathAnswer(text);
    CanonicalMathAnswer(text, MathRule::kExactValue);
    GsmGoldAnswer(text);
    GsmWrittenAnswer(text);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::minutes(2));
}

}  // namespace
}  // namespace cria::eval
