// What is remembered, and what is not.
#include "eval/cached_language_model.h"

#include <gtest/gtest.h>

#include <fstream>

namespace cria::eval {
namespace {

// Counts what it is asked.
class CountingModel : public LanguageModel {
 public:
  int64_t vocab_size() const override { return 10; }
  int64_t context_length() const override { return 100; }
  std::vector<ContinuationScore> Loglikelihood(std::span<const Request> requests) override {
    std::vector<ContinuationScore> scores;
    for (const Request& r : requests) {
      ++asked;
      scores.push_back({-0.1 / 3 * static_cast<double>(r.continuation[0]), r.continuation[0] == 1});
    }
    return scores;
  }
  std::vector<double> RollingLoglikelihood(std::span<const Window>) override { return {}; }
  std::unique_ptr<WindowReader> NewReader(int64_t) override { return nullptr; }
  std::vector<std::vector<int32_t>> GenerateAll(
      std::span<const GenerateRequest> requests) override {
    std::vector<std::vector<int32_t>> texts;
    for (const GenerateRequest& r : requests) {
      ++asked;
      texts.push_back({static_cast<int32_t>(r.seed), static_cast<int32_t>(r.sequence)});
    }
    return texts;
  }
  int64_t asked = 0;
};

class CachedLanguageModelTest : public testing::Test {
 protected:
  CachedLanguageModelTest() : file_(fs::temp_directory_path() / "cria_cached_model/r.jsonl") {
    fs::remove_all(file_.parent_path());
  }
  ~CachedLanguageModelTest() override { fs::remove_all(file_.parent_path()); }
  fs::path file_;
};

TEST_F(CachedLanguageModelTest, AsksOnlyWhatIsNewAndGivesTheSameBits) {
  const std::vector<Request> requests = {{{1, 2}, {1}}, {{1}, {2, 1}}, {{1, 2}, {1}}};
  std::vector<ContinuationScore> first;
  {
    CountingModel model;
    CachedLanguageModel cached(&model, file_, "m");
    first = cached.Loglikelihood(requests);
    EXPECT_EQ(cached.Loglikelihood({&requests[1], 1})[0].logprob, first[1].logprob);
    EXPECT_EQ(model.asked, 3);  // equal ones in one call are asked twice
  }
  CountingModel model;
  CachedLanguageModel cached(&model, file_, "m");
  EXPECT_EQ(cached.known(), 2);
  const auto again = cached.Loglikelihood(requests);
  EXPECT_EQ(model.asked, 0);
  for (size_t i = 0; i < requests.size(); ++i) {
    EXPECT_EQ(again[i].logprob, first[i].logprob);
    EXPECT_EQ(again[i].greedy, first[i].greedy);
  }
  // The border between context and continuation is part of a request.
  const Request moved = {{1}, {2, 1, 0}};
  cached.Loglikelihood({&moved, 1});
  EXPECT_EQ(model.asked, 1);
}

TEST_F(CachedLanguageModelTest, DrawnTextsAreKeptBySeedGreedyOnesNot) {
  CountingModel model;
  CachedLanguageModel cached(&model, file_, "m");
  GenerateRequest request{.prompt = {1}, .max_new_tokens = 4, .temperature = 0.5};
  EXPECT_EQ(cached.GenerateAll({&request, 1})[0][1], 0);
  request.sequence = 7;
  EXPECT_EQ(cached.GenerateAll({&request, 1})[0][1], 7);
  request.stop_texts = {"x"};
  cached.GenerateAll({&request, 1});
  EXPECT_EQ(model.asked, 3);
  request.temperature = 0;
  cached.GenerateAll({&request, 1});
  request.seed = 9;
  cached.GenerateAll({&request, 1});
  EXPECT_EQ(model.asked, 4);
}

TEST_F(CachedLanguageModelTest, ADamagedEndIsDroppedAnotherModelStartsAnew) {
  const Request request = {{1}, {1}};
  {
    CountingModel model;
    CachedLanguageModel cached(&model, file_, "m");
    cached.Loglikelihood({&request, 1});
  }
  const auto whole = fs::file_size(file_);
  std::ofstream(file_, std::ios::app) << "{\"k\":\"00";
  {
    CountingModel model;
    CachedLanguageModel cached(&model, file_, "m");
    EXPECT_EQ(cached.known(), 1);
    EXPECT_EQ(fs::file_size(file_), whole);
  }
  CountingModel model;
  CachedLanguageModel cached(&model, file_, "another");
  EXPECT_EQ(cached.known(), 0);
}

}  // namespace
}  // namespace cria::eval
