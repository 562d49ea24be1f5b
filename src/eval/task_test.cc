// Tasks from rows to accuracy: prompts of every built-in task against ones written out, a model
// that knows the answers, one that guesses, and rows that make no question.
#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "base/hash.h"
#include "eval/grading/closed_book.h"
#include "eval/task_report.h"
#include "eval/task_run.h"
#include "eval/text_test_model.h"

namespace cria::eval {
namespace {

class TaskTest : public testing::Test {
 protected:
  TaskTest() : folder_(fs::temp_directory_path() / "cria_task_test") {
    fs::remove_all(folder_);
    Write("boolq/superglue_val.jsonl",
          R"({"question":"is it","label":false,"passage":"Title -- It is."})");
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
    Write(
        "nq_open/NQ-open.train.jsonl",
        R"({"question":"who sang who wants to be a millionaire in high society","answer":["Frank Sinatra","x"]})");
    Write(
        "nq_open/NQ-open.dev.jsonl",
        R"({"question":"who wrote the book the origin of species","answer":["Darwin","Charles Darwin"]})");
    Write(
        "triviaqa/wikipedia-dev.json",
        R"({"Data":[{"Question":"In Scotland a bothy/bothie is a?","Answer":{"Aliases":["House"]}},)"
        R"({"Question":"Where is Troy?","Answer":{"Aliases":["The Turkey","Turkiye"]}}]})");
  }
  ~TaskTest() override { fs::remove_all(folder_); }

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

TEST_F(TaskTest, PromptsAreThoseOfTheirTasks) {
  ExpectFirst("boolq", "It is.\nQuestion: is it?\nAnswer:", {" yes", " no"}, 0);
  EXPECT_EQ(Questions("boolq")[1].gold, 1);
  const Question titled = Questions("boolq", Profile::kHarness).at(0);
  EXPECT_EQ(titled.ContextOf(0, 0), "Title -- It is.\nQuestion: is it?\nAnswer:");
  EXPECT_EQ(titled.choices, (std::vector<std::string>{" no", " yes"}));
  EXPECT_EQ(titled.gold, 0);
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
  ExpectFirst("race_middle", "Article: Art.\n\nFirst?", {" w", " x", " y", " z"}, 1);
  EXPECT_EQ(Questions("race_middle")[1].ContextOf(0, 0),
            "Article: Art.\n\nQuestion: First?\nAnswer: x\nIt is _ .");
  ASSERT_EQ(Questions("race_high").size(), 1u);
}

TEST_F(TaskTest, MmluGivesFiveExamplesOfTheSubject) {
  const Question q = Questions("mmlu").at(0);
  EXPECT_EQ(q.groups, (std::vector<std::string>{"anatomy", "Other"}));
  EXPECT_EQ(q.ContextOf(0, 1),
            "The following are multiple choice questions (with answers) about  anatomy.\n\n"
            "dev 0\nA. w\nB. x\nC. y\nD. z\nAnswer: C\n\n"
            "two\nlines, \"q\"\nA. w\nB. x\nC. y\nD. z\nAnswer:");
  EXPECT_EQ(q.shots.size(), 5u);
  // A context of 280 bytes has room for fewer, one of 100 for not even the question.
  TextModel small([](const std::string&, const std::string&) { return -1.0; }, 280);
  const TaskResult some = RunTask(&small, kBytes, Task("mmlu"), Questions("mmlu"));
  EXPECT_EQ(some.fewer_shots, 5);
  EXPECT_EQ(some.not_fitting, 0);
  TextModel tiny([](const std::string&, const std::string&) { return -1.0; }, 100);
  const TaskResult none = RunTask(&tiny, kBytes, Task("mmlu"), Questions("mmlu"));
  EXPECT_EQ(none.not_fitting, 5);
  EXPECT_EQ(none.headline().count, 0);
}

TEST_F(TaskTest, WhoKnowsTheAnswersIsAlwaysRight) {
  for (const TaskSpec& task : BuiltInTasks(Profile::kPaper)) {
    SCOPED_TRACE(task.name);
    const bool in_kinds_test = task.name == "copa" || task.name == "crows_pairs" ||
                               task.name == "winogender" || task.name.starts_with("truthfulqa");
    if (task.measure == Measure::kWritten || in_kinds_test) continue;  // written ones: below
    const std::vector<Question> questions = ReadQuestions(task, folder_);
    TextModel oracle([&](const std::string& context, const std::string& continuation) {
      for (const Question& q : questions) {
        const auto gold = static_cast<size_t>(q.gold);
        if (context == q.ContextOf(gold, 5) && continuation == q.choices[gold]) return -0.5;
      }
      return -1000.0;
    });
    const TaskResult result = RunTask(&oracle, kBytes, task, questions);
    EXPECT_EQ(result.headline().value(), 1);
    EXPECT_EQ(result.headline().standard_error(), 0);
  }
}

// Every question weighs alike in a category and in the whole; anatomy counts under Other.
TEST_F(TaskTest, MmluIsWeightedByQuestion) {
  TextModel letter_b(
      [](const std::string&, const std::string& c) { return c == " B" ? -1.0 : -2.0; });
  const TaskResult result = RunTask(&letter_b, kBytes, Task("mmlu"), Questions("mmlu"));
  EXPECT_EQ(result.headline().value(), 0.6);
  EXPECT_EQ(result.chance, 0.25);
  const Json entry = TaskJson({result}, Profile::kPaper)["results"]["mmlu"];
  EXPECT_EQ(entry["groups"]["STEM"]["value"], 1.0);
  EXPECT_EQ(entry["groups"]["Other"]["value"], 0.0);
  EXPECT_EQ(entry["groups"]["Humanities"]["value"], 0.0);
  EXPECT_EQ(entry["published"]["LLaMA 65B"], 0.634);
  const Table table = TaskTable({result}, "this");
  ASSERT_EQ(table.rows.size(), 4u);
  EXPECT_EQ(table.rows.back()[2], "60.0 ± 24.5");
  EXPECT_EQ(table.rows.back().back(), "63.4");
}

// Chance: many questions, scores that know nothing of them.
TEST_F(TaskTest, WhoGuessesIsAtChance) {
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
  const TaskResult result = RunTask(&guess, kBytes, Task("arc_easy"), many);
  EXPECT_EQ(result.chance, 0.25);
  EXPECT_NEAR(result.headline().value(), 0.25, 4 * result.headline().standard_error());
}

TEST_F(TaskTest, MeasuresRankAsTheySay) {
  const std::vector<Question> one = {
      {.id = "q", .contexts = {"c"}, .choices = {" ab", " äöüäöü"}, .gold = 1}};
  TextModel model([](const std::string& context, const std::string& continuation) {
    const double likely = continuation == " ab" ? -3.0 : -6.0;
    return context == "Answer:" ? likely + (continuation == " ab" ? 2.5 : -2.0) : likely;
  });
  const TaskResult result = RunTask(&model, kBytes, Task("boolq"), one);
  const QuestionScore& score = result.scores[0];
  EXPECT_EQ(score.choices[1].characters, 6);
  EXPECT_EQ(score.Pick(Measure::kLikelihood), 0);  // -3 against -6
  EXPECT_EQ(score.Pick(Measure::kCharacters), 1);  // -1.5 against -1
  EXPECT_EQ(score.Pick(Measure::kAnswer), 1);      // -2.5 against 2
  EXPECT_EQ(score.choices[0].Value(Measure::kAnswer), -2.5);
}

// The example of the paper's Figure 3.
TEST_F(TaskTest, ClosedBookQuestionsAreThoseOfFigure3) {
  const auto find = [&](const std::string& name, int shots) {
    for (TaskSpec& task : BuiltInTasks(Profile::kPaper, {.shots = shots})) {
      if (task.name == name) return task;
    }
    return TaskSpec();
  };
  const TaskSpec one = find("nq_open", 1);
  EXPECT_EQ(one.published_row, "1-shot");
  const std::vector<Question> questions = ReadQuestions(one, folder_);
  ASSERT_EQ(questions.size(), 1u);
  EXPECT_EQ(questions[0].ContextOf(0, 1),
            "Answer these questions:\n"
            "Q: Who sang who wants to be a millionaire in high society?\nA: Frank Sinatra\n"
            "Q: Who wrote the book the origin of species?\nA:");
  // Without a training file the first questions are the examples, and are not asked.
  const std::vector<Question> trivia = ReadQuestions(find("triviaqa", 1), folder_);
  ASSERT_EQ(trivia.size(), 1u);
  EXPECT_EQ(trivia[0].ContextOf(0, 1),
            "Answer these questions:\nQ: In Scotland a bothy/bothie is a?\nA: House\n"
            "Q: Where is Troy?\nA:");
  EXPECT_EQ(ReadQuestions(find("triviaqa", 0), folder_).size(), 2u);

  TextModel model(nullptr);
  model.set_says([](const std::string& prompt) {
    return prompt.ends_with("Troy?\nA:") ? " turkiye. It was burnt"
                                         : " Charles   Darwin, in 1859\nQ:";
  });
  EXPECT_EQ(RunTask(&model, kBytes, one, questions).headline().value(), 1);
  const TaskResult result = RunTask(&model, kBytes, find("triviaqa", 1), trivia);
  EXPECT_EQ(result.headline().value(), 1);
  EXPECT_EQ(CutAnswer(result.scores[0].written[0]), "turkiye");
  EXPECT_EQ(result.chance, 0);
  EXPECT_EQ(TaskTable({result}, "m").rows[0].back(), "71.6");  // LLaMA 65B, one shot
  model.set_says([](const std::string&) { return " Emile Zola"; });
  EXPECT_EQ(RunTask(&model, kBytes, one, questions).headline().value(), 0);
}

// At an endpoint: a local model is asked only what fits.
TEST_F(TaskTest, CutRepliesAreCounted) {
  class Cutting : public TestModel {
    WrittenText Write(const GenerateRequest& request) override {
      return {{}, request.sequence % 2 == 1};
    }
  } model;
  TaskSpec task = Task("nq_open");
  task.writing.samples = 5;
  const std::vector<Question> two = {{.id = "a", .contexts = {"x"}, .answers = {"y"}},
                                     {.id = "b", .contexts = {"z"}, .answers = {"y"}}};
  const TaskResult result = RunTask(&model, kBytes, task, two);
  EXPECT_EQ(result.cut_replies, 4);
  EXPECT_EQ(result.set_questions, 2);
  EXPECT_EQ(RunTask(&model, kBytes, task, two, {.set_questions = 9}).set_questions, 9);
}

// A row of one's own task: what is wrong with the task is said, not scored.
TEST_F(TaskTest, TasksThatMakeNoSenseAreRefused) {
  Write("own.jsonl", R"({"q":"It can","a":["run","fly"],"right":0})");
  const auto complaint = [&](const char* text) {
    try {
      ReadQuestions(TaskFromJson("own", ParseJson(text, "own.json"), Profile::kPaper, "own.json"),
                    folder_);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const std::string good =
      R"({"files":["own.jsonl"],"context":"{q}","choices_of":"a","choice":" {}","gold":"{right}","paper":{"measure":"likelihood"}})";
  EXPECT_EQ(complaint(good.c_str()), "");
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return complaint(text.c_str());
  };
  EXPECT_NE(changed(R"("choice":" {}",)", "").find("not one kind of choices"), std::string::npos);
  EXPECT_NE(changed(R"("gold")", R"("first_lable":1,"gold")").find("\"first_lable\""),
            std::string::npos);
  EXPECT_NE(changed(R"("gold")", R"("shots":5,"gold")").find("\"shots\""), std::string::npos);
  EXPECT_NE(changed(R"("context":"{q}")", R"("contexts":["a","b","c"])").find("3 contexts for 2"),
            std::string::npos);
  EXPECT_NE(changed(R"("paper")", R"("harness")").find("measure"), std::string::npos);
  EXPECT_NE(complaint("[]").find("JSON object"), std::string::npos);
}

// A blank at the end of a context goes to the choice, where tokenizers keep it.
TEST_F(TaskTest, TrailingBlanksBelongToTheChoice) {
  const std::vector<Question> one = {
      {.id = "q", .contexts = {"It can "}, .choices = {"run", "fly"}}};
  std::vector<std::string> seen;
  TextModel model([&](const std::string& context, const std::string& continuation) {
    seen.push_back(context + "|" + continuation);
    return -1.0;
  });
  RunTask(&model, kBytes, Task("piqa"), one);
  EXPECT_EQ(seen, (std::vector<std::string>{"It can| run", "It can| fly"}));
}

TEST_F(TaskTest, AModelOfNoNumbersHasNoScore) {
  TextModel model([](const std::string&, const std::string&) { return std::nan(""); });
  EXPECT_THROW(RunTask(&model, kBytes, Task("piqa"), Questions("piqa")), Error);
}

// RACE as its authors have it: a file an article.
TEST_F(TaskTest, ArticlesOfRaceAreFiles) {
  fs::create_directories(folder_ / "race/test/high");
  Write(
      "race/test/high/2.txt",
      R"({"article":"Two.","questions":["A?","B?"],"options":[["w","x"],["y","z"]],"answers":["B","A"]})");
  const std::vector<Question> questions = Questions("race_high");
  ASSERT_EQ(questions.size(), 2u);
  EXPECT_EQ(questions[1].ContextOf(0, 0), "Article: Two.\n\nQuestion: A?\nAnswer: x\nB?");
  EXPECT_EQ(questions[1].gold, 0);
}

TEST(ClosedBook, AnswersAreCutAndCompared) {
  EXPECT_EQ(CutAnswer(" Paris, France"), "Paris");
  EXPECT_EQ(CutAnswer(" 3.5 million.\nQ: x"), "3.5 million");
  EXPECT_EQ(CutAnswer("\nA"), "");
  EXPECT_EQ(CutAnswer(""), "");
  EXPECT_EQ(NormalizeAnswer(" The  \"Beatles\"! "), "beatles");
  EXPECT_EQ(NormalizeAnswer("A-ha"), "aha");
  EXPECT_EQ(NormalizeAnswer("an apple the tree"), "apple tree");
  EXPECT_EQ(NormalizeAnswer("ŁÓDŹ"), "łódź");
  EXPECT_EQ(NormalizeAnswer("\u201cAlice\u2019s\u201d"), "alices");
}

// What is wrong is named with its place.
TEST_F(TaskTest, RowsThatMakeNoQuestionAreNamed) {
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
  Write(
      "race/race_middle_test.jsonl",
      R"({"example_id":"middle1.txt","article":"A","question":"Q","options":["w",7],"answer":"A"})");
  EXPECT_NE(complaint("race_middle").find("7 stands where a text"), std::string::npos);
  Write("mmlu/test/philosophy_test.csv", "caf\xe9,w,x,y,z,A\n");
  EXPECT_NE(complaint("mmlu").find("not UTF-8"), std::string::npos);
  Write("openbookqa/test.jsonl", "\n");
  EXPECT_NE(complaint("openbookqa").find("no questions"), std::string::npos);
  Write("hellaswag/hellaswag_val.jsonl",
        R"({"activity_label":"A","ctx_a":"b","ctx_b":"c","label":9,"endings":["x","y"]})");
  EXPECT_NE(complaint("hellaswag").find("none of the 2 choices"), std::string::npos);
  fs::remove(folder_ / "arc/ARC-Easy-Test.jsonl");
  EXPECT_NE(complaint("arc_easy").find("ARC-Easy-Test.jsonl"), std::string::npos);
}

}  // namespace
}  // namespace cria::eval
