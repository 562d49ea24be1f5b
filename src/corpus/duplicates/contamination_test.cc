// Evaluation items found as a brute-force search finds them, and read from any file.
#include "corpus/duplicates/contamination.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "base/error.h"
#include "test_data.h"

namespace cria::corpus {
namespace {

// Twenty different words from `first` on.
std::string Words(int first, int n) {
  std::string text;
  for (int i = first; i < first + n; ++i) text += (i > first ? " w" : "w") + std::to_string(i);
  return text;
}

EvaluationItem Item(std::vector<std::string> texts) {
  EvaluationItem item{"set.jsonl", 1, {}};
  for (std::string& text : texts) item.texts.push_back({"field", std::move(text)});
  return item;
}

TEST(Contamination, ThirteenWordsInARow) {
  const std::vector<EvaluationItem> items = {Item({Words(0, 30)}), Item({Words(100, 30)})};
  const ContaminationIndex index(items);
  const std::string thirteen = "Before: W5, (w6) w7 -- " + Words(8, 10) + " after";
  const auto hits = index.Scan(thirteen);
  ASSERT_EQ(hits.size(), 1u);
  EXPECT_EQ(hits[0].word, 5);
  EXPECT_EQ(hits[0].words, 13);
  EXPECT_EQ(thirteen.substr(hits[0].begin, hits[0].end - hits[0].begin),
            "W5, (w6) w7 -- " + Words(8, 10));
  EXPECT_EQ(index.ItemsIn(hits), std::vector<int64_t>{0});
  const auto twelve = index.Scan("x " + Words(5, 12) + " y");
  ASSERT_EQ(twelve.size(), 1u);  // an 8-gram, which counts for the other rule
  EXPECT_TRUE(index.ItemsIn(twelve).empty());
  EXPECT_TRUE(index.Scan("x " + Words(5, 7) + " y " + Words(12, 7)).empty());
}

TEST(Contamination, ShortTextsMustBeThereWhole) {
  const std::vector<EvaluationItem> items = {Item({Words(0, 10)}), Item({Words(0, 7)})};
  const ContaminationIndex index(items);
  EXPECT_EQ(index.ItemsIn(index.Scan("a " + Words(0, 11))), std::vector<int64_t>{0});
  EXPECT_TRUE(index.ItemsIn(index.Scan(Words(1, 9))).empty());
  EXPECT_TRUE(index.ItemsIn(index.Scan(Words(0, 9))).empty());
}

TEST(Contamination, SeventyPercentOfEightGramsOverTheWholeCorpus) {
  // 37 words have 30 8-grams: 21 are 70 %.
  const std::vector<EvaluationItem> items = {Item({Words(0, 37)}), Item({Words(50, 37)})};
  const ContaminationIndex index(items);
  ContaminationReport report(index);
  report.Add("one", index.Scan(Words(0, 12)));     // 5
  report.Add("two", index.Scan(Words(20, 17)));    // 10
  report.Add("again", index.Scan(Words(20, 17)));  // the same
  report.Add("three", index.Scan(Words(10, 12)));  // 5: 20 so far
  report.Add("other", index.Scan(Words(50, 27)));  // 20 of the second item
  EXPECT_FALSE(report.Items()[0].most_ngrams);
  EXPECT_NEAR(report.Items()[0].share, 20 / 30.0, 1e-12);
  report.Add("four", index.Scan("x " + Words(5, 8)));  // 21
  const std::vector<ItemContamination> result = report.Items();
  EXPECT_TRUE(result[0].most_ngrams);
  EXPECT_TRUE(result[0].any_ngram);
  EXPECT_EQ(result[0].longest_words, 17);
  EXPECT_EQ(result[0].documents, 2);
  ASSERT_EQ(result[0].examples.size(), 2u);
  EXPECT_EQ(result[0].examples[0].document, "two");
  EXPECT_EQ(result[0].examples[0].hit.word, 20);
  EXPECT_FALSE(result[1].most_ngrams);
  EXPECT_TRUE(result[1].any_ngram);
}

TEST(Contamination, SharedTextsBelongToAllTheirItems) {
  const std::vector<EvaluationItem> items = {Item({Words(0, 20), Words(40, 9)}),
                                             Item({Words(0, 20)}), Item({Words(60, 20)})};
  const ContaminationIndex index(items);
  EXPECT_EQ(index.ItemsIn(index.Scan(Words(0, 20))), (std::vector<int64_t>{0, 1}));
  ContaminationReport report(index);
  report.Add("both texts", index.Scan(Words(0, 20) + " " + Words(40, 9)));
  EXPECT_EQ(report.Items()[0].documents, 1);
  EXPECT_EQ(report.Items()[1].documents, 1);
  EXPECT_EQ(report.Items()[2].documents, 0);
  EXPECT_EQ(report.Items()[2].longest_words, 0);
}

// The rule by definition, on random texts of few words, where runs begin, repeat and overlap in all
// ways; here the first place that stands for all costs nothing.
TEST(Contamination, FindsWhatTheDefinitionFinds) {
  uint64_t state = 1;
  const auto random = [&](uint64_t n) { return MixBits(++state) % n; };
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> text, document;
    for (int i = 0; i < 40; ++i) text.push_back("v" + std::to_string(random(30)));
    for (int piece = 0; piece < 12; ++piece) {
      const size_t at = random(40), n = random(20);
      for (size_t i = at; i < std::min<size_t>(40, at + n); ++i) document.push_back(text[i]);
      document.push_back("z" + std::to_string(random(3)));
    }
    const auto join = [](const std::vector<std::string>& words) {
      std::string all;
      for (const std::string& word : words) all += word + " ";
      return all;
    };
    const auto ngrams = [](const std::vector<std::string>& words, size_t n) {
      std::vector<std::string> all;
      for (size_t i = 0; i + n <= words.size(); ++i) {
        all.emplace_back();
        for (size_t k = 0; k < n; ++k) all.back() += words[i + k] + " ";
      }
      return all;
    };
    const auto grams8 = ngrams(document, 8), grams13 = ngrams(document, 13);
    const std::set<std::string> in8(grams8.begin(), grams8.end());
    const std::set<std::string> in13(grams13.begin(), grams13.end());
    int64_t found8 = 0, found13 = 0;
    for (const std::string& gram : ngrams(text, 8)) found8 += in8.contains(gram);
    for (const std::string& gram : ngrams(text, 13)) found13 += in13.contains(gram);
    const std::vector<EvaluationItem> items = {Item({join(text)})};
    const ContaminationIndex index(items);
    ContaminationReport report(index);
    report.Add("d", index.Scan(join(document)));
    EXPECT_EQ(report.Items()[0].any_ngram, found13 > 0) << round;
    EXPECT_NEAR(report.Items()[0].share, static_cast<double>(found8) / 33, 1e-12) << round;
  }
}

TEST(Contamination, BoundedOnRepetitions) {
  std::string ones, prompt = "which of the following statements is true about ";
  for (int i = 0; i < 100'000; ++i) ones += "a ";
  std::vector<EvaluationItem> items = {Item({ones.substr(0, 2000)})};
  for (int i = 0; i < 300; ++i) items.push_back(Item({prompt + Words(20 * i, 20)}));
  const ContaminationIndex index(items);
  EXPECT_LE(index.Scan(ones).size(), 2u);
  std::string prompts;
  for (int i = 0; i < 20'000; ++i) prompts += prompt;
  EXPECT_LE(index.Scan(prompts).size(), ContaminationIndex::kMaxTexts);
  // In more texts than are remembered, and found all the same, from its first word on.
  const auto hits = index.Scan("so " + prompt + Words(20 * 299, 5) + " x");
  const auto longest = std::max_element(hits.begin(), hits.end(),
                                        [](auto& a, auto& b) { return a.words < b.words; });
  ASSERT_NE(longest, hits.end());
  EXPECT_EQ(longest->words, 13);
  EXPECT_EQ(longest->word, 0);
  EXPECT_EQ(index.ItemsIn(hits), std::vector<int64_t>{300});
  EXPECT_TRUE(ContaminationIndex({}).Scan(ones).empty());
}

std::vector<std::string> TextsOf(const EvaluationItems& items) {
  std::vector<std::string> all;
  for (const EvaluationItem& item : items.items)
    for (const EvaluationText& text : item.texts)
      all.push_back(std::to_string(item.record) + " " + text.field + ": " + text.text);
  return all;
}

std::vector<std::string> Read(const std::string& set, std::string_view bytes) {
  EvaluationItems items;
  EXPECT_TRUE(ReadEvaluationFile(bytes, set, &items));
  return TextsOf(items);
}

TEST(EvaluationItems, ReadsStringsOfAllKinds) {
  const std::string eight = "one two three four five six seven eight";
  using Expected = std::vector<std::string>;
  EXPECT_EQ(
      Read("a/b.jsonl", "\xef\xbb\xbf{\"q\":{\"stem\":\"" + eight + "\"},\"n\":1}\r\n\nnot\n" +
                            "{\"c\":[\"short\",\"" + eight + " x\"]}\n{\"" + eight + "\":true}"),
      (Expected{"1 q.stem: " + eight, "4 c[1]: " + eight + " x", "5 : " + eight}));
  EXPECT_EQ(Read("a.json", "{\"V\":[1],\"Data\":[{\"q\":\"short\"},{\"q\":\"" + eight + "\"}]}"),
            (Expected{"2 q: " + eight}));
  EXPECT_EQ(Read("a.json", "[{\"q\":\"" + eight + "\"}]"), (Expected{"1 q: " + eight}));
  EXPECT_EQ(Read("a.json", "{\"q\":\"" + eight + "\"}"), (Expected{"1 q: " + eight}));
  EXPECT_EQ(Read("a.csv", "h1,h2\r\nx,\"one \"\"two\"\", three\nfour five six seven eight\"\n" +
                              eight + ",\"" + eight),
            (Expected{"2 column 2: one \"two\", three\nfour five six seven eight",
                      "3 column 1: " + eight, "3 column 2: " + eight}));
  EXPECT_EQ(Read("a.tsv", "id\t" + eight + "\r\n" + eight),
            (Expected{"1 column 2: " + eight, "2 column 1: " + eight}));
  EXPECT_EQ(Read("a.txt.gz", "short\n" + eight + "\xff\n"),
            (Expected{"2 : " + eight + "\xef\xbf\xbd"}));
  EvaluationItems items;
  EXPECT_FALSE(ReadEvaluationFile(eight, "labels.lst", &items));
  EXPECT_TRUE(ReadEvaluationFile("{\"q\":\"" + eight + "\"", "x.jsonl", &items));
  EXPECT_EQ(items.bad_records, 1);
  EXPECT_TRUE(ReadEvaluationFile(std::string(1 << 20, '['), "x.json", &items));
  EXPECT_EQ(items.bad_records, 2);
}

TEST(EvaluationItems, FolderMustHoldSome) {
  const fs::path folder = fs::path(testing::TempDir()) / "evaluation_items";
  fs::remove_all(folder);
  EXPECT_THROW(ReadEvaluationFolder(folder), Error);
  fs::create_directories(folder / "b");
  std::ofstream(folder / "labels.lst") << "one two three four five six seven eight\n";
  EXPECT_THROW(ReadEvaluationFolder(folder), Error);
  std::ofstream(folder / "b" / "x.txt") << "one two three four five six seven eight\n";
  std::ofstream(folder / "a.txt") << "a a a\none two three four five six seven eight nine\n";
  const EvaluationItems items = ReadEvaluationFolder(folder);
  ASSERT_EQ(items.items.size(), 2u);
  EXPECT_EQ(items.files, 2);
  EXPECT_EQ(items.items[0].set, "a.txt");
  EXPECT_EQ(items.items[0].record, 2);
  EXPECT_EQ(items.items[1].set, "b/x.txt");
  fs::remove_all(folder);
}

TEST(Contamination, RealSets) {
  CRIA_REQUIRE_TEST_DATA("eval/gsm8k/test.jsonl");
  EvaluationItems items;
  for (const char* set : {"gsm8k/test.jsonl", "truthfulqa/TruthfulQA.csv", "openbookqa/dev.jsonl"})
    ASSERT_TRUE(ReadEvaluationFile(ReadFile(TestData() / "eval" / set), set, &items));
  EXPECT_EQ(items.bad_records, 0);
  EXPECT_GT(items.items.size(), 1500u);
  const ContaminationIndex index(items.items);
  // Each text gives away its own item; a book none.
  int64_t given_away = 0;
  for (size_t i = 0; i < items.items.size(); ++i) {
    const auto found = index.ItemsIn(index.Scan("Copied: " + items.items[i].texts[0].text));
    given_away += std::binary_search(found.begin(), found.end(), static_cast<int64_t>(i));
  }
  EXPECT_EQ(given_away, static_cast<int64_t>(items.items.size()));
  const std::string book = ReadFile(TestData() / "raw/gutenberg/84-0.txt");
  EXPECT_TRUE(index.ItemsIn(index.Scan(book)).empty());
}

}  // namespace
}  // namespace cria::corpus
