// Rows that make no question: each is refused by an Error that names its place, whatever the types
// of its fields.
#include <gtest/gtest.h>

#include "base/error.h"
#include "eval/kinds/kinds.h"
#include "eval/task_spec.h"

namespace cria::eval {
namespace {

class BadRowsTest : public testing::Test {
 protected:
  BadRowsTest()
      : folder_(fs::path(testing::TempDir()) /
                (std::string("cria_bad_rows_") +
                 testing::UnitTest::GetInstance()->current_test_info()->name())) {
    fs::remove_all(folder_);
  }
  ~BadRowsTest() override { fs::remove_all(folder_); }

  void Write(const std::string& name, const std::string& text) const {
    fs::create_directories((folder_ / name).parent_path());
    WriteFile(folder_ / name, text);
  }
  static TaskSpec Task(const std::string& name) {
    for (TaskSpec& task : BuiltInTasks(Profile::kPaper)) {
      if (task.name == name) return std::move(task);
    }
    ADD_FAILURE() << name;
    return {};
  }
  // Anything but an Error fails the test by itself.
  std::string Complaint(const TaskSpec& task) const {
    try {
      ReadQuestions(task, folder_);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  void Expect(const TaskSpec& task, const std::string& what, const std::string& where) const {
    const std::string complaint = Complaint(task);
    EXPECT_NE(complaint.find(what), std::string::npos) << what << "; " << complaint;
    EXPECT_NE(complaint.find(where), std::string::npos) << where << "; " << complaint;
    EXPECT_NE(complaint.find("restore the file"), std::string::npos) << complaint;
  }

  fs::path folder_;
};

TEST_F(BadRowsTest, ArticlesOfRace) {
  const std::string good =
      R"({"article":"T","questions":["Q?"],"options":[["w","x"]],"answers":["B"]})";
  const auto write = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    Write("race/test/high/2.txt", text);
  };
  Write("race/test/high/2.txt", good);
  EXPECT_EQ(Complaint(Task("race_high")), "");
  write(R"(["Q?"])", R"("a")");
  Expect(Task("race_high"), R"(the field "questions" is "a", not a list)", "2.txt");
  write(R"([["w","x"]])", R"({"0":["w","x"]})");
  Expect(Task("race_high"), R"(the field "options" is)", "2.txt");
  write(R"([["w","x"]])", R"(["wx"])");
  Expect(Task("race_high"), R"(the field "options" is "wx", not a list)", "2.txt, question 1");
  write(R"(["B"])", R"({"0":"B"})");
  Expect(Task("race_high"), R"(the field "answers" is)", "2.txt");
  write(R"(["B"])", "[1]");
  Expect(Task("race_high"), "1 stands where a text", "2.txt, question 1");
  write(R"(["B"])", R"(["C"])");
  Expect(Task("race_high"), "none of the options", "2.txt, question 1");
  write(R"("T")", "null");
  Expect(Task("race_high"), "null stands where a text", "2.txt, question 1");
  Write("race/test/high/2.txt", "[1]");
  Expect(Task("race_high"), "no field \"questions\"", "2.txt");
}

TEST_F(BadRowsTest, TargetsOfTruthfulQa) {
  const auto write = [&](const std::string& targets) {
    Write("truthfulqa/mc_task.json",
          R"([{"question":"Why?","mc2_targets":{"a":1}},{"question":"Why?","mc2_targets":)" +
              targets + "}]");
  };
  const TaskSpec task = Task("truthfulqa_mc2");
  write(R"({"b":0,"c":1})");
  EXPECT_EQ(Complaint(task), "");
  write("[1,0]");
  Expect(task, R"(the field "mc2_targets" is [1,0], not an object)", "mc_task.json, item 2");
  write("1");
  Expect(task, "is 1, not an object", "mc_task.json, item 2");
  write(R"({"b":"1"})");
  Expect(task, "neither true nor false", "mc_task.json, item 2");
  write(R"({"b":1," ":0})");
  Expect(task, "an answer is empty", "mc_task.json, item 2");
  Write("truthfulqa/mc_task.json", R"({"question":"Why?","mc2_targets":{"a":1}})");
  Expect(task, "holds no list", "mc_task.json");
  Write("truthfulqa/mc_task.json", "[1]");
  Expect(task, "no field \"question\"", "mc_task.json, item 1");
}

TEST_F(BadRowsTest, SentencesOfCrowsPairs) {
  const auto write = [&](const std::string& row) {
    Write("crows_pairs/crows_pairs_anonymized.csv",
          ",sent_more,sent_less,stereo_antistereo,bias_type,annotations\n0,A,B,stereo,age,x\n" +
              row + "\n");
  };
  const TaskSpec task = Task("crows_pairs");
  write("1,A,B,stereo,gender,x");
  EXPECT_EQ(Complaint(task), "");
  write("1,,B,stereo,gender,x");
  Expect(task, "\"sent_more\" is empty", "crows_pairs_anonymized.csv:3");
  write("1,A,\" \",stereo,gender,x");
  Expect(task, "\"sent_less\" is empty", "crows_pairs_anonymized.csv:3");
  write("1,A,B,stereo,gender,x");
  TaskSpec other = task;
  other.body["categories"] = {"age", "gender"};
  Expect(other, "\"categories\" is [\"age\",\"gender\"], not an object", task.where);
  other.body["categories"] = {{"age", 1}, {"gender", "Gender"}};
  Expect(other, "1 stands where a text", task.where);
}

TEST_F(BadRowsTest, CategoriesAndRowsOfMmlu) {
  Write("mmlu/dev/anatomy_dev.csv", "p,w,x,y,z,A\n");
  Write("mmlu/test/anatomy_test.csv", "\"p\n\",w,x,y,z,A\n\nq,w,x,y,z,B\n");
  const TaskSpec task = Task("mmlu");
  EXPECT_EQ(Complaint(task), "");
  const std::vector<Question> questions = ReadQuestions(task, folder_);
  ASSERT_EQ(questions.size(), 2u);
  EXPECT_EQ(questions[0].id, "mmlu/test/anatomy_test.csv:1");
  EXPECT_EQ(questions[0].contexts[0], "p\n\nA. w\nB. x\nC. y\nD. z\nAnswer:");
  EXPECT_EQ(questions[0].shots[0], "p\nA. w\nB. x\nC. y\nD. z\nAnswer: A\n\n");
  EXPECT_EQ(questions[1].id, "mmlu/test/anatomy_test.csv:4");
  EXPECT_EQ(questions[1].gold, 1);
  Write("mmlu/test/anatomy_test.csv", "p,w,x,y,z,A\nq,w,x,y,z,E\n");
  Expect(task, "\"E\" is no answer", "anatomy_test.csv:2");
  Write("mmlu/test/anatomy_test.csv", "p,w,x,y,z,A\nq,w,x,y,z\n");
  Expect(task, "5 fields, not 6", "anatomy_test.csv:2");
  TaskSpec other = task;
  other.body["categories"] = {{"anatomy", {"STEM"}}};
  Expect(other, "stands where a text", task.where);
  other.body["categories"] = "anatomy";
  Expect(other, "not an object", task.where);
}

TEST_F(BadRowsTest, AnswersOfGeneralTasks) {
  const auto task = [](const std::string& label) {
    return TaskFromJson(
        "own",
        ParseJson(R"({"files":["own.jsonl"],"context":"{q}","choices_of":"a","choice":" {}",)"
                  R"("gold":"{right}",)" +
                      label + R"("paper":{"measure":"likelihood"}})",
                  "own.json"),
        Profile::kPaper, "own.json");
  };
  const auto write = [&](const std::string& right, const std::string& choices = R"(["x","y"])") {
    Write("own.jsonl", R"({"q":"It","a":)" + choices + R"(,"right":)" + right + "}");
  };
  const auto gold = [&](const std::string& right, const std::string& label = "") {
    write(right);
    return ReadQuestions(task(label), folder_)[0].gold;
  };
  EXPECT_EQ(gold("1"), 1);
  EXPECT_EQ(gold(R"("0000000001")"), 1);
  EXPECT_EQ(gold(R"("0000000001")", R"("first_label":1,)"), 0);
  EXPECT_EQ(gold("-1", R"("first_label":-2,)"), 1);
  for (const char* right : {R"("0000000002")", R"("10000000001")", R"("4294967297")",
                            R"("18446744073709551617")", R"("1x")", R"("")", "1.0", "-1", "true"}) {
    write(right);
    Expect(task(""), "none of the 2 choices", "own.jsonl:1");
  }
  write("1", R"({"x":"y","z":"w"})");
  Expect(task(""), R"(the field "a" is {"x":"y","z":"w"}, not a list)", "own.jsonl:1");
  write("1", R"("xy")");
  Expect(task(""), "not a list", "own.jsonl:1");
  EXPECT_NE(Complaint(task(R"("first_label":9223372036854775807,)")).find("\"first_label\" is"),
            std::string::npos);
}

TEST_F(BadRowsTest, RecordsOfTriviaQa) {
  TaskSpec task = Task("triviaqa");
  task.body["files"] = {"trivia.json"};
  Write("trivia.json", R"({"Data":"a"})");
  Expect(task, R"(the field "Data" is "a", not a list)", "trivia.json");
  Write("trivia.json", R"({"Data":[1]})");
  Expect(task, "the record is 1, not an object", "trivia.json, record 1");
}

}  // namespace
}  // namespace cria::eval
