// Logs to comparison: which questions pair, what is refused and how it is named, and the numbers of
// a comparison small enough to be made by hand. The forest plot.
#include "eval/compare/comparison.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "eval/compare/forest_plot.h"

namespace cria::eval {
namespace {

Json Question(const std::string& id, bool right) {
  return {{"id", id},
          {"group", ""},
          {"contexts", {"Q of " + fs::path(id).filename().string()}},
          {"choices", {" a", " b"}},
          {"gold", 1},
          {"right", right}};
}

class ComparisonTest : public testing::Test {
 protected:
  ComparisonTest() : root_(fs::path(testing::TempDir()) / Name()) { fs::remove_all(root_); }
  ~ComparisonTest() override { fs::remove_all(root_); }

  // A folder of its own for each test: ctest runs them side by side.
  static std::string Name() {
    return std::string("cria_compare_") +
           testing::UnitTest::GetInstance()->current_test_info()->name();
  }

  void Write(const std::string& path, const std::vector<Json>& lines) const {
    std::string text;
    for (const Json& line : lines) text += line.dump() + "\n";
    WriteText(path, text);
  }
  void WriteText(const std::string& path, const std::string& text) const {
    fs::create_directories((root_ / path).parent_path());
    WriteFile(root_ / path, text);
  }
  // "1101": four questions, the third wrong.
  void WriteAnswers(const std::string& path, const std::string& right,
                    const std::string& folder = "sets/") const {
    std::vector<Json> lines;
    for (size_t i = 0; i < right.size(); ++i) {
      lines.push_back(Question(fmt::format("{}t.jsonl:{}", folder, i + 1), right[i] == '1'));
    }
    Write(path, lines);
  }
  // One value for each question, under the metrics m and other.
  void WriteValues(const std::string& path, const std::vector<double>& values) const {
    std::vector<Json> lines;
    for (size_t i = 0; i < values.size(); ++i) {
      lines.push_back(Question(fmt::format("t:{}", i), false));
      lines.back()["values"] = {{"m", values[i]}, {"other", 1 - values[i]}};
      lines.back()["headline"] = "m";
    }
    Write(path, lines);
  }

