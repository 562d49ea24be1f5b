// Named window rules counted by hand, divergences worked out by hand, and the perplexity of a real
// model against log-likelihoods computed elsewhere in float64.
#include "eval/divergence.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "eval/llama_language_model.h"
#include "eval/test_model.h"
#include "infer/load.h"
#include "test_data.h"

namespace cria::eval {
namespace {

// The next id depends on the last one alone: rows of probabilities over three ids. Writes down what
// it was fed.
class TableModel : public TestModel {
 public:
  explicit TableModel(std::vector<std::vector<double>> rows) : rows_(std::move(rows)) {}
  int64_t vocab_size() const override { return 3; }
  std::unique_ptr<WindowReader> NewReader(int64_t length) override {
    fed.emplace_back();
    return std::make_unique<Reader>(this, length);
  }

  std::vector<std::vector<int32_t>> fed;  // per window

 private:
  struct Reader : WindowReader {
    Reader(TableModel* m, int64_t n) : model(m), length(n) {}
    void Read(std::span<const int32_t> ids, std::span<float> logprobs) override {
      std::vector<int32_t>& all = model->fed.back();
      all.insert(all.end(), ids.begin(), ids.end());
      EXPECT_LE(static_cast<int64_t>(all.size()), length);
      const size_t rows = logprobs.size() / 3;
      for (size_t r = 0; r < rows; ++r) {
        const auto& row = model->rows_[static_cast<size_t>(ids[ids.size() - rows + r])];
        for (size_t i = 0; i < 3; ++i) logprobs[r * 3 + i] = static_cast<float>(std::log(row[i]));
      }
    }
    TableModel* model;
    int64_t length;
  };
  std::vector<std::vector<double>> rows_;
};

TEST(FixedWindows, LlamaCppCountsTheSecondHalfOfEachChunk) {
  // Chunks of 8: BOS in place of the first id, and ids 5, 6, 7 of each count. 21 ids: two chunks.
  std::vector<int32_t> ids;
  for (int i = 0; i < 21; ++i) ids.push_back(i % 3);
  TableModel model({{0.5, 0.25, 0.25}, {0.125, 0.75, 0.125}, {0.2, 0.3, 0.5}});
  const Context context(1);
  const auto scored =
      ScoreWindows(context, &model, nullptr, LlamaCppWindows(8), ids, {.bos_id = 2});
  ASSERT_EQ(model.fed.size(), 2);
  EXPECT_EQ(model.fed[0], (std::vector<int32_t>{2, 1, 2, 0, 1, 2, 0}));
  EXPECT_EQ(model.fed[1], (std::vector<int32_t>{2, 0, 1, 2, 0, 1, 2}));
  ASSERT_EQ(scored.size(), 6);
  // Places 5..7 hold 2, 0, 1 behind 1, 2, 0; places 13..15 hold 1, 2, 0 behind 0, 1, 2.
  const double expected[] = {0.125, 0.2, 0.25, 0.25, 0.125, 0.2};
  for (size_t i = 0; i < 6; ++i) EXPECT_NEAR(scored[i].logprob, std::log(expected[i]), 1e-7) << i;
  const double product = std::pow(0.125 * 0.2 * 0.25, 2);
  EXPECT_NEAR(Perplexity(scored).value, std::pow(product, -1.0 / 6), 1e-6);
  // 255 of each chunk of 512, as published.
  EXPECT_EQ(LlamaCppWindows().scored_per_window(), 255);
}

TEST(FixedWindows, WholeWindowsCountAllButTheFirst) {
  std::vector<int32_t> ids(4100, 1);
  TableModel model({{0.5, 0.25, 0.25}, {0.125, 0.75, 0.125}, {0.2, 0.3, 0.5}});
  const Context context(2);
  const auto scored = ScoreWindows(context, &model, nullptr, WholeWindows(), ids, {});
  EXPECT_EQ(scored.size(), 2 * 2047);
  EXPECT_NEAR(Perplexity(scored).value, 1 / 0.75, 1e-6);
  EXPECT_NEAR(Perplexity(scored).error, 0, 1e-6);
  EXPECT_THROW(Cut(WholeWindows(), std::vector<int32_t>(2047, 1), 1), Error);
}

TEST(Divergence, OfAToyByHand) {
  TableModel base({{0.5, 0.25, 0.25}, {0.5, 0.25, 0.25}, {0.5, 0.25, 0.25}});
  TableModel model({{0.25, 0.5, 0.25}, {0.5, 0.25, 0.25}, {0.25, 0.25, 0.5}});
  const std::vector<int32_t> ids = {0, 1, 2, 0};
  const Context context(1);
  const auto scored = ScoreWindows(context, &model, &base, WholeWindows(4), ids, {});
  const Divergence d = Compare(scored);
  // Behind 0: 0.5 ln 2 - 0.25 ln 2; behind 1 nothing; behind 2: 0.5 ln 2 - 0.25 ln 2.
  const double quarter = 0.25 * std::log(2);
  EXPECT_NEAR(d.kl.value, 2 * quarter / 3, 1e-6);
  // Values q, 0, q: variance 2 q^2 / 9, divided by n - 1 = 2.
  EXPECT_NEAR(d.kl.error, quarter / 3, 1e-6);
  EXPECT_NEAR(d.kl_quantiles.median, quarter, 1e-6);
  EXPECT_NEAR(d.kl_quantiles.min, 0, 1e-7);
  EXPECT_NEAR(d.kl_quantiles.p10, 0.2 * quarter, 1e-6);
  // Ids 1, 2, 0: base 1/4, 1/4, 1/2; model 1/2, 1/4, 1/4.
  EXPECT_NEAR(d.base_perplexity.value, std::cbrt(32), 1e-5);
  EXPECT_NEAR(d.perplexity.value, std::cbrt(32), 1e-5);
  EXPECT_NEAR(d.ratio.value, 1, 1e-6);
  EXPECT_NEAR(d.probability_shift.value, 0, 1e-6);
  EXPECT_NEAR(d.rms_probability_shift.value, std::sqrt(2.0 / 3) / 4, 1e-6);
  EXPECT_NEAR(d.same_top.value, 1.0 / 3, 1e-12);
  // -ln p: ln 2 (1, 2, 2) and ln 2 (2, 2, 1): covariance -1/9, variances 2/9.
  EXPECT_NEAR(d.correlation, -0.5, 1e-5);
}

class RealModelTest : public testing::Test {
 protected:
  infer::LoadedModel Load(Precision precision) {
    const fs::path root = TestData() / "models/stories260K";
    return infer::LoadModel(context_, root / "stories260K.bin",
                            {.tokenizer = root / "tok512.bin", .precision = precision});
  }
  Context context_{2};
};

TEST_F(RealModelTest, PerplexityAgainstFloat64) {
  CRIA_REQUIRE_TEST_DATA("models/stories260K");
  const infer::LoadedModel loaded = Load(Precision::kF32);
  LlamaLanguageModel model(&context_, loaded.llama.get());
  const Json golden = ReadJson(TestData() / "models/stories260K/golden_loglik.json");
  int compared = 0;
  for (const Json& item : golden["items"]) {
    const auto ids = item["ids"].get<std::vector<int32_t>>();
    const auto expected = item["token_logprobs"].get<std::vector<double>>();
    if (ids.size() < 8) continue;
    ++compared;
    const int64_t n = static_cast<int64_t>(ids.size());
    for (const FixedWindows& rule : {WholeWindows(n), LlamaCppWindows(n)}) {
      double sum = 0;
      for (int64_t i = rule.scored_from; i < n; ++i) sum -= expected[static_cast<size_t>(i - 1)];
      const double perplexity = std::exp(sum / static_cast<double>(rule.scored_per_window()));
      const auto scored = ScoreWindows(context_, &model, nullptr, rule, ids, {});
      EXPECT_NEAR(Perplexity(scored).value, perplexity, 1e-5 * perplexity) << rule.name;
    }
  }
  EXPECT_GT(compared, 3);
}

TEST_F(RealModelTest, OfAModelToItselfIsExactlyZero) {
  CRIA_REQUIRE_TEST_DATA("models/stories260K");
  const infer::LoadedModel one = Load(Precision::kF32), two = Load(Precision::kF32);
  const infer::LoadedModel rounded = Load(Precision::kBF16);
  LlamaLanguageModel a(&context_, one.llama.get()), b(&context_, two.llama.get()),
      c(&context_, rounded.llama.get());
  std::vector<int32_t> ids = {1};
  one.tokenizer->Encode(
      "Lily and Tom went to the park. They saw a big dog with a red ball. The dog was happy. "
      "\"Can we play with you?\" asked Tom. The dog ran and ran until the sun was gone. Then they "
      "all went home, and mom gave them some cake. They were tired but glad, and slept all night.",
      &ids);
  const Divergence same = Compare(ScoreWindows(context_, &a, &b, LlamaCppWindows(64), ids, {}));
  EXPECT_EQ(same.kl.value, 0);
  EXPECT_EQ(same.kl_quantiles.max, 0);
  EXPECT_EQ(same.ratio.value, 1);
  EXPECT_EQ(same.same_top.value, 1);
  EXPECT_EQ(same.rms_probability_shift.value, 0);
  const Divergence other = Compare(ScoreWindows(context_, &c, &a, LlamaCppWindows(64), ids, {}));
  EXPECT_GT(other.kl.value, 0);
  EXPECT_GE(other.kl_quantiles.min, -1e-6);  // rounding of the rows to fp32
  EXPECT_LT(other.kl.value, 0.01);
}

}  // namespace
}  // namespace cria::eval
