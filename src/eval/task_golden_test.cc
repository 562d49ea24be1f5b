// Log-likelihoods of real questions under a real model, against those of
// tests/golden/make_task_scores.py: other code for prompts, tokenizer and model.
#include <gtest/gtest.h>

#include "eval/llama_language_model.h"
#include "eval/task_run.h"
#include "infer/load.h"
#include "test_data.h"

namespace cria::eval {
namespace {

// Sums of up to 100 terms of fp32 logits of size 20.
void ExpectScores(const Json& golden, TaskResult result) {
  const Json& expected = golden["tasks"][result.task.name];
  ASSERT_EQ(expected.size(), result.questions.size());
  for (size_t q = 0; q < expected.size(); ++q) {
    SCOPED_TRACE(result.questions[q].id);
    EXPECT_EQ(result.questions[q].gold, expected[q]["gold"].get<int>());
    EXPECT_EQ(result.scores[q].Pick(result.task.measure), expected[q]["picked"].get<int>());
    const std::vector<ChoiceScore>& choices = result.scores[q].choices;
    ASSERT_EQ(choices.size(), expected[q]["logprobs"].size());
    for (size_t c = 0; c < choices.size(); ++c) {
      const double want = expected[q]["logprobs"][c];
      EXPECT_NEAR(choices[c].logprob, want, 1e-4 + 2e-5 * std::abs(want)) << c;
      if (result.task.measure != Measure::kAnswer) continue;
      const double answer = expected[q]["answer_logprobs"][c];
      EXPECT_NEAR(choices[c].answer_logprob, answer, 1e-4 + 2e-5 * std::abs(answer)) << c;
    }
  }
}

TEST(TaskGoldenTest, EveryTaskScoresAsTheReferenceDoes) {
  CRIA_REQUIRE_TEST_DATA("models/stories260K");
  CRIA_REQUIRE_TEST_DATA("eval");
  const Json golden = ReadJson(fs::path(CRIA_SOURCE_DIR) / "tests/golden/task_scores.json");
  const Context context(2);
  const infer::LoadedModel model =
      infer::LoadModel(context, TestData() / golden["model"].get<std::string>(),
                       {.tokenizer = "", .precision = Precision::kF32});
  const TextCodec codec = {.encode = [&](const std::string& text) {
    std::vector<int32_t> ids = model.tokenizer->PromptStart();
    model.tokenizer->Encode(text, &ids);
    return ids;
  }};
  int64_t tasks = 0;
  for (const TaskSpec& task : BuiltInTasks(Profile::kPaper)) {
    if (!golden["tasks"].contains(task.name)) continue;
    SCOPED_TRACE(task.name);
    ++tasks;
    const std::vector<Question> all = ReadQuestions(task, TestData() / "eval");
    std::vector<Question> chosen;
    for (const Json& entry : golden["tasks"][task.name]) {
      chosen.push_back(all.at(entry["question"].get<size_t>()));
    }
    LlamaLanguageModel engine(&context, model.llama.get());
    ExpectScores(golden, RunTask(&engine, codec, task, chosen, nullptr));
    // The same in whole windows, and whatever stands beside a question.
    TrainingLanguageModel windows(&context, model.llama.get(), 0, 700);
    ExpectScores(golden, RunTask(&windows, codec, task, chosen, nullptr));
    const TaskResult alone = RunTask(&engine, codec, task, {chosen[3]}, nullptr);
    const TaskResult all_of_them = RunTask(&engine, codec, task, chosen, nullptr);
    for (size_t c = 0; c < alone.scores[0].choices.size(); ++c) {
      EXPECT_EQ(alone.scores[0].choices[c].logprob, all_of_them.scores[3].choices[c].logprob);
    }
  }
  EXPECT_EQ(tasks, 10);
}

}  // namespace
}  // namespace cria::eval