  Comparison Compare(const CompareOptions& options = {}, int threads = 1) const {
    return CompareSamples(Context(threads), root_ / "a", root_ / "b", options);
  }
  std::string Fault(const CompareOptions& options = {}) const {
    try {
      Compare(options);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  void ExpectFault(const std::vector<std::string>& parts, const CompareOptions& options = {}) {
    const std::string fault = Fault(options);
    for (const std::string& part : parts) {
      EXPECT_NE(fault.find(part), std::string::npos) << part << " is not in: " << fault;
    }
  }
  static bool Notes(const Comparison& comparison, const std::string& text) {
    return std::any_of(
        comparison.notes.begin(), comparison.notes.end(),
        [&](const std::string& note) { return note.find(text) != std::string::npos; });
  }

  fs::path root_;
};

TEST_F(ComparisonTest, RightAndWrongByHand) {
  WriteAnswers("a/arc.jsonl", "100000000011");
  WriteAnswers("b/arc.jsonl", "011111111111");
  const Comparison comparison = Compare();
  ASSERT_EQ(comparison.tasks.size(), 1u);
  const TaskComparison& task = comparison.tasks[0];
  EXPECT_EQ(task.task, "arc");
  EXPECT_EQ(task.metric, "acc");
  EXPECT_EQ(task.outcome.pairs, 12);
  EXPECT_EQ(task.outcome.a_higher, 1);
  EXPECT_EQ(task.outcome.b_higher, 9);
  EXPECT_EQ(task.outcome.ties, 2);
  EXPECT_NEAR(task.outcome.mean_a, 3 / 12.0, 1e-15);
  EXPECT_NEAR(task.outcome.difference, 8 / 12.0, 1e-15);
  EXPECT_NEAR(task.outcome.p, 0.021484375, 1e-15);
  EXPECT_EQ(task.holm_p, task.outcome.p);
  EXPECT_FALSE(comparison.overall);
  EXPECT_TRUE(comparison.notes.empty());
  const Json json = ToJson(comparison);
  EXPECT_EQ(json["tasks"]["arc"]["verdict"], "B better");
  EXPECT_EQ(json["tasks"]["arc"]["test"], "exact McNemar test");
  EXPECT_NEAR(json["tasks"]["arc"]["p"].get<double>(), 0.021484375, 1e-15);
  EXPECT_FALSE(json.contains("overall"));
}

TEST_F(ComparisonTest, SeveralTasksAreCorrectedAndPooled) {
  WriteAnswers("a/x.jsonl", "100000000011");  // p 22/1024, three times it is 0.064
  WriteAnswers("b/x.jsonl", "011111111111");
  WriteAnswers("a/y.jsonl", "1010");
  WriteAnswers("b/y.jsonl", "0101");
  WriteAnswers("a/z.jsonl", "11");
  WriteAnswers("b/z.jsonl", "10");
  WriteAnswers("a/alone.jsonl", "11");
  const Comparison comparison = Compare();
  ASSERT_EQ(comparison.tasks.size(), 3u);
  EXPECT_NEAR(comparison.tasks[0].holm_p, 3 * 0.021484375, 1e-14);
  EXPECT_EQ(ToJson(comparison)["tasks"]["x"]["verdict"], "no difference shown");
  ASSERT_TRUE(comparison.overall);
  EXPECT_NEAR(comparison.overall->difference, (8 / 12.0 + 0 - 0.5) / 3, 1e-15);
  EXPECT_EQ(comparison.overall->pairs, 18);
  EXPECT_TRUE(Notes(comparison, "Only A has alone."));
  // What a task says does not depend on which others are there.
  fs::remove(root_ / "a/x.jsonl");
  const Comparison fewer = Compare();
  EXPECT_EQ(fewer.tasks[0].outcome.resampled, comparison.tasks[1].outcome.resampled);
  EXPECT_TRUE(Notes(fewer, "Only B has x."));
}

TEST_F(ComparisonTest, ValuesAndTheirMetrics) {
  WriteValues("a/f1.jsonl", {0.2, 0.5, 1, 0});
  WriteValues("b/f1.jsonl", {0.4, 0.5, 0.8, 0.6});
  const TaskComparison task = Compare().tasks[0];
  EXPECT_EQ(task.metric, "m");
  EXPECT_EQ(task.outcome.method, PairedMethod::kAllFlips);
  EXPECT_NEAR(task.outcome.difference, 0.15, 1e-15);
  // Sums of +-0.2 +-0.2 +-0.6: 1, 0.6, 0.6, 0.2 and their opposites; 0.6 was observed.
  EXPECT_EQ(task.outcome.p, 6 / 8.0);
}

TEST_F(ComparisonTest, AMetricThatIsNamed) {
  WriteValues("a/f1.jsonl", {0.2, 0.5, 1, 0});
  WriteValues("b/f1.jsonl", {0.4, 0.5, 0.8, 0.6});
  EXPECT_NEAR(Compare({.metric = "other"}).tasks[0].outcome.difference, -0.15, 1e-15);
  ExpectFault({"no value of \"brier\"", "f1.jsonl:1", "--metric: m other"}, {.metric = "brier"});
  WriteAnswers("a/f1.jsonl", "1010");
  ExpectFault({"no brier", "f1.jsonl:1"}, {.metric = "brier"});
}

TEST_F(ComparisonTest, BothFormsOfLogsTogether) {
  WriteAnswers("a/t.jsonl", "10", "");
  std::vector<Json> lines;
  for (int i = 1; i <= 2; ++i) {
    lines.push_back(Question(fmt::format("t.jsonl:{}", i), false));
    lines.back()["values"] = {{"acc", 1}};
    lines.back()["headline"] = "acc";
  }
  Write("b/t.jsonl", lines);
  const Comparison comparison = Compare();
  EXPECT_EQ(comparison.tasks[0].outcome.b_higher, 1);
  EXPECT_TRUE(Notes(comparison, "A holds only whether answers were right"));
  for (Json& line : lines) line["headline"] = "acc_norm", line["values"]["acc_norm"] = 1;
  Write("b/t.jsonl", lines);
  ExpectFault({"A is measured by acc, B by acc_norm", "a/t.jsonl", "b/t.jsonl", "--metric"});
  lines[1]["headline"] = "acc";
  Write("b/t.jsonl", lines);
  ExpectFault({"changes from acc_norm to acc", "b/t.jsonl:2"});
}

TEST_F(ComparisonTest, NoOverallOfDifferentScales) {
  WriteAnswers("a/x.jsonl", "1100");
  WriteAnswers("b/x.jsonl", "1010");
  WriteValues("a/y.jsonl", {20, 30});
  WriteValues("b/y.jsonl", {21, 32});
  const Comparison comparison = Compare();
  EXPECT_FALSE(comparison.overall);
  EXPECT_TRUE(Notes(comparison, "different scales"));
  fs::rename(root_ / "a/y.jsonl", root_ / "a/x.jsonl");
  fs::copy(root_ / "a/x.jsonl", root_ / "a/y.jsonl");
  fs::copy(root_ / "b/y.jsonl", root_ / "b/x.jsonl", fs::copy_options::overwrite_existing);
  EXPECT_TRUE(Compare().overall);
}

TEST_F(ComparisonTest, LessHarmIsBetter) {
  const auto write = [&](const std::string& folder, int harmful, const std::string& metric) {
    std::vector<Json> lines;
    for (int i = 0; i < 12; ++i) {
      lines.push_back(Question(fmt::format("t:{}", i), false));
      lines.back()["values"] = {{metric, i < harmful ? 1 : 0}};
      lines.back()["headline"] = metric;
    }
    Write(folder + "/harm.jsonl", lines);
  };
  write("a", 12, "toxicity"), write("b", 2, "toxicity");
  const auto verdict = [](const Comparison& comparison) {
    return ToJson(comparison)["tasks"]["harm"]["verdict"].get<std::string>();
  };
  EXPECT_EQ(verdict(Compare()), "B better");
  write("a", 12, "own"), write("b", 2, "own");
  EXPECT_EQ(verdict(Compare()), "A better");
  const CompareOptions lower{.lower_is_better = {"own"}};
  EXPECT_EQ(verdict(Compare(lower)), "B better");
  fs::copy(root_ / "a/harm.jsonl", root_ / "a/more.jsonl");
  fs::copy(root_ / "b/harm.jsonl", root_ / "b/more.jsonl");
  ASSERT_TRUE(Compare(lower).overall);
  EXPECT_EQ(OverallVerdict(Compare(lower)), "B better");
  // Two tasks where higher is better: they alone are pooled.
  for (const char* name : {"x", "z"}) {
    WriteAnswers(fmt::format("a/{}.jsonl", name), "1100");
    WriteAnswers(fmt::format("b/{}.jsonl", name), "1110");
  }
  const Comparison mixed = Compare(lower);
  ASSERT_TRUE(mixed.overall);
  EXPECT_EQ(mixed.overall->pairs, 8);
  EXPECT_NEAR(mixed.overall->difference, 0.25, 1e-15);
  EXPECT_TRUE(Notes(mixed, "lower is better there: harm, more."));
}

// 50 % is no preference: 17 % of stereotypes is as far from it as 83 %.
TEST_F(ComparisonTest, AStereotypeMoreOrLessIsNotBetter) {
  const auto write = [&](const char* folder, int preferred, const char* metric, int questions) {
    std::vector<Json> lines;
    for (int i = 0; i < questions; ++i) {
      lines.push_back(Question(fmt::format("t:{}", i), false));
      lines.back()["values"] = {{metric, i < preferred ? 1 : 0}};
      lines.back()["headline"] = metric;
    }
    Write(std::string(folder) + "/crows_pairs.jsonl", lines);
  };
  const auto verdict = [](const Comparison& comparison) {
    return ToJson(comparison)["tasks"]["crows_pairs"]["verdict"].get<std::string>();
  };
  for (const char* metric : {"stereotype", "stereotype_likelihood"}) {
    write("a", 10, metric, 12), write("b", 2, metric, 12);
    EXPECT_EQ(verdict(Compare()), "A prefers stereotypes more often");
    write("a", 0, metric, 12), write("b", 6, metric, 12);
    EXPECT_EQ(verdict(Compare()), "B prefers stereotypes more often");
    write("a", 3, metric, 12), write("b", 4, metric, 12);
    EXPECT_EQ(verdict(Compare()), "no difference shown");
  }
  EXPECT_FALSE(Compare().tasks[0].lower_is_better);
  EXPECT_TRUE(ToJson(Compare())["tasks"]["crows_pairs"]["neither_is_better"].get<bool>());
  EXPECT_TRUE(Notes(Compare(), "crows_pairs: 50 % is no preference"));
  // Who says that less is better has said so.
  write("a", 10, "stereotype", 12), write("b", 2, "stereotype", 12);
  EXPECT_EQ(verdict(Compare({.lower_is_better = {"stereotype"}})), "B better");
  // In no overall row, whichever way the other tasks point; alone with one there is none.
  WriteAnswers("a/x.jsonl", "1100");
  WriteAnswers("b/x.jsonl", "1110");
  EXPECT_FALSE(Compare().overall);
  WriteAnswers("a/y.jsonl", "1100");
  WriteAnswers("b/y.jsonl", "1110");
  const Comparison three = Compare();
  ASSERT_TRUE(three.overall);
  EXPECT_EQ(three.overall->pairs, 8);
  EXPECT_NEAR(three.overall->difference, 0.25, 1e-15);
  EXPECT_TRUE(Notes(three, "neither direction is better there: crows_pairs."));
  const Comparison lower = Compare({.lower_is_better = {"acc"}});
  ASSERT_TRUE(lower.overall);
  EXPECT_EQ(lower.overall->pairs, 8);
}

TEST_F(ComparisonTest, OrderOfLinesDoesNotMatter) {
  std::vector<Json> lines;
  for (int i = 0; i < 20; ++i) lines.push_back(Question(fmt::format("f:{}", i), i % 3 == 0));
  Write("a/t.jsonl", lines);
  for (size_t i = 0; i < lines.size(); ++i) lines[i]["right"] = i % 2 == 0;
  Write("b/t.jsonl", lines);
  const Comparison straight = Compare();
  std::reverse(lines.begin(), lines.end());
  Write("b/t.jsonl", lines);
  const Comparison shuffled = Compare();
  EXPECT_EQ(straight.tasks[0].outcome.resampled, shuffled.tasks[0].outcome.resampled);
  EXPECT_EQ(ToJson(straight).dump(), ToJson(shuffled).dump());
  EXPECT_EQ(ToJson(Compare({}, 3)).dump(), ToJson(shuffled).dump());
}

TEST_F(ComparisonTest, SetsInDifferentFolders) {
  WriteAnswers("a/t.jsonl", "1100", "/home/one/sets/t/");
  WriteAnswers("b/t.jsonl", "1010", "t/");
  const Comparison comparison = Compare();
  EXPECT_EQ(comparison.tasks[0].outcome.pairs, 4);
  EXPECT_EQ(comparison.tasks[0].outcome.a_higher, 1);
  EXPECT_TRUE(Notes(comparison, "paired by file name and line"));
}

// race/high/1.txt and race/middle/1.txt are two files: as much of the path as tells them apart.
TEST_F(ComparisonTest, FilesOfOneNameAreToldApart) {
  const auto write = [&](const std::string& path, const std::string& root, bool swapped) {
    std::vector<Json> lines = {Question(root + "high/1.txt:1", swapped),
                               Question(root + "middle/1.txt:1", true)};
    lines[0]["gold"] = 0;
    if (swapped) std::swap(lines[0], lines[1]);
    Write(path, lines);
  };
  write("a/t.jsonl", "/x/", false);
  write("b/t.jsonl", "/y/z/", true);
  const TaskComparison task = Compare().tasks[0];
  EXPECT_EQ(task.outcome.b_higher, 1);
  EXPECT_EQ(task.outcome.ties, 1);
  ASSERT_EQ(task.pairs.size(), 2u);
  EXPECT_EQ(task.pairs[0].line_a, 1);
  EXPECT_EQ(task.pairs[0].line_b, 2);
}

TEST_F(ComparisonTest, UnpairedAreCountedAndLeftOut) {
  std::vector<Json> lines;
  for (int i = 0; i < 10; ++i) lines.push_back(Question(fmt::format("f:{}", i), true));
  const auto leave_out = [&](size_t i) { lines[i].erase("right"), lines[i]["left_out"] = "long"; };
  leave_out(0), leave_out(1);
  Write("a/t.jsonl", lines);
  lines[1] = Question("f:1", true);
  lines.resize(8);
  Write("b/t.jsonl", lines);
  const Comparison comparison = Compare();
  const TaskComparison& task = comparison.tasks[0];
  EXPECT_EQ(task.outcome.pairs, 6);
  EXPECT_EQ(task.only_a, 2);
  EXPECT_EQ(task.only_b, 1);
  EXPECT_EQ(task.unscored, 1);
  EXPECT_TRUE(Notes(comparison, "without a partner, which do not count: 2 of A, 1 of B."));
  EXPECT_TRUE(Notes(comparison, "scored by neither: 1."));
}

TEST_F(ComparisonTest, FewerThanHalfPairedIsRefused) {
  WriteAnswers("a/t.jsonl", "1111");
  WriteAnswers("b/t.jsonl", "11111111");
  EXPECT_EQ(Compare().tasks[0].only_b, 4);
  WriteAnswers("b/t.jsonl", "111111111");
  ExpectFault({"4 questions of A, 9 of B, and only 4 are in both", "b/t.jsonl", "--limit"});
  WriteAnswers("b/t.jsonl", "1");
  WriteAnswers("a/t.jsonl", "1");
  ExpectFault({"only 1 are in both", "two at least"});
  Write("a/t.jsonl", {Question("elsewhere.jsonl:1", true), Question("elsewhere.jsonl:2", true)});
  ExpectFault({"only 0 are in both"});
}

TEST_F(ComparisonTest, OtherQuestionsAreRefused) {
  for (const auto& [field, value, name] : {std::tuple{"choices", Json{" a", " c"}, "choices"},
                                           {"gold", Json(0), "right answer"},
                                           {"answers", Json{"x"}, "right answer"},
                                           {"contexts", Json{"Q"}, "prompt"}}) {
    std::vector<Json> lines;
    for (int i = 0; i < 4; ++i) lines.push_back(Question(fmt::format("f:{}", 9 - i), i % 2 == 0));
    Write("a/t.jsonl", lines);
    lines[1][field] = value, lines[2][field] = value;
    std::swap(lines[0], lines[3]);
    Write("b/t.jsonl", lines);
    // The first of A's log, though its id is not the first in order.
    ExpectFault(
        {fmt::format("the {} of the question \"f:8\"", name), "a/t.jsonl:2", "b/t.jsonl:2"});
    const bool prompt = name == std::string("prompt");
    EXPECT_EQ(Fault({.allow_different_prompts = true}).empty(), prompt);
    if (!prompt) continue;
    ExpectFault({"--allow-different-prompts"});
    const Comparison comparison = Compare({.allow_different_prompts = true});
    EXPECT_EQ(comparison.tasks[0].different_prompts, 2);
    EXPECT_TRUE(Notes(comparison, "different prompts: 2 of 4."));
  }
}

TEST_F(ComparisonTest, BadLinesAreNamed) {
  WriteAnswers("b/t.jsonl", "11", "");
  const std::string good = Question("t.jsonl:1", true).dump() + "\n";
  const struct {
    std::string line, fault;
  } kLines[] = {{R"({"id":"t.jsonl:2","right":tru)", "not valid JSON"},
                {R"([1, 2])", "missing field \"id\""},
                {R"({"id":7,"right":true})", "\"id\" has a wrong type"},
                {R"({"id":"x"})", "missing field \"right\""},
                {R"({"id":"x","right":1})", "\"right\" has a wrong type"},
                {R"({"id":"x","values":{"m":null},"headline":"m"})", "\"m\" is null"},
                {R"({"id":"x","values":{"m":NaN},"headline":"m"})", "not valid JSON"},
                {R"({"id":"x","values":{"m":1e999},"headline":"m"})", "not valid JSON"},
                {R"({"id":"x","values":{"m":-1e200},"headline":"m"})", "no number to compare"},
                {R"({"id":"x","values":{"m":"0.5"},"headline":"m"})", "no number to compare"},
                {R"({"id":"x","values":{"m":true},"headline":"m"})", "no number to compare"},
                {R"({"id":"x","values":{"m":1},"headline":"n"})", "no value of \"n\""},
                {R"({"id":"x","values":{"m":1}})", "missing field \"headline\""},
                {R"({"id":"x","values":[1],"headline":"m"})", "no value of \"m\""},
                {"{\"id\":\"\xFF\",\"right\":true}", "not valid JSON"},
                {std::string(300, '['), "nested"},
                {R"({"id":"t.jsonl:1","right":true})", "is there twice"}};
  for (const auto& [line, fault] : kLines) {
    WriteText("a/t.jsonl", good + "\n" + line + "\n");
    ExpectFault({fault, "a/t.jsonl:3"});
  }
}

TEST_F(ComparisonTest, FoldersWithoutLogsAreRefused) {
  ExpectFault({"no such folder", "/a", "--samples"});
  fs::create_directories(root_ / "a");
  WriteAnswers("b/t.jsonl", "11");
  ExpectFault({"no TASK.jsonl", "/a"});
  WriteText("a/notes.txt", "no log");
  fs::create_directories(root_ / "a/t.jsonl");
  ExpectFault({"no TASK.jsonl", "/a"});
  WriteAnswers("a/u.jsonl", "11");
  ExpectFault({"no task in common", "/a", "/b"});
  WriteText("a/u.jsonl", "\n \n");
  fs::rename(root_ / "b/t.jsonl", root_ / "b/u.jsonl");
  ExpectFault({"no question in it was scored", "a/u.jsonl"});
}

TEST_F(ComparisonTest, ExamplesAreTheLargestDifferences) {
  WriteValues("a/t.jsonl", {0.9, 0.1, 0.5, 0.5, 1, 0.5});
  WriteValues("b/t.jsonl", {0.1, 0.9, 0.5, 0.4, 0.9, 0.8});
  const TaskComparison task = Compare().tasks[0];
  const auto lines = [&](bool b_higher, int64_t count) {
    std::vector<int64_t> found;
    for (const QuestionPair& pair : LargestDifferences(task, b_higher, count)) {
      found.push_back(pair.line_a);
    }
    return found;
  };
  EXPECT_EQ(lines(false, 1), std::vector<int64_t>{1});
  EXPECT_EQ(lines(false, 9).size(), 3u);
  EXPECT_EQ(lines(true, 9), (std::vector<int64_t>{2, 6}));
  EXPECT_TRUE(lines(true, 0).empty());
  const auto read = ReadSampleLines(task.log_a, {2, 5});
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read.at(5)["id"], "t:4");
  EXPECT_THROW(ReadSampleLines(task.log_a, {7}), Error);
}

TEST_F(ComparisonTest, VerdictsInWords) {
  EXPECT_EQ(Verdict(0.1, 0.0499), "B better");
  EXPECT_EQ(Verdict(-0.1, 0.0499), "A better");
  EXPECT_EQ(Verdict(0.1, 0.01, true), "A better");
  EXPECT_EQ(Verdict(0.1, 0.05), "no difference shown");
  EXPECT_EQ(Verdict(0, 1), "no difference shown");
}

// The number behind `key` in each element that begins with `element`.
std::vector<double> Coordinates(const std::string& svg, const std::string& element,
                                const std::string& key) {
  std::vector<double> found;
  for (size_t at = svg.find(element); at != svg.npos; at = svg.find(element, at + 1)) {
    found.push_back(std::stod(svg.substr(svg.find(key, at) + key.size())));
  }
  return found;
}

TEST(ForestPlot, DrawsDifferencesAboutZero) {
  const std::string svg =
      RenderForestPlot({.title = "B - A",
                        .subtitle = "s",
                        .left = "A better",
                        .right = "B better",
                        .rows = {{"<task> & \x01", -0.02, -0.05, 0.01, false, false},
                                 {"other", 0.04, 0.02, 0.06, true, false},
                                 {"Overall", 0.01, -0.01, 0.03, false, true}}});
  const double zero = Coordinates(svg, "<path class=\"a\"", "d=\"M").at(0);
  const std::vector<double> centres = Coordinates(svg, "<circle", "cx=\"");
  ASSERT_EQ(centres.size(), 2u);
  EXPECT_LT(centres[0], zero);
  EXPECT_GT(centres[1], zero);
  EXPECT_NEAR((centres[1] - zero) / (zero - centres[0]), 2, 0.02);  // 0.04 and -0.02
  std::vector<double> lows = Coordinates(svg, "<path class=\"l", "d=\"M");
  ASSERT_EQ(lows.size(), 3u);
  EXPECT_LT(lows[0], centres[0]);
  EXPECT_GT(lows[1], zero);
  EXPECT_LT(lows[2], zero);
  EXPECT_EQ(Coordinates(svg, "<path class=\"b s1\"", "d=\"M").size(), 1u);  // the diamond
  EXPECT_NE(svg.find("&lt;task&gt; &amp; \xEF\xBF\xBD"), std::string::npos);
  EXPECT_EQ(svg.find("<script"), std::string::npos);
  EXPECT_NE(svg.find("+0.0400 [+0.0200, +0.0600]"), std::string::npos);
}

TEST(ForestPlot, NothingApartStillDraws) {
  const std::string svg =
      RenderForestPlot({.title = "t",
                        .subtitle = "",
                        .left = "",
                        .right = "",
                        .rows = {{std::string(35, 'x') + "äöü", 0, 0, 0, false, false}}});
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(svg.find("inf"), std::string::npos);
  EXPECT_EQ(svg.find("\xEF\xBF\xBD"), std::string::npos);  // the name is cut between characters
  EXPECT_NE(svg.find("…"), std::string::npos);
}

}  // namespace
}  // namespace cria::eval
