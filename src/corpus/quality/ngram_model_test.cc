// Queries of a model file: two ways to the same score, what quantising costs, and files that are
// damaged.
#include "corpus/quality/ngram_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "base/error.h"
#include "corpus/quality/ngram_quantizer.h"
#include "corpus/quality/ngram_test_model.h"

namespace cria::corpus {
namespace {

using Values = NgramModelWriter::Values;

struct Trained {
  Trained(int order, Values values, const std::vector<int64_t>& prune = {})
      : corpus(RandomSentences(800, 200, 5)) {
    WriteModel(corpus, {.order = order, .options = {.prune = prune}}, values,
               folder.path() / "model");
    model.emplace(folder.path() / "model");
  }
  std::vector<uint32_t> Ids(const std::string& sentence) const {
    std::vector<uint32_t> ids;
    for (const std::string& word : WordsOf(sentence)) ids.push_back(model->Find(word));
    return ids;
  }
  TestFolder folder;
  TestCorpus corpus;
  std::optional<NgramModel> model;
};

TEST(NgramModel, ScoresASentenceAsItsTokensOneByOne) {
  for (int order = 1; order <= kMaxNgramOrder; ++order) {
    for (const Values values : {Values::kFloat, Values::kQuantized}) {
      const Trained trained(order, values, {0, 0, 1});
      const NgramModel& model = *trained.model;
      EXPECT_EQ(model.order(), order);
      for (const std::string& text : RandomSentences(200, 260, 99)) {
        std::vector<uint32_t> ids = trained.Ids(text);
        std::vector<NgramScore> scores;
        const double all = model.ScoreEach(ids, &scores);
        EXPECT_EQ(all, model.Score(ids));
        ids.push_back(kEndId);
        ASSERT_EQ(scores.size(), ids.size());
        NgramState state = model.Begin();
        double sum = 0;
        for (size_t i = 0; i < ids.size(); ++i) {
          const NgramScore one = model.Next(state, ids[i], &state);
          EXPECT_EQ(one.log10_probability, scores[i].log10_probability);
          EXPECT_EQ(one.length, scores[i].length);
          EXPECT_LT(state.length, std::max(2, order));
          sum += one.log10_probability;
        }
        EXPECT_EQ(sum, all);
      }
    }
  }
}

TEST(NgramModel, KnowsItsVocabulary) {
  const Trained trained(2, Values::kFloat);
  const NgramModel& model = *trained.model;
  ASSERT_EQ(model.vocabulary_size(), static_cast<int64_t>(trained.corpus.pieces.size()));
  for (uint32_t id = 0; id < model.vocabulary_size(); ++id) {
    EXPECT_EQ(model.piece(id), trained.corpus.pieces[id]);
    EXPECT_EQ(model.Find(model.piece(id)), id);
  }
  EXPECT_EQ(model.Find("no such word"), kUnknownId);
  EXPECT_EQ(model.Find(""), kUnknownId);
  const std::vector<std::string> pieces = {"w0", "w0", "w0", "w0", "</s>", "absent", "<unk>"};
  const std::vector<uint32_t> map = model.MapPieces(pieces);
  EXPECT_EQ(map, (std::vector<uint32_t>{0, 0, 0, model.Find("w0"), 0, 0, 0}));
}

TEST(NgramModel, TakesIdsItDoesNotHaveAsUnknown) {
  const Trained trained(3, Values::kQuantized);
  const std::vector<uint32_t> unknown = {0, 5, 0}, beyond = {UINT32_MAX, 5, 1u << 30};
  EXPECT_EQ(trained.model->Score(unknown), trained.model->Score(beyond));
  EXPECT_TRUE(std::isfinite(trained.model->Score({})));
}

TEST(NgramModel, PerplexityIsCcNets) {
  EXPECT_DOUBLE_EQ(NgramPerplexity(-6, 2), 100);  // 10^(6 / (2 + 1))
  EXPECT_DOUBLE_EQ(NgramPerplexity(-1, 0), 10);
}

TEST(NgramModel, QuantisingCostsLittle) {
  const Trained exact(5, Values::kFloat), rough(5, Values::kQuantized);
  EXPECT_LT(2 * fs::file_size(rough.folder.path() / "model"),
            fs::file_size(exact.folder.path() / "model") + 40000);
  double sum = 0, squares = 0;
  int64_t tokens = 0;
  for (const std::string& text : RandomSentences(300, 210, 17)) {
    std::vector<NgramScore> a, b;
    exact.model->ScoreEach(exact.Ids(text), &a);
    rough.model->ScoreEach(rough.Ids(text), &b);
    for (size_t i = 0; i < a.size(); ++i, ++tokens) {
      const double error = double{b[i].log10_probability} - a[i].log10_probability;
      EXPECT_EQ(a[i].length, b[i].length);
      EXPECT_LT(std::abs(error), 0.25);  // the rare ends of the range
      sum += error;
      squares += error * error;
    }
  }
  EXPECT_LT(std::abs(sum / static_cast<double>(tokens)), 2e-3);
  EXPECT_LT(std::sqrt(squares / static_cast<double>(tokens)), 0.012);
}

TEST(NgramModel, NoticesEveryDamagedByte) {
  const TestFolder folder;
  const TestCorpus corpus({"a b c", "a b", "c"});
  const fs::path path = folder.path() / "model";
  WriteModel(corpus, {.order = 3}, Values::kQuantized, path);
  const std::string good = ReadFile(path);
  std::vector<uint64_t> aligned(good.size() / 8 + 1);
  const std::span<uint8_t> bytes(reinterpret_cast<uint8_t*>(aligned.data()), good.size());
  const auto open = [&](size_t size, NgramModel::Check check) {
    return NgramModel(bytes.first(size), "a model in memory", check);
  };
  std::memcpy(bytes.data(), good.data(), good.size());
  EXPECT_EQ(open(good.size(), NgramModel::Check::kDigest).order(), 3);
  for (size_t i = 0; i < good.size(); ++i) {
    bytes[i] ^= 0x10;
    EXPECT_THROW(open(good.size(), NgramModel::Check::kDigest), Error) << "byte " << i;
    bytes[i] ^= 0x10;
  }
  for (size_t size = 0; size < good.size(); size += 7) {
    EXPECT_THROW(open(size, NgramModel::Check::kSizes), Error) << size << " bytes";
  }
  EXPECT_THROW(NgramModel(folder.path() / "absent"), Error);
}

// Without the digest damage goes unnoticed; nothing outside the file may be touched then (this test
// is for the sanitizers).
TEST(NgramModel, SurvivesDamageItWasToldNotToLookFor) {
  const Trained trained(4, Values::kQuantized);
  std::string good = ReadFile(trained.folder.path() / "model");
  std::vector<uint64_t> aligned(good.size() / 8 + 1);
  const std::span<uint8_t> bytes(reinterpret_cast<uint8_t*>(aligned.data()), good.size());
  uint64_t state = 1;
  for (int round = 0; round < 60; ++round) {
    std::memcpy(bytes.data(), good.data(), good.size());
    for (int change = 0; change < 200; ++change) {
      state = state * 6364136223846793005 + 1442695040888963407;
      const size_t at = sizeof(NgramFileHeader) + (state >> 33) % (good.size() - 300);
      bytes[at] = static_cast<uint8_t>(state >> 20);
    }
    try {
      const NgramModel model(bytes, "damaged", NgramModel::Check::kSizes);
      for (size_t s = 0; s < 20; ++s) (void)model.Score(trained.corpus.sentences[s]);
      for (const std::string& piece : trained.corpus.pieces) (void)model.Find(piece);
    } catch (const Error&) {
    }
  }
}

TEST(NgramQuantizer, KeepsFewValuesExactlyAndManyNearly) {
  NgramQuantizer few(-16, 0);
  for (const float value : {-0.5f, -1.25f, -9.0f, -0.5f, -100.0f}) few.Add(value);
  EXPECT_EQ(few.Fit(256), (std::vector<float>{-100.0f, -9.0f, -1.25f, -0.5f}));
  EXPECT_EQ(few.Encode(-1.25f), 2);
  NgramQuantizer many(-16, 0);
  for (int i = 0; i < 100000; ++i) many.Add(-static_cast<float>(i) * 5e-5f);
  const std::vector<float> values = many.Fit(256);
  EXPECT_EQ(values.size(), 256);
  for (int i = 0; i < 100000; i += 7) {
    const float value = -static_cast<float>(i) * 5e-5f;  // uniform from 0 to -5: steps of 5/256
    EXPECT_NEAR(values[many.Encode(value)], value, 1.2 * 5 / 512);
  }
}

}  // namespace
}  // namespace cria::corpus
