// Tasks from rows to accuracy: prompts of every built-in task against ones written out, a model
// that knows the answers, one that guesses, and rows that make no question.
#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "base/hash.h"
#include "eval/choice_score.h"
#include "eval/task_report.h"

namespace cria::eval {
namespace {

// Ids are bytes; the score of a continuation is whatever `rank` says of both texts.
class TextModel : public LanguageModel {
 public:
  using Rank = std::function<double(const std::string& context, const std::string& continuation)>;
  explicit TextModel(Rank rank, int64_t context = 100000)
      : rank_(std::move(rank)), context_(context) {}
  int64_t vocab_size() const override { return 257; }
  int64_t context_length() const override { return context_; }
  std::vector<ContinuationScore> Loglikelihood(std::span<const Request> requests) override {
    std::vector<ContinuationScore> scores;
    for (const Request& r : requests) {
      scores.push_back({rank_(Text(r.context), Text(r.continuation)), false});
    }
    return scores;
  }
  std::vector<double> RollingLoglikelihood(std::span<const Window>) override { return {}; }
  std::unique_ptr<WindowReader> NewReader(int64_t) override { return nullptr; }
  std::vector<int32_t> Generate(std::span<const int32_t>, int64_t,
                                std::span<const int32_t>) override {
    return {};
  }

 private:
  static std::string Text(const std::vector<int32_t>& ids) {
    std::string text;
    for (const int32_t id : ids) {
      if (id < 256) text += static_cast<char>(id);
    }
    return text;
  }
  Rank rank_;
  int64_t context_;
};

std::vector<int32_t> Bytes(const std::string& text) {
  std::vector<int32_t> ids = {256};
  for (const char c : text) ids.push_back(static_cast<unsigned char>(c));
  return ids;
}

class ChoiceTest : public testing::Test {
 protected:
  ChoiceTest() : folder_(fs::temp_directory_path() / "cria_choice_test") {
    fs::remove_all(folder_);
    Write("boolq/dev.jsonl", R"({"question":"is it","answer":true,"passage":"It is."})"
                             "\n"
                             R"({"question":"was it","answer":false,"passage":"It was not."})");
    Write("piqa/valid.jsonl", R"({"goal":"Sit","sol1":"down","sol2":"up there"})");
    Write("piqa/valid-labels.lst", "1\n");
    Write("siqa/dev.jsonl",
          R"({"context":"C.","question":"Q?","answerA":"a","answerB":"b","answerC":"c"})");
    Write("siqa/dev-labels.lst", "3\n");
    Write(
        "hellaswag/hellaswag_val.jsonl",
        R"({"activity_label":"Knots","ctx_a":"A man [step] ties. [title] Next","ctx_b":"he Ends","label":1,)"
        R"("endings":["goes  [x]away","stays","sings","eats"]})");
    Write("winogrande/dev.jsonl",
          R"({"sentence":"Ann beat Eve so _ won. ","option1":"Ann","option2":"Eve","answer":"1"})");
    const std::string arc =
        R"({"question":{"stem":"Why?","choices":[{"text":"so","label":"1"},{"text":"no","label":"2"},)"
        R"({"text":"yes","label":"3"}]},"answerKey":"3"})";
    Write("arc/ARC-Easy-Test.jsonl", arc);
    Write("arc/ARC-Challenge-Test.jsonl", arc);
    Write("openbookqa/test.jsonl", arc);
    const std::string race =
        R"({"example_id":"middle1.txt","article":"Art.","question":"First?","options":["w","x","y","z"],"answer":"B"})"
        "\n"
        R"({"example_id":"middle1.txt","article":"Art.","question":"It is _ .","options":["w","x","y","z"],"answer":"D"})"
        "\n"
        R"({"example_id":"high1.txt","article":"High.","question":"Last?","options":["w","x","y","z"],"answer":"A"})";
    Write("race/race_middle_test.jsonl", race);
    Write("race/race_high_test.jsonl", race);
    for (const char* subject : {"anatomy", "high_school_physics", "philosophy"}) {
      std::string dev;
      for (int i = 0; i < 6; ++i) dev += fmt::format("dev {},w,x,y,z,C\n", i);
      Write(fmt::format("mmlu/dev/{}_dev.csv", subject), dev);
    }
    Write("mmlu/test/anatomy_test.csv", "\"two\nlines, \"\"q\"\"\",w,x,y,z,A\n");
    Write("mmlu/test/high_school_physics_test.csv", "p,w,x,y,z,B\np,w,x,y,z,B\np,w,x,y,z,B\n");
    Write("mmlu/test/philosophy_test.csv", "p,w,x,y,z,D\n");
  }
  ~ChoiceTest() override { fs::remove_all(folder_); }

