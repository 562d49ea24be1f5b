// The estimator against arithmetic by hand, against what lmplz published for two toy texts, against
// an independent program in exact fractions, and against itself with other threads and memory.
#include "corpus/quality/kneser_ney.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/json.h"
#include "corpus/quality/ngram_test_model.h"

namespace cria::corpus {
namespace {

using Values = NgramModelWriter::Values;

TestSink EstimateText(const std::vector<std::string>& text, const TestSetting& setting) {
  const TestFolder folder;
  TestSink sink;
  Estimate(TestCorpus(text), setting, folder.path(), &sink);
  return sink;
}

void ExpectNgram(const TestSink& sink, const std::string& words, double probability,
                 double backoff) {
  const auto at = sink.ngrams.find(words);
  ASSERT_NE(at, sink.ngrams.end()) << words;
  EXPECT_NEAR(at->second.first, std::log10(probability), 1e-6) << words;
  EXPECT_NEAR(at->second.second, std::log10(backoff), 1e-6) << words;
}

// Text: "a a b" and "a b". So little text has no counts of counts 3: D1 D2 D3 = 1/2 1 3/2.
// Bigrams: <s>a 2, aa 1, ab 2, b</s> 2.
// Adjusted unigrams (different words before): a: <s>, a = 2; b: a = 1; </s>: b = 1. Sum 4.
//   left to the uniform distribution: (D2 + D1 + D1) / 4 = 2/4 over a, b, </s>, <unk>: 1/8 each
//   p(a) = (2 - 1)/4 + 1/8 = 3/8; p(b) = p(</s>) = (1 - 1/2)/4 + 1/8 = 1/4; p(<unk>) = 1/8
// Bigrams of order 2 have their own counts:
//   after <s>: left D2/2 = 1/2; p(a|<s>) = (2 - 1)/2 + 1/2 * 3/8 = 11/16
//   after a: sum 3, left (D1 + D2)/3 = 1/2; p(a|a) = (1/2)/3 + 1/2 * 3/8 = 17/48;
//     p(b|a) = 1/3 + 1/2 * 1/4 = 11/24
//   after b: left 1/2; p(</s>|b) = 1/2 + 1/2 * 1/4 = 5/8
TEST(KneserNey, IsArithmeticByHand) {
  const TestSink sink = EstimateText({"a a b", "a b"}, {.order = 2});
  EXPECT_EQ(sink.vocabulary, (std::vector<std::string>{"<unk>", "<s>", "</s>", "a", "b"}));
  EXPECT_EQ(sink.ngrams.size(), 9);
  ExpectNgram(sink, "<unk>", 1.0 / 8, 1);
  ExpectNgram(sink, "<s>", 1, 1.0 / 2);
  ExpectNgram(sink, "</s>", 1.0 / 4, 1);
  ExpectNgram(sink, "a", 3.0 / 8, 1.0 / 2);
  ExpectNgram(sink, "b", 1.0 / 4, 1.0 / 2);
  ExpectNgram(sink, "<s> a", 11.0 / 16, 1);
  ExpectNgram(sink, "a a", 17.0 / 48, 1);
  ExpectNgram(sink, "a b", 11.0 / 24, 1);
  ExpectNgram(sink, "b </s>", 5.0 / 8, 1);
  EXPECT_TRUE(std::signbit(sink.ngrams.at("</s>").second)) << "nothing follows </s>";
  EXPECT_TRUE(std::signbit(sink.ngrams.at("a a").second)) << "the longest have no backoff";
}

// The same with what occurs once left out of the bigrams: aa goes, and its whole count is left.
//   after a: left (1 + D2)/3 = 2/3; p(b|a) = 1/3 + 2/3 * 1/4 = 1/2; p(a|a) = 2/3 * 3/8 by backoff
TEST(KneserNey, GivesThePrunedMassToTheBackoff) {
  const TestSink sink = EstimateText({"a a b", "a b"}, {.order = 2, .options = {.prune = {0, 1}}});
  EXPECT_EQ(sink.ngrams.count("a a"), 0);
  ExpectNgram(sink, "a", 3.0 / 8, 2.0 / 3);
  ExpectNgram(sink, "a b", 1.0 / 2, 1);
  ExpectNgram(sink, "<s> a", 11.0 / 16, 1);
}

struct Published {
  const char* words;
  double probability, backoff;
};

void ExpectPublished(const std::vector<std::string>& text, const std::vector<Published>& model) {
  const TestSink sink = EstimateText(text, {.order = 3});
  EXPECT_EQ(sink.ngrams.size(), model.size());
  for (const Published& ngram : model) {
    const auto at = sink.ngrams.find(ngram.words);
    ASSERT_NE(at, sink.ngrams.end()) << ngram.words;
    EXPECT_NEAR(at->second.first, ngram.probability, 2e-6) << ngram.words;
    EXPECT_NEAR(at->second.second, ngram.backoff, 2e-6) << ngram.words;
  }
}

// lmplz --discount_fallback -o 3, as KenLM has it in lm/common/test_data (toy0.arpa, toy1.arpa).
TEST(KneserNey, IsWhatLmplzPublished) {
  ExpectPublished({"a a b a", "b a a b"}, {{"<unk>", -0.90309, 0},
                                           {"<s>", 0, -0.30103},
                                           {"a", -0.46943438, -0.30103},
                                           {"</s>", -0.5720968, 0},
                                           {"b", -0.5720968, -0.30103},
                                           {"<s> a", -0.37712017, -0.30103},
                                           {"a a", -0.37712017, -0.30103},
                                           {"b a", -0.2984526, -0.30103},
                                           {"a </s>", -0.58682007, 0},
                                           {"b </s>", -0.5220179, 0},
                                           {"<s> b", -0.41574955, -0.30103},
                                           {"a b", -0.58682007, -0.30103},
                                           {"<s> a a", -0.14885087, 0},
                                           {"b a a", -0.33741078, 0},
                                           {"<s> b a", -0.124077894, 0},
                                           {"a b a", -0.2997394, 0},
                                           {"b a </s>", -0.42082912, 0},
                                           {"a b </s>", -0.397617, 0},
                                           {"a a b", -0.20102891, 0}});
  ExpectPublished({"a a b b b b b b b", "c"}, {{"<unk>", -1, 0},
                                               {"<s>", 0, -0.30103},
                                               {"a", -0.6146491, -0.30103},
                                               {"</s>", -0.6146491, 0},
                                               {"c", -0.7659168, -0.30103},
                                               {"b", -0.6146491, -0.30103},
                                               {"<s> a", -0.4301247, -0.30103},
                                               {"a a", -0.4301247, -0.30103},
                                               {"c </s>", -0.20660876, 0},
                                               {"b </s>", -0.5404639, 0},
                                               {"<s> c", -0.4740302, -0.30103},
                                               {"a b", -0.4301247, -0.30103},
                                               {"b b", -0.3422159, -0.47712123},
                                               {"<s> a a", -0.1638568, 0},
                                               {"<s> c </s>", -0.09113217, 0},
                                               {"b b </s>", -0.7462621, 0},
                                               {"a a b", -0.1638568, 0},
                                               {"a b b", -0.13823806, 0},
                                               {"b b b", -0.13375957, 0}});
}

TestSetting SettingOf(const Json& expected) {
  return {.order = expected["order"].get<int>(),
          .options = {.prune = expected["prune"].get<std::vector<int64_t>>()}};
}

// tests/golden/make_ngram_golden.py: orders 1 to 6, thresholds, discounts found and fallen back to.
TEST(KneserNey, IsAnIndependentProgramInFractions) {
  const TestFolder folder;
  const Json golden = ReadJson(fs::path(CRIA_SOURCE_DIR) / "tests/golden/ngram_golden.json");
  const TestCorpus corpus(golden["train"].get<std::vector<std::string>>());
  const auto held_out = golden["held_out"].get<std::vector<std::string>>();
  ASSERT_EQ(golden["models"].size(), 10);
  for (const Json& expected : golden["models"]) {
    const TestSetting setting = SettingOf(expected);
    SCOPED_TRACE(fmt::format("order {} prune {}", setting.order, expected["prune"].dump()));
    const fs::path path = folder.path() / "model";
    const auto stats = WriteModel(corpus, setting, Values::kFloat, path);
    const NgramModel model(path);
    for (int n = 1; n <= setting.order; ++n) {
      EXPECT_EQ(stats[n - 1].kept, expected["kept"][n - 1].get<int64_t>());
      EXPECT_EQ(model.ngrams(n), stats[n - 1].kept);
      for (int k = 0; k < 3; ++k) {
        EXPECT_NEAR(stats[n - 1].discounts[k], expected["discounts"][n - 1][k].get<double>(), 1e-9);
      }
    }
    for (size_t s = 0; s < held_out.size(); ++s) {
      std::vector<uint32_t> ids;
      for (const std::string& word : WordsOf(held_out[s])) ids.push_back(model.Find(word));
      std::vector<NgramScore> scores;
      model.ScoreEach(ids, &scores);
      ASSERT_EQ(scores.size(), expected["scores"][s].size());
      for (size_t i = 0; i < scores.size(); ++i) {
        EXPECT_NEAR(scores[i].log10_probability, expected["scores"][s][i].get<double>(), 1e-5)
            << held_out[s] << ", piece " << i;
      }
    }
  }
}

TEST(KneserNey, ProbabilitiesSumToOne) {
  const TestFolder folder;
  const TestCorpus corpus(RandomSentences(600, 120, 7));
  for (const std::vector<int64_t>& prune :
       {std::vector<int64_t>{}, std::vector<int64_t>{0, 0, 1, 1, 2}, std::vector<int64_t>{2}}) {
    const fs::path path = folder.path() / "model";
    WriteModel(corpus, {.order = 5, .options = {.prune = prune}}, Values::kFloat, path);
    const NgramModel model(path);
    for (size_t s = 0; s < corpus.sentences.size(); s += 40) {
      NgramState state = model.Begin();
      for (const uint32_t id : corpus.sentences[s]) {
        model.Next(state, model.Find(corpus.pieces[id]), &state);
        double sum = 0;
        NgramState after;
        for (uint32_t next = 0; next < model.vocabulary_size(); ++next) {
          if (next == kBeginId) continue;
          sum += std::pow(10.0, model.Next(state, next, &after).log10_probability);
        }
        EXPECT_NEAR(sum, 1, 1e-6);
      }
    }
  }
}

TEST(KneserNey, DoesNotDependOnThreadsOrMemory) {
  const TestFolder folder;
  const TestCorpus corpus(RandomSentences(3000, 500, 3));
  const KneserNeyOptions options = {.prune = {0, 0, 1}};
  const fs::path path = folder.path() / "model";
  std::string first;
  for (const auto& [threads, memory_bytes] :
       {std::pair(1, int64_t{64} << 20), std::pair(4, int64_t{64} << 20),
        std::pair(1, int64_t{1} << 18), std::pair(3, int64_t{1} << 16)}) {
    WriteModel(corpus, {5, options, threads, memory_bytes}, Values::kQuantized, path);
    const std::string bytes = ReadFile(path);
    if (first.empty()) first = bytes;
    EXPECT_TRUE(bytes == first) << threads << " threads, " << memory_bytes << " bytes";
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1) << "scratch files stay";
}

// Marks in the text are passed over, so a text of nothing else is one empty sentence.
TEST(KneserNey, TakesEmptySentencesAndMarks) {
  const TestFolder folder;
  TestCorpus corpus({"", "a"});
  corpus.sentences[0] = {kUnknownId, kEndId, kBeginId};
  TestSink sink;
  Estimate(corpus, {.order = 2}, folder.path(), &sink);
  EXPECT_EQ(sink.counts[2], 3);  // <s> a, a </s>, <s> </s>
  EXPECT_EQ(sink.ngrams.count("<s> </s>"), 1);
}

TEST(KneserNey, RefusesWhatItCannotDo) {
  EXPECT_THROW(EstimateText({}, {}), Error);
  EXPECT_THROW(EstimateText({"a"}, {.options = {.prune = {0, 2, 1}}}), Error);
}

}  // namespace
}  // namespace cria::corpus
