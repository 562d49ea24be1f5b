// What is remembered, and what is not.
#include "eval/cached_language_model.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "eval/test_model.h"

namespace cria::eval {
namespace {

// Counts what it is asked.
class CountingModel : public TestModel {
 public:
  int64_t asked = 0;
  int64_t interrupted_at = -1;  // of `asked`
  fs::path file;                // looked at when asked
  std::string seen;

 private:
  void Count() {
    if (asked++ == interrupted_at) throw Interrupted();
    if (!file.empty()) seen = ReadFile(file);
  }
  ContinuationScore Score(const Request& r) override {
    Count();
    return {-0.1 / 3 * static_cast<double>(r.continuation[0]), r.continuation[0] == 1};
  }
  WrittenText Write(const GenerateRequest& r) override {
    Count();
    return {{static_cast<int32_t>(r.seed), static_cast<int32_t>(r.sequence)}, r.sequence == 7};
  }
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
    CachedLanguageModel cached(&model, file_, "m", false);
    first = cached.Loglikelihood(requests);
    EXPECT_EQ(cached.Loglikelihood({&requests[1], 1})[0].logprob, first[1].logprob);
    EXPECT_EQ(model.asked, 3);  // equal ones in one call are asked twice
  }
  CountingModel model;
  CachedLanguageModel cached(&model, file_, "m", false);
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
  CachedLanguageModel cached(&model, file_, "m", false);
  GenerateRequest request{.prompt = {1}, .max_new_tokens = 4, .temperature = 0.5};
  EXPECT_EQ(cached.GenerateAll({&request, 1})[0].ids[1], 0);
  request.sequence = 7;
  EXPECT_EQ(cached.GenerateAll({&request, 1})[0].ids[1], 7);
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
    CachedLanguageModel cached(&model, file_, "m", false);
    cached.Loglikelihood({&request, 1});
  }
  const auto whole = fs::file_size(file_);
  std::ofstream(file_, std::ios::app) << "{\"k\":\"00";
  {
    CountingModel model;
    CachedLanguageModel cached(&model, file_, "m", false);
    EXPECT_EQ(cached.known(), 1);
    EXPECT_EQ(fs::file_size(file_), whole);
  }
  CountingModel model;
  EXPECT_THROW(CachedLanguageModel(&model, file_, "another", false), Error);
  EXPECT_EQ(fs::file_size(file_), whole);
  {
    CachedLanguageModel cached(&model, file_, "another", true);
    EXPECT_EQ(cached.known(), 0);
    EXPECT_EQ(cached.forgotten(), 1);
    EXPECT_THROW(CachedLanguageModel(&model, file_, "another", false), Error);  // one at a time
  }
  WriteFile(file_, "the user's own\n");
  EXPECT_THROW(CachedLanguageModel(&model, file_, "another", true), Error);
  EXPECT_EQ(ReadFile(file_), "the user's own\n");
}

TEST_F(CachedLanguageModelTest, AnInterruptedCallKeepsWhatWasDone) {
  std::vector<GenerateRequest> requests;
  for (uint64_t i = 0; i < 10; ++i) {
    requests.push_back({.prompt = {1}, .temperature = 0.5, .sequence = i});
  }
  {
    CountingModel model;
    model.interrupted_at = 9;
    CachedLanguageModel cached(&model, file_, "m", false);
    EXPECT_THROW(cached.GenerateAll(requests), Interrupted);
    // Scores the same.
    model.interrupted_at = 11;
    const std::vector<Request> scored = {{{1}, {1}}, {{1}, {2}}};
    EXPECT_THROW(cached.Loglikelihood(scored), Interrupted);
  }
  CountingModel model;
  CachedLanguageModel cached(&model, file_, "m", false);
  EXPECT_EQ(cached.known(), 10);
  const auto texts = cached.GenerateAll(requests);
  EXPECT_EQ(model.asked, 1);
  for (uint64_t i = 0; i < 10; ++i) {
    EXPECT_EQ(texts[i].ids, (std::vector<int32_t>{1, static_cast<int32_t>(i)}));
    EXPECT_EQ(texts[i].cut, i == 7);
  }
}

// What a process leaves that is ended without a word (SIGKILL).
TEST_F(CachedLanguageModelTest, RepliesReachTheFileWhileOthersAreWritten) {
  CountingModel model;
  CachedLanguageModel cached(&model, file_, "m", false);
  model.file = file_;
  const std::vector<GenerateRequest> two = {{.prompt = {1}}, {.prompt = {2}}};
  cached.GenerateAll(two);
  EXPECT_EQ(std::count(model.seen.begin(), model.seen.end(), '\n'), 2) << model.seen;
}

TEST_F(CachedLanguageModelTest, DamagedLinesAreAskedAnew) {
  const std::vector<Request> requests = {{{1}, {1}}, {{1}, {2}}, {{1}, {3}}};
  const GenerateRequest text{.prompt = {1}};
  {
    CountingModel model;
    CachedLanguageModel cached(&model, file_, "m", false);
    cached.Loglikelihood(requests);
    cached.GenerateAll({&text, 1});
  }
  std::string lines = ReadFile(file_);
  const auto damage = [&](const std::string& part, const std::string& by) {
    const size_t at = lines.find(part);
    ASSERT_NE(at, lines.npos) << lines;
    lines.replace(at, part.size(), by);
  };
  damage(",\"n\":0", "");             // of the first score
  damage(",\"n\":0", ",\"n\":1e87");  // of the second
  damage("\"t\":[1,0]", "\"t\":[1,4294967296]");
  WriteFile(file_, lines + "[]\nno JSON\n{\"t\":[1]}\n");
  CountingModel model;
  CachedLanguageModel cached(&model, file_, "m", false);
  EXPECT_EQ(cached.known(), 1);
  EXPECT_EQ(cached.damaged(), 6);
  cached.Loglikelihood(requests);
  cached.GenerateAll({&text, 1});
  EXPECT_EQ(model.asked, 3);
}

}  // namespace
}  // namespace cria::eval