  void Write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  TaskSpec Task(const std::string& name, Profile profile = Profile::kPaper) {
    for (TaskSpec& task : BuiltInTasks(profile)) {
      if (task.name == name) return task;
    }
    ADD_FAILURE() << name;
    return {};
  }
  std::vector<Question> Questions(const std::string& name, Profile profile = Profile::kPaper) {
    return ReadQuestions(Task(name, profile), folder_);
  }
  void ExpectFirst(const std::string& name, const std::string& context,
                   const std::vector<std::string>& choices, int gold) {
    SCOPED_TRACE(name);
    const Question q = Questions(name).at(0);
    EXPECT_EQ(q.ContextOf(0, 0), context);
    EXPECT_EQ(q.choices, choices);
    EXPECT_EQ(q.gold, gold);
  }

  fs::path folder_;
};

TEST_F(ChoiceTest, PromptsAreThoseOfTheirTasks) {
  ExpectFirst("boolq", "It is.\nQuestion: is it?\nAnswer:", {" yes", " no"}, 0);
  EXPECT_EQ(Questions("boolq")[1].gold, 1);
  ExpectFirst("piqa", "Question: Sit\nAnswer:", {" down", " up there"}, 1);
  ExpectFirst("siqa", "Q: C. Q?\nA:", {" a", " b", " c"}, 2);
  ExpectFirst("hellaswag", "Knots: A man ties.. Next He ends",
              {" goes away", " stays", " sings", " eats"}, 1);
  ExpectFirst("winogrande", "Ann beat Eve so Ann", {" won.", " won."}, 0);
  EXPECT_EQ(Questions("winogrande")[0].ContextOf(1, 0), "Ann beat Eve so Eve");
  ExpectFirst("arc_easy", "Question: Why?\nAnswer:", {" so", " no", " yes"}, 2);
  ExpectFirst("arc_challenge", "Question: Why?\nAnswer:", {" so", " no", " yes"}, 2);
  ExpectFirst("openbookqa", "Question: Why?\nAnswer:", {" so", " no", " yes"}, 2);
  EXPECT_EQ(Questions("openbookqa", Profile::kHarness)[0].ContextOf(0, 0), "Why?");
  ExpectFirst("race_middle", "Article: Art.\n\nQuestion: First?\nAnswer:", {" w", " x", " y", " z"},
              1);
  EXPECT_EQ(Questions("race_middle")[1].ContextOf(0, 0),
            "Article: Art.\n\nQuestion: First?\nAnswer: x\nQuestion: It is _ .\nAnswer:");
  ASSERT_EQ(Questions("race_high").size(), 1u);
}

TEST_F(ChoiceTest, MmluGivesFiveExamplesOfTheSubject) {
  const Question q = Questions("mmlu").at(0);
  EXPECT_EQ(q.group, "anatomy");
  EXPECT_EQ(q.ContextOf(0, 1),
            "The following are multiple choice questions (with answers) about  anatomy.\n\n"
            "dev 0\nA. w\nB. x\nC. y\nD. z\nAnswer: C\n\n"
            "two\nlines, \"q\"\nA. w\nB. x\nC. y\nD. z\nAnswer:");
  EXPECT_EQ(q.shots.size(), 5u);
  // A context of 280 bytes has room for fewer, one of 100 for not even the question.
  TextModel small([](const std::string&, const std::string&) { return -1.0; }, 280);
  const TaskResult some = RunChoiceTask(&small, Bytes, Task("mmlu"), Questions("mmlu"), nullptr);
  EXPECT_EQ(some.fewer_shots, 5);
  EXPECT_EQ(some.not_fitting, 0);
  TextModel tiny([](const std::string&, const std::string&) { return -1.0; }, 100);
  const TaskResult none = RunChoiceTask(&tiny, Bytes, Task("mmlu"), Questions("mmlu"), nullptr);
  EXPECT_EQ(none.not_fitting, 5);
  EXPECT_EQ(none.headline().total, 0);
}

TEST_F(ChoiceTest, WhoKnowsTheAnswersIsAlwaysRight) {
  for (const TaskSpec& task : BuiltInTasks(Profile::kPaper)) {
    SCOPED_TRACE(task.name);
    const std::vector<Question> questions = ReadQuestions(task, folder_);
    TextModel oracle([&](const std::string& context, const std::string& continuation) {
      for (const Question& q : questions) {
        const auto gold = static_cast<size_t>(q.gold);
        if (context == q.ContextOf(gold, 5) && continuation == q.choices[gold]) return -0.5;
      }
      return -1000.0;
    });
    const TaskResult result = RunChoiceTask(&oracle, Bytes, task, questions, nullptr);
    EXPECT_EQ(result.headline().value(), 1);
    EXPECT_EQ(result.headline().standard_error(), 0);
  }
}

// Every question weighs alike in a category and in the whole; anatomy counts under Other.
TEST_F(ChoiceTest, MmluIsWeightedByQuestion) {
  TextModel letter_b(
      [](const std::string&, const std::string& c) { return c == " B" ? -1.0 : -2.0; });
  const TaskResult result =
      RunChoiceTask(&letter_b, Bytes, Task("mmlu"), Questions("mmlu"), nullptr);
  EXPECT_EQ(result.headline().value(), 0.6);
  EXPECT_EQ(result.chance, 0.25);
  const Json entry = TaskJson({result}, Profile::kPaper)["results"]["mmlu"];
  EXPECT_EQ(entry["categories"]["STEM"], 1.0);
  EXPECT_EQ(entry["categories"]["Other"], 0.0);
  EXPECT_EQ(entry["categories"]["Humanities"], 0.0);
  EXPECT_EQ(entry["published"]["LLaMA 65B"], 0.634);
  const Table table = TaskTable({result}, "this");
  ASSERT_EQ(table.rows.size(), 4u);
  EXPECT_EQ(table.rows.back()[2], "60.0 ± 24.5");
  EXPECT_EQ(table.rows.back().back(), "63.4");
}

// Chance: many questions, scores that know nothing of them.
TEST_F(ChoiceTest, WhoGuessesIsAtChance) {
  std::vector<Question> many;
  for (int i = 0; i < 4000; ++i) {
    many.push_back({.id = std::to_string(i),
                    .contexts = {std::to_string(i)},
                    .choices = {" a", " b", " c", " d"},
                    .gold = i % 4});
  }
  TextModel guess([](const std::string& context, const std::string& continuation) {
    return -static_cast<double>(Hash64(context + continuation) >> 40);
  });
  const TaskResult result = RunChoiceTask(&guess, Bytes, Task("arc_easy"), many, nullptr);
  EXPECT_EQ(result.chance, 0.25);
  EXPECT_NEAR(result.headline().value(), 0.25, 4 * result.headline().standard_error());
}

TEST_F(ChoiceTest, MeasuresRankAsTheySay) {
  const std::vector<Question> one = {
      {.id = "q", .contexts = {"c"}, .choices = {" ab", " äöüäöü"}, .gold = 1}};
  TextModel model([](const std::string& context, const std::string& continuation) {
    const double likely = continuation == " ab" ? -3.0 : -6.0;
    return context == "Answer:" ? likely + (continuation == " ab" ? 2.5 : -2.0) : likely;
  });
  const TaskResult result = RunChoiceTask(&model, Bytes, Task("boolq"), one, nullptr);
  const QuestionScore& score = result.scores[0];
  EXPECT_EQ(score.choices[1].characters, 6);
  EXPECT_EQ(score.Pick(Measure::kLikelihood), 0);  // -3 against -6
  EXPECT_EQ(score.Pick(Measure::kCharacters), 1);  // -1.5 against -1
  EXPECT_EQ(score.Pick(Measure::kAnswer), 1);      // -2.5 against 2
  EXPECT_EQ(score.choices[0].Value(Measure::kAnswer), -2.5);
}

// What is wrong is named with its place.
TEST_F(ChoiceTest, RowsThatMakeNoQuestionAreNamed) {
  const auto complaint = [&](const std::string& task) {
    try {
      Questions(task);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  Write("siqa/dev-labels.lst", "4\n");
  EXPECT_NE(complaint("siqa").find("dev.jsonl:1"), std::string::npos) << complaint("siqa");
  Write("piqa/valid-labels.lst", "1\n0\n");
  EXPECT_NE(complaint("piqa").find("2 labels for 1 questions"), std::string::npos);
  Write("boolq/dev.jsonl", "\n{\"question\":\"is it\",\"answer\":true}");
  EXPECT_NE(complaint("boolq").find("no field \"passage\""), std::string::npos);
  EXPECT_NE(complaint("boolq").find("dev.jsonl:2"), std::string::npos);
  Write("winogrande/dev.jsonl", R"({"sentence":"x","option1":"a","option2":"b","answer":"1"})");
  EXPECT_NE(complaint("winogrande").find("has no \"_\""), std::string::npos);
  Write("mmlu/test/philosophy_test.csv", "p,w,x,y,z\n");
  EXPECT_NE(complaint("mmlu").find("5 fields, not 6"), std::string::npos);
  fs::remove(folder_ / "arc/ARC-Easy-Test.jsonl");
  EXPECT_NE(complaint("arc_easy").find("ARC-Easy-Test.jsonl"), std::string::npos);
}

}  // namespace
}  // namespace cria::eval
