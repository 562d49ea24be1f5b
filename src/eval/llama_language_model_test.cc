// The adapter against itself: rolling sums equal scores of continuations, whatever the batch.
#include "eval/llama_language_model.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "eval/windows.h"
#include "model/initial_values.h"

namespace cria::eval {
namespace {

class LlamaLanguageModelTest : public testing::Test {
 protected:
  LlamaLanguageModelTest() : context_(2), config_(DeriveConfig(60'000, 97, 32)) {
    model_ = MakeLlama(config_, {});
    ParameterBlock parameters(config_);
    InitializeParameters(context_, config_, 5, &parameters);
    // Larger weights than at initialisation, so that probabilities differ from place to place.
    for (int64_t i = 0; i < parameters.size(); ++i) parameters.data()[i] *= 4;
    model_->SetWeights(context_, parameters);
  }
  std::vector<int32_t> RandomIds(int64_t n, uint64_t step) {
    RandomStream random(1, RandomPurpose::kTest, step);
    std::vector<int32_t> ids = {1};
    while (static_cast<int64_t>(ids.size()) < n) {
      ids.push_back(static_cast<int32_t>(random.NextBelow(config_.vocab_size)));
    }
    return ids;
  }
  Context context_;
  ModelConfig config_;
  std::unique_ptr<Llama> model_;
};

TEST_F(LlamaLanguageModelTest, RollingEqualsContinuationScores) {
  LlamaLanguageModel model(&context_, model_.get());
  const std::vector<int32_t> ids = RandomIds(21, 1), other = RandomIds(33, 2);
  const std::vector<Window> windows = {{ids, 1}, {other, 30}, {std::span(ids).first(1), 1}};
  const std::vector<double> sums = model.RollingLoglikelihood(windows);
  const Request whole{.context = {ids[0]}, .continuation = {ids.begin() + 1, ids.end()}};
  const Request tail{.context = {other.begin(), other.begin() + 30},
                     .continuation = {other.begin() + 30, other.end()}};
  const auto scores = model.Loglikelihood(std::vector<Request>{whole, tail});
  EXPECT_NEAR(sums[0], scores[0].logprob, 1e-4 * std::abs(sums[0]));
  EXPECT_NEAR(sums[1], scores[1].logprob, 1e-4 * std::abs(sums[1]));
  EXPECT_EQ(sums[2], 0);
  EXPECT_FALSE(scores[0].greedy);
  const std::vector<Window> alone = {windows[1]};
  EXPECT_EQ(model.RollingLoglikelihood(alone)[0], sums[1]);
}

TEST_F(LlamaLanguageModelTest, GeneratesWhatItScoresAsGreedy) {
  LlamaLanguageModel model(&context_, model_.get());
  const std::vector<int32_t> prompt = RandomIds(5, 3);
  GenerateRequest request{.prompt = prompt, .max_new_tokens = 8};
  const std::vector<int32_t> ids = model.GenerateAll({&request, 1})[0].ids;
  ASSERT_EQ(ids.size(), 8);
  const std::vector<Request> requests = {{prompt, ids}};
  EXPECT_TRUE(model.Loglikelihood(requests)[0].greedy);
  request.stop = {ids[3]};
  EXPECT_LE(model.GenerateAll({&request, 1})[0].ids.size(), 3);
}

TEST_F(LlamaLanguageModelTest, ManyAtOnceEqualEachAlone) {
  LlamaLanguageModel model(&context_, model_.get());
  std::vector<Request> requests;
  std::vector<GenerateRequest> prompts;
  for (uint64_t i = 0; i < 20; ++i) {
    // Contexts of three kinds, as the answers to one question have; some are cut on the left.
    const auto context = RandomIds(10 + static_cast<int64_t>(i % 3) * 12, i % 3);
    requests.push_back({context, RandomIds(1 + static_cast<int64_t>(i % 7), 100 + i)});
    prompts.push_back({.prompt = context, .stop = {}, .max_new_tokens = static_cast<int64_t>(i)});
  }
  // Each is told of as it ends, too.
  std::vector<ContinuationScore> told_scores(requests.size());
  std::vector<WrittenText> told_texts(prompts.size());
  for (size_t i = 0; i < requests.size(); ++i) {
    requests[i].on_end = [&told_scores, i](const auto& score) { told_scores[i] = score; };
    prompts[i].on_end = [&told_texts, i](const auto& text) { told_texts[i] = text; };
  }
  const auto scores = model.Loglikelihood(requests);
  const auto texts = model.GenerateAll(prompts);
  EXPECT_EQ(told_texts, texts);
  for (size_t i = 0; i < requests.size(); ++i) {
    EXPECT_EQ(told_scores[i].logprob, scores[i].logprob);
    EXPECT_EQ(told_scores[i].cut, scores[i].cut);
    EXPECT_EQ(scores[i].cut,
              std::ssize(requests[i].context) + std::ssize(requests[i].continuation) >
                  model.context_length() + 1);
    EXPECT_EQ(texts[i].cut,
              std::ssize(prompts[i].prompt) + prompts[i].max_new_tokens > model.context_length());
  }
  for (size_t i = 0; i < requests.size(); ++i) {
    LlamaLanguageModel fresh(&context_, model_.get());
    const auto alone = fresh.Loglikelihood({&requests[i], 1});
    EXPECT_EQ(scores[i].logprob, alone[0].logprob) << i;
    EXPECT_EQ(scores[i].greedy, alone[0].greedy) << i;
    EXPECT_EQ(texts[i].ids.size(), i);
    EXPECT_EQ(texts[i], fresh.GenerateAll({&prompts[i], 1})[0]);
  }
}

TEST_F(LlamaLanguageModelTest, StridedWindowsCoverALongText) {
  LlamaLanguageModel model(&context_, model_.get(), 16);
  const std::vector<int32_t> ids = RandomIds(100, 4);
  double sum = 0;
  for (double part : model.RollingLoglikelihood(CutIntoWindows(ids, 16, 8))) sum += part;
  EXPECT_LT(sum, -99 * 2.0);
  EXPECT_TRUE(std::isfinite(sum));
}

// Texts are drawn anew for each sequence under a seed, and the same again for the same of both.
TEST_F(LlamaLanguageModelTest, DrawnTextsDependOnSeedAndSequence) {
  LlamaLanguageModel model(&context_, model_.get());
  GenerateRequest request{.prompt = RandomIds(5, 3), .max_new_tokens = 8, .temperature = 1};
  std::vector<GenerateRequest> requests(3, request);
  requests[1].sequence = 1;
  const auto texts = model.GenerateAll(requests);
  EXPECT_EQ(texts[0], texts[2]);
  EXPECT_NE(texts[0], texts[1]);
  request.seed = 2;
  EXPECT_NE(texts[0], model.GenerateAll({&request, 1})[0]);
}

}  // namespace
}  // namespace cria::eval
