// Prompts, log-likelihoods, picks, written texts and grades of real questions under a real model,
// against those of tests/golden/make_task_scores.py: other code for sets, tokenizer and model.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>

#include "base/hash.h"
#include "eval/llama_language_model.h"
#include "eval/task_run.h"
#include "infer/load.h"
#include "test_data.h"
#include "tokenizer/tokenizer.h"

namespace cria::eval {
namespace {

Json Golden(const char* file) {
  return ReadJson(fs::path(CRIA_SOURCE_DIR) / "tests/golden" / file);
}

// Sums of up to 100 terms of fp32 logits of size 20.
void ExpectLogprob(double logprob, double want) {
  EXPECT_NEAR(logprob, want, 1e-4 + 2e-5 * std::abs(want));
}

void ExpectScores(const Json& golden, const TaskResult& result) {
  const Json& expected = golden["tasks"][result.task.name];
  ASSERT_EQ(expected.size(), result.questions.size());
  for (size_t q = 0; q < expected.size(); ++q) {
    SCOPED_TRACE(result.questions[q].id);
    EXPECT_EQ(result.questions[q].gold, expected[q]["gold"].get<int>());
    EXPECT_EQ(result.scores[q].Pick(result.task.measure), expected[q]["picked"].get<int>());
    const std::vector<ChoiceScore>& choices = result.scores[q].choices;
    ASSERT_EQ(choices.size(), expected[q]["logprobs"].size());
    for (size_t c = 0; c < choices.size(); ++c) {
      SCOPED_TRACE(c);
      ExpectLogprob(choices[c].logprob, expected[q]["logprobs"][c]);
      if (result.task.measure != Measure::kAnswer) continue;
      ExpectLogprob(choices[c].answer_logprob, expected[q]["answer_logprobs"][c]);
    }
  }
}

// Those that the reference has; the kind may have more.
void ExpectValues(const std::vector<std::string>& metrics, const std::vector<double>& values,
                  const Json& expected) {
  ASSERT_EQ(metrics.size(), values.size());
  for (const auto& [name, value] : expected.items()) {
    const auto found = std::find(metrics.begin(), metrics.end(), name);
    ASSERT_NE(found, metrics.end()) << name;
    EXPECT_NEAR(values[static_cast<size_t>(found - metrics.begin())], value.get<double>(), 1e-3)
        << name;
  }
}

// The reference has no subjects of MMLU.
void ExpectGroups(const Question& question, const Json& expected) {
  const auto groups = expected["groups"].get<std::vector<std::string>>();
  if (!groups.empty()) {
    EXPECT_EQ(question.groups, groups);
  }
}

void ExpectRanked(const Json& expected, const TaskResult& result, size_t q) {
  const Question& question = result.questions[q];
  const QuestionScore& score = result.scores[q];
  EXPECT_EQ(question.gold, expected["gold"].get<int>());
  ExpectGroups(question, expected);
  ASSERT_EQ(score.choices.size(), expected["logprobs"].size());
  for (size_t c = 0; c < score.choices.size(); ++c) {
    SCOPED_TRACE(c);
    ExpectLogprob(score.choices[c].logprob, expected["logprobs"][c]);
    EXPECT_EQ(score.choices[c].tokens, expected["tokens"][c].get<int64_t>());
  }
  for (int m = 0; m < kMeasures; ++m) {
    const char* name = MeasureName(static_cast<Measure>(m));
    if (!expected["picked"].contains(name)) continue;
    EXPECT_EQ(score.Pick(static_cast<Measure>(m)), expected["picked"][name].get<int>()) << name;
  }
  ExpectValues(result.metrics, result.values[q], expected["values"]);
}

// Contexts with all their shots, choices and the right one, of every question.
std::string Digest(const std::vector<Question>& questions) {
  Sha256 sums;
  const auto add = [&](const std::string& text) { sums.Update(text + "\x1f"); };
  for (const Question& question : questions) {
    for (size_t c = 0; c < question.contexts.size(); ++c) {
      add(question.ContextOf(c, question.shots.size()));
    }
    add("");
    for (const std::string& choice : question.choices) add(choice);
    add("");
    add(std::to_string(question.gold));
  }
  return sums.Hex();
}

class TaskGoldenTest : public testing::Test {
 protected:
  void SetUp() override {
    CRIA_REQUIRE_TEST_DATA("models/stories260K");
    CRIA_REQUIRE_TEST_DATA("eval");
    model_.emplace(infer::LoadModel(context_,
                                    TestData() / "models/stories260K/stories260K.f32.gguf",
                                    {.tokenizer = "", .precision = Precision::kF32}));
    codec_.encode = [this](const std::string& text) {
      std::vector<int32_t> ids = model_->tokenizer->PromptStart();
      model_->tokenizer->Encode(text, &ids);
      return ids;
    };
    codec_.decode = [this](std::span<const int32_t> ids) {
      tokenizer::StreamDecoder decoder(*model_->tokenizer);
      for (const int32_t id : model_->tokenizer->Encode("a")) decoder.Feed(id);
      std::string text;
      for (const int32_t id : ids) text += decoder.Feed(id);
      return text + decoder.Flush();
    };
  }

