// What is written of results: the caption and the JSON, in the layout that readers of
// lm-evaluation-harness's files know.
#include "eval/task_report.h"

#include <gtest/gtest.h>

namespace cria::eval {
namespace {

TaskSpec Task(const std::string& name, Profile profile, const TaskChanges& changes = {}) {
  for (TaskSpec& task : BuiltInTasks(profile, changes)) {
    if (task.name == name) return std::move(task);
  }
  ADD_FAILURE() << name;
  return {};
}

TaskResult Result(TaskSpec task, std::vector<std::string> metrics) {
  const std::vector<double> half(metrics.size(), 0.5);
  TaskResult result{.task = std::move(task),
                    .questions = {{.id = "a"}, {.id = "b"}},
                    .scores = {{}, {}},
                    .metrics = std::move(metrics),
                    .values = {half, half}};
  return result;
}

// Toxicity and stereotypes are no accuracies.
TEST(TaskReport, TheCaptionSpeaksOfScores) {
  const Table table =
      TaskTable({Result(Task("crows_pairs", Profile::kPaper), {"stereotype"})}, "m");
  EXPECT_TRUE(table.caption.starts_with("Scores in %")) << table.caption;
  EXPECT_EQ(table.caption.find("ccuracy"), std::string::npos);
}

TEST(TaskReport, JsonHasTheLayoutOfTheHarness) {
  const std::vector<TaskResult> results = {
      Result(Task("mmlu", Profile::kHarness, {.shots = 2}), {"acc"}),
      Result(Task("piqa", Profile::kHarness), {"acc", "acc_norm"})};
  const Json json = TaskJson(results, Profile::kHarness);
  // Those that its own table is made of, and those that its versions before had.
  for (const char* key : {"results", "configs", "versions", "n-shot", "n-samples"}) {
    ASSERT_TRUE(json.contains(key)) << key;
    EXPECT_EQ(json[key].size(), 2u) << key;
    EXPECT_TRUE(json[key].contains("mmlu") && json[key].contains("piqa")) << key;
  }
  EXPECT_EQ(json["group_subtasks"], Json::object());
  EXPECT_EQ(json["versions"]["piqa"], 1);
  EXPECT_EQ(json["results"]["piqa"]["acc_norm,none"], 0.5);
  const Json& config = json["configs"]["mmlu"];
  EXPECT_EQ(config["task"], "mmlu");
  EXPECT_EQ(config["output_type"], "multiple_choice");
  EXPECT_EQ(config["num_fewshot"], 2);
  EXPECT_EQ(config["repeats"], 1);
  EXPECT_FALSE(config.contains("generation_kwargs"));
  EXPECT_EQ(json["configs"]["piqa"]["metric_list"][1]["metric"], "acc_norm");
  // The rules of the profile, not of the other one.
  const Json& file = config["metadata"]["task_file"];
  EXPECT_TRUE(file["strip"].get<bool>());
  EXPECT_FALSE(file.contains("paper") || file.contains("harness"));
  EXPECT_NE(file["header"].get<std::string>().find("about {subject}"), std::string::npos);
  EXPECT_EQ(TaskJson({}, Profile::kPaper)["configs"], Json::object());
}

TEST(TaskReport, WhatIsWrittenHasItsSettings) {
  const Json json = TaskJson(
      {Result(Task("humaneval", Profile::kPaper, {.samples = 7}), {"pass1"})}, Profile::kPaper);
  const Json& config = json["configs"]["humaneval"];
  EXPECT_EQ(config["output_type"], "generate_until");
  EXPECT_EQ(config["repeats"], 7);
  EXPECT_EQ(config["generation_kwargs"]["temperature"], 0.1);
  EXPECT_EQ(config["generation_kwargs"]["do_sample"], true);
  EXPECT_EQ(config["generation_kwargs"]["max_gen_toks"], 512);
  EXPECT_FALSE(config["generation_kwargs"]["until"].empty());
}

// The harness: "original" is the set, "effective" what was asked of it.
TEST(TaskReport, CountsTheSetTheAskedAndTheCounted) {
  TaskResult result = Result(Task("piqa", Profile::kPaper), {"acc"});
  result.set_questions = 1838;
  result.values[1].clear();  // longer than the context
  const Json samples = TaskJson({result}, Profile::kPaper)["n-samples"]["piqa"];
  EXPECT_EQ(samples["original"], 1838);
  EXPECT_EQ(samples["effective"], 2);
  EXPECT_EQ(samples["counted"], 1);
}

TEST(TaskReport, SaysWhatAnEndpointCut) {
  TaskResult result = Result(Task("humaneval", Profile::kPaper), {"pass1"});
  EXPECT_EQ(TaskNotes({result})[0].find("endpoint"), std::string::npos);
  result.cut_replies = 3;
  EXPECT_NE(TaskNotes({result})[0].find("Of 3 replies the prompt lost its beginning"),
            std::string::npos);
}

// The prompt that a note speaks of is that of its profile.
TEST(TaskReport, NotesOfMmluAreOfTheirProfile) {
  const std::string paper = Task("mmlu", Profile::kPaper).note;
  const std::string harness = Task("mmlu", Profile::kHarness).note;
  EXPECT_NE(paper.find("two blanks"), std::string::npos);
  EXPECT_EQ(harness.find("two blanks"), std::string::npos);
  EXPECT_NE(harness.find("one blank before the subject"), std::string::npos);
  EXPECT_NE(harness.find("Anatomy"), std::string::npos);
}

TEST(TaskReport, BarsAreOfThisModelAGuessAndAPublishedOne) {
  TaskResult result = Result(Task("piqa", Profile::kPaper), {"acc_norm"});
  EXPECT_TRUE(TaskChart({}, "mine").items.empty());
  result.values = {{1.0}, {0.0}, {1.0}, {1.0}};
  result.chance = 0.5;
  const Charts charts = TaskChart({result}, "mine", "LLaMA 65B");
  ASSERT_EQ(charts.items.size(), 1u);
  for (const char* part : {"PIQA", "mine", "LLaMA 65B", ">0.750<", ">0.500<", ">0.828<"}) {
    EXPECT_NE(charts.items[0].svg.find(part), std::string::npos) << part;
  }
}

}  // namespace
}  // namespace cria::eval