  static TaskSpec TaskNamed(const std::string& name, const std::string& profile, int shots = -1) {
    const Profile rules = profile == "paper" ? Profile::kPaper : Profile::kHarness;
    for (TaskSpec& task : BuiltInTasks(rules, {.shots = shots})) {
      if (task.name == name) return std::move(task);
    }
    ADD_FAILURE() << "no task " << name << " under the profile " << profile;
    return {};
  }
  static std::vector<Question> Read(const TaskSpec& task) {
    return ReadQuestions(task, TestData() / "eval");
  }

  Context context_{2};
  std::optional<infer::LoadedModel> model_;
  TextCodec codec_;
};

TEST_F(TaskGoldenTest, EveryTaskScoresAsTheReferenceDoes) {
  const Json golden = Golden("task_scores.json");
  int64_t tasks = 0;
  for (const TaskSpec& task : BuiltInTasks(Profile::kPaper)) {
    if (!golden["tasks"].contains(task.name)) continue;
    SCOPED_TRACE(task.name);
    ++tasks;
    const std::vector<Question> all = Read(task);
    std::vector<Question> chosen;
    for (const Json& entry : golden["tasks"][task.name]) {
      chosen.push_back(all.at(entry["question"].get<size_t>()));
    }
    LlamaLanguageModel engine(&context_, model_->llama.get());
    ExpectScores(golden, RunTask(&engine, codec_, task, chosen));
    // The same in whole windows, and whatever stands beside a question.
    TrainingLanguageModel windows(&context_, model_->llama.get(), 0, 700);
    ExpectScores(golden, RunTask(&windows, codec_, task, chosen));
    const TaskResult alone = RunTask(&engine, codec_, task, {chosen[3]});
    const TaskResult all_of_them = RunTask(&engine, codec_, task, chosen);
    for (size_t c = 0; c < alone.scores[0].choices.size(); ++c) {
      EXPECT_EQ(alone.scores[0].choices[c].logprob, all_of_them.scores[3].choices[c].logprob);
    }
  }
  EXPECT_EQ(tasks, 10);
}

// Of whole sets, byte by byte; under the profile "harness" by lm-evaluation-harness's own rules.
TEST_F(TaskGoldenTest, EveryQuestionIsPutAsTheReferencePutsIt) {
  const Json golden = Golden("task_scores_more.json");
  for (const auto& [profile, tasks] : golden["prompts"].items()) {
    for (const auto& [name, expected] : tasks.items()) {
      SCOPED_TRACE(profile + ", " + name);
      const std::vector<Question> all =
          Read(TaskNamed(name, profile, JsonGetOr(expected, "shots", -1, name)));
      EXPECT_EQ(std::ssize(all), expected["questions"].get<int64_t>());
      EXPECT_EQ(Digest(all), expected["sha256"].get<std::string>());
      std::map<std::string, int64_t> groups;
      for (const Question& question : all) {
        for (const std::string& group : question.groups) ++groups[group];
      }
      if (expected.contains("groups")) {
        EXPECT_EQ(groups, (expected["groups"].get<std::map<std::string, int64_t>>()));
      }
    }
  }
  EXPECT_EQ(golden["prompts"]["paper"].size(), 22u);
  EXPECT_EQ(golden["prompts"]["harness"].size(), 12u);
}

TEST_F(TaskGoldenTest, BothProfilesRankAsTheReferenceDoes) {
  const Json golden = Golden("task_scores_more.json");
  LlamaLanguageModel engine(&context_, model_->llama.get());
  for (const auto& [profile, tasks] : golden["ranked"].items()) {
    for (const auto& [name, expected] : tasks.items()) {
      SCOPED_TRACE(profile + ", " + name);
      // Examples would not fit the small context; only MMLU has some.
      const TaskSpec task = TaskNamed(name, profile, 0);
      const std::vector<Question> all = Read(task);
      std::vector<Question> chosen;
      for (const Json& entry : expected) chosen.push_back(all.at(entry["question"].get<size_t>()));
      const TaskResult result = RunTask(&engine, codec_, task, chosen);
      for (size_t q = 0; q < chosen.size(); ++q) {
        SCOPED_TRACE(chosen[q].id);
        ExpectRanked(expected[q], result, q);
      }
    }
  }
}

TEST_F(TaskGoldenTest, AnswersAreWrittenAndGradedAsTheReferenceDoes) {
  const Json golden = Golden("task_scores_more.json");
  LlamaLanguageModel engine(&context_, model_->llama.get());
  engine.set_tokenizer(model_->tokenizer.get());
  for (const auto& [name, entries] : golden["written"].items()) {
    for (const Json& expected : entries) {
      const int shots = expected["shots"];
      TaskSpec task = TaskNamed(name, "paper", shots);
      task.writing.max_tokens = 24;
      const Question question = Read(task).at(expected["question"].get<size_t>());
      SCOPED_TRACE(question.id);
      const TaskResult result = RunTask(&engine, codec_, task, {question});
      EXPECT_EQ(result.scores[0].shots, std::ssize(question.shots));
      ASSERT_EQ(result.scores[0].written.size(), 1u);
      EXPECT_EQ(result.scores[0].written[0], expected["text"].get<std::string>());
      ExpectValues(result.metrics, result.values[0], expected["values"]);
      ExpectGroups(question, expected);
      for (const Json& reply : expected["replies"]) {
        SCOPED_TRACE(reply[0].get<std::string>());
        const QuestionScore score = {.written = {reply[0]}};
        ExpectValues(result.metrics, task.kind->Judge(task, question, score, {}), reply[1]);
      }
    }
  }
}

}  // namespace
}  // namespace cria::eval
