// The paper's tables: exact cells, dashes, bands by hand arithmetic, and what is not compared.
#include "eval/report/paper_tables.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "eval/report/paper_grid.h"

namespace cria::eval {
namespace {

TaskSpec Spec(const std::string& name, const TaskChanges& changes = {},
              Profile profile = Profile::kPaper) {
  for (TaskSpec& task : BuiltInTasks(profile, changes)) {
    if (task.name == name) return std::move(task);
  }
  ADD_FAILURE() << name;
  return {};
}

// `right` of `all` questions are worth 1, in `groups`.
void AddQuestions(int right, int all, const std::vector<std::string>& groups, TaskResult* result) {
  for (int q = 0; q < all; ++q) {
    result->questions.push_back({.id = std::to_string(q), .groups = groups});
    result->scores.emplace_back();
    result->values.push_back({q < right ? 1.0 : 0.0});
  }
}

TaskResult Result(TaskSpec task, int right, int all) {
  TaskResult result{.task = std::move(task),
                    .questions = {},
                    .scores = {},
                    .metrics = {"acc"},
                    .values = {},
                    .chance = 0.5};
  AddQuestions(right, all, {}, &result);
  return result;
}

const Table& TableOf(const std::vector<Block>& blocks, const std::string& name) {
  for (const Block& block : blocks) {
    const auto* table = std::get_if<Table>(&block);
    if (table != nullptr && table->caption.starts_with(name + " of")) return *table;
  }
  throw std::runtime_error("no " + name);
}

// The cell of a row by its first one and a column by its title.
std::string Cell(const Table& table, const std::string& row, const std::string& column) {
  size_t c = 0;
  while (c < table.columns.size() && table.columns[c].title != column) ++c;
  for (const auto& cells : table.rows) {
    if (cells[0] == row && c < cells.size()) return cells[c];
  }
  return "no cell";
}

std::string Texts(const std::vector<Block>& blocks) {
  std::string text;
  for (const Block& block : blocks) {
    if (const auto* paragraph = std::get_if<Paragraph>(&block)) text += paragraph->text + "\n";
  }
  return text;
}

size_t Count(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++count;
  return count;
}

TEST(PaperTables, NothingMeasuredGivesNothing) {
  EXPECT_TRUE(PaperTables({}, {.model = "m"}).empty());
  TaskResult unfitting = Result(Spec("piqa"), 0, 2);
  unfitting.values = {{}, {}};
  unfitting.not_fitting = 2;
  EXPECT_TRUE(PaperTables({unfitting}, {.model = "m"}).empty());
  TaskResult own = Result(Spec("piqa"), 1, 2);  // of nobody's table
  own.task.published_table = own.task.published_row = own.task.group_table = "";
  EXPECT_TRUE(PaperTables({own}, {.model = "m"}).empty());
}

TEST(PaperTables, CommonSenseIsTable3WithTheCardBeside) {
  const std::vector<TaskResult> results = {Result(Spec("piqa"), 1440, 1838),
                                           Result(Spec("arc_easy"), 1760, 2376),
                                           Result(Spec("copa"), 91, 100)};
  const std::vector<Block> blocks = PaperTables(results, {.model = "mine", .as = "LLaMA 7B"});
  const Table& table = TableOf(blocks, "Table 3");
  std::vector<std::string> titles;
  for (const auto& column : table.columns) titles.push_back(column.title);
  EXPECT_EQ(titles, (std::vector<std::string>{"Model", "BoolQ", "PIQA", "SIQA", "HellaSwag",
                                              "WinoGrande", "ARC-e", "ARC-e (model card)", "ARC-c",
                                              "OBQA", "COPA (model card)"}));
  ASSERT_EQ(table.rows.size(), 11);
  EXPECT_EQ(table.rows[0], (std::vector<std::string>{"GPT-3 175B", "60.5", "81.0", "-", "78.9",
                                                     "70.2", "68.8", "-", "51.4", "57.6", "-"}));
  EXPECT_EQ(table.rows[6],
            (std::vector<std::string>{"LLaMA 7B", "76.5", "79.8", "48.9", "76.1", "70.1", "72.8",
                                      "76.7", "47.6", "57.2", "93.0"}));
  // 1440 of 1838: sqrt(.7835 .2165 / 1837) = .96 %; 1.45 points off, the band is 2.72 wide.
  // 1760 of 2376: 74.07 %; 1.27 above the paper's number, 2.63 below the card's with a band
  // of 2.52.
  EXPECT_EQ(table.rows[10],
            (std::vector<std::string>{"mine", "-", "78.3 ± 1.0 (within)", "-", "-", "-",
                                      "74.1 ± 0.9 (within)", "74.1 ± 0.9 (below)", "-", "-",
                                      "91.0 ± 2.9 (within)"}));
  EXPECT_TRUE(table.total_row);
  const std::string texts = Texts(blocks);
  EXPECT_NE(texts.find("Against LLaMA 7B: 3 of 4 cells within the band. ARC-e (model card): 74.1 "
                       "against 76.7, band ± 2.5: below."),
            std::string::npos)
      << texts;
  EXPECT_NE(texts.find("disagree on ARC-e: both are shown. COPA stands in the card alone."),
            std::string::npos);
  EXPECT_NE(texts.find("PIQA: 0-shot, ranked by likelihood per character."), std::string::npos);
  EXPECT_NE(texts.find("All 1838 questions of the set. Chance: 50.0 %."), std::string::npos);
  EXPECT_NE(texts.find("1.96 sqrt(se(m)^2 + se(p)^2)"), std::string::npos);
}

TEST(PaperTables, BandByHand) {
  // p (1 - p) / n = .765 .235 / 3270, its root .0074147, with rounding .0079147; with .0075 of the
  // measured one .0109037 and at 1.96 .0213713.
  EXPECT_NEAR(BandHalfWidth(0.765, 3270, 0.0075), 0.0213713, 1e-7);
  EXPECT_NEAR(BandHalfWidth(1, 100, 0), 1.96 * 0.0005, 1e-12);
  // PIQA of LLaMA 7B, 79.8: the band of a count near its edge is about 2.7 points.
  const auto verdict = [](int right) {
    const std::vector<Block> blocks =
        PaperTables({Result(Spec("piqa"), right, 1838)}, {.model = "m", .as = "LLaMA 7B"});
    const std::string cell = Cell(TableOf(blocks, "Table 3"), "m", "PIQA");
    return cell.substr(cell.find('('));
  };
  int low = 1300, high = 1600;
  while (verdict(low) == "(below)") ++low;
  while (verdict(high) == "(above)") --high;
  EXPECT_EQ(low, 1417);
  EXPECT_EQ(high, 1514);
}

TEST(PaperTables, OtherShotsHaveAColumnOfTheirOwn) {
  const std::vector<Block> blocks = PaperTables(
      {Result(Spec("nq_open"), 800, 3610), Result(Spec("nq_open", {.shots = 3}), 0, 50)},
      {.model = "m", .as = "LLaMA 7B"});
  const Table& table = TableOf(blocks, "Table 4");
  ASSERT_EQ(table.columns.size(), 6);
  EXPECT_EQ(table.columns[5].title, "3-shot");
  // 800 of 3610: 22.16 ± .69, published 22.0.
  EXPECT_EQ(Cell(table, "m", "5-shot"), "22.2 ± 0.7 (within)");
  EXPECT_EQ(Cell(table, "m", "3-shot"), "0.0 ± 0.0");
  EXPECT_EQ(Cell(table, "m", "0-shot"), "-");
  EXPECT_EQ(Cell(table, "LLaMA 65B", "64-shot"), "39.9");
  EXPECT_EQ(Cell(table, "LLaMA 65B", "3-shot"), "-");
  EXPECT_EQ(Cell(table, "Chinchilla 70B", "1-shot"), "-");
  const std::string texts = Texts(blocks);
  EXPECT_NE(texts.find("Not compared (nothing is published of it): 3-shot."), std::string::npos);
  EXPECT_NE(texts.find("50 of the set's 3610 questions."), std::string::npos);
}

TEST(PaperTables, ChangedRulesHaveNoBand) {
  TaskResult few = Result(Spec("boolq"), 20, 29);
  const std::vector<TaskResult> results = {
      Result(Spec("openbookqa", {}, Profile::kHarness), 250, 500), few,
      Result(Spec("math_maj", {.samples = 16}), 300, 5000),
      Result(Spec("gsm8k", {.shots = 2}), 100, 1319)};
  const std::vector<Block> blocks = PaperTables(results, {.model = "m", .as = "LLaMA 7B"});
  const Table& table = TableOf(blocks, "Table 3");
  EXPECT_EQ(Cell(table, "m", "OBQA"), "50.0 ± 2.2");
  EXPECT_EQ(Cell(table, "m", "BoolQ"), "69.0 ± 8.7");
  EXPECT_EQ(table.caption.find("band"), std::string::npos);
  EXPECT_EQ(Cell(TableOf(blocks, "Table 7"), "m", "MATH maj1@k"), "6.0 ± 0.3");
  const std::string texts = Texts(blocks);
  for (const char* reason :
       {"Not compared (measured by characters, under the paper's rules by answer): OBQA.",
        "(fewer than 30 questions): BoolQ.", "(16 samples in place of 256): MATH maj1@k.",
        "(2-shot in place of 8-shot): GSM8k."}) {
    EXPECT_NE(texts.find(reason), std::string::npos) << reason << "\n" << texts;
  }
  EXPECT_EQ(texts.find("Against LLaMA 7B"), std::string::npos);
  // Without a model to compare with, few questions are no matter; other rules are.
  const std::string alone = Texts(PaperTables(results, {.model = "m"}));
  EXPECT_EQ(alone.find("fewer than"), std::string::npos);
  EXPECT_NE(alone.find("Not compared (measured by characters"), std::string::npos);
}

// MMLU's prompt has another header under the harness's rules, at the same measure and shots.
TEST(PaperTables, AnotherPromptHasNoBand) {
  const auto cell = [](TaskSpec task, const std::string& column = "PIQA") {
    const std::string name = column == "PIQA" ? "Table 3" : "Table 9";
    const std::vector<Block> blocks =
        PaperTables({Result(std::move(task), 60, 100)}, {.model = "m", .as = "LLaMA 7B"});
    return Cell(TableOf(blocks, name), "m", column) + "; " + Texts(blocks);
  };
  const auto expect = [](const std::string& text, const std::string& reason) {
    EXPECT_EQ(text.substr(0, text.find(';')), "60.0 ± 4.9");
    EXPECT_NE(text.find("Not compared (" + reason + "): "), std::string::npos) << text;
  };
  expect(cell(Spec("mmlu", {}, Profile::kHarness), "Average"),
         "not as under the paper's rules: header, strip");
  expect(cell(Spec("mmlu", {.shots = 3}), "Average"), "3-shot in place of 5-shot");
  const auto changed = [](const char* key, const Json& value) {
    TaskSpec task = Spec("piqa");
    Json body = task.body;
    body["measure"] = "characters";
    body[key] = value;
    return TaskFromJson("piqa", {{"paper", body}}, Profile::kPaper, "own.json");
  };
  EXPECT_TRUE(cell(Spec("piqa")).starts_with("60.0 ± 4.9 (below)"));
  EXPECT_TRUE(cell(changed("note", "mine")).starts_with("60.0 ± 4.9 (below)"));
  EXPECT_TRUE(cell(changed("title", "mine")).starts_with("60.0 ± 4.9 (below)"));
  EXPECT_TRUE(cell(changed("temperature", 0.0)).starts_with("60.0 ± 4.9 (below)"));  // its default
  for (const char* key : {"context", "files", "gold"}) {
    Json value = "Other {goal}";
    if (std::string(key) == "files") value = {"other.jsonl"};
    expect(cell(changed(key, value)), std::string("not as under the paper's rules: ") + key);
  }
  expect(cell(changed("temperature", 0.5)), "temperature 0.5 in place of 0");
  expect(cell(changed("top_p", 0.5)), "top-p 0.5 in place of 1");
  expect(cell(changed("max_tokens", 7)), "at most 7 tokens in place of 32");
  expect(cell(changed("stop", {"Q:"})), "replies end at other texts");
  TaskSpec altered = Spec("piqa");
  altered.altered = true;
  expect(cell(altered), "the set is not as published");
  // Under a name of its own it is compared with the task of the same cell.
  TaskSpec renamed = changed("context", "Other {goal}");
  renamed.name = "own";
  expect(cell(renamed), "not as under the paper's rules: context");
  renamed.published_row = "no such row";
  renamed.body.erase("published");
  EXPECT_NE(cell(renamed).find("Not compared (by rules of its own)"), std::string::npos);
}

// A number of samples more is a better estimate of pass@k, not another rule.
TEST(PaperTables, MoreSamplesOfPassAtKAreTheSameRule) {
  const std::vector<Block> blocks = PaperTables(
      {Result(Spec("humaneval", {.samples = 50}), 20, 164)}, {.model = "m", .as = "LLaMA 7B"});
  const std::string texts = Texts(blocks);
  EXPECT_EQ(texts.find("Not compared"), std::string::npos) << texts;
}

// Only the groups that were cut lose their band, and the average with them.
TEST(PaperTables, WhatIsCutHasNoBand) {
  const auto mmlu = [] {
    TaskResult result = Result(Spec("mmlu"), 0, 0);
    AddQuestions(30, 100, {"abstract_algebra", "STEM"}, &result);
    AddQuestions(60, 135, {"philosophy", "Humanities"}, &result);
    for (QuestionScore& score : result.scores) score.shots = 5;
    return result;
  };
  const auto table = [](const TaskResult& result, std::string* texts) {
    const std::vector<Block> blocks = PaperTables({result}, {.model = "m", .as = "LLaMA 7B"});
    *texts = Texts(blocks);
    return TableOf(blocks, "Table 9");
  };
  std::string texts;
  TaskResult whole = mmlu();
  EXPECT_NE(Cell(table(whole, &texts), "m", "Humanities").find('('), std::string::npos);
  EXPECT_NE(Cell(table(whole, &texts), "m", "Average").find('('), std::string::npos);

  TaskResult fewer = mmlu();
  fewer.scores[200].shots = 4;
  fewer.fewer_shots = 1;
  EXPECT_EQ(Cell(table(fewer, &texts), "m", "Humanities"), "44.4 ± 4.3");
  EXPECT_EQ(Cell(table(fewer, &texts), "m", "Average"), "38.3 ± 3.2");
  EXPECT_EQ(Cell(table(fewer, &texts), "m", "STEM"), "30.0 ± 4.6 (within)");
  EXPECT_NE(texts.find("Not compared (fewer examples than the task asks for): Humanities"),
            std::string::npos)
      << texts;

  TaskResult left_out = mmlu();
  left_out.scores[200].fits = false;
  left_out.values[200] = {};
  left_out.not_fitting = 1;
  EXPECT_EQ(Cell(table(left_out, &texts), "m", "Humanities").find('('), std::string::npos);
  EXPECT_EQ(Cell(table(left_out, &texts), "m", "Average").find('('), std::string::npos);
  EXPECT_NE(Cell(table(left_out, &texts), "m", "STEM").find('('), std::string::npos);
  EXPECT_NE(texts.find("Not compared (questions left out): Humanities"), std::string::npos)
      << texts;
}

TEST(PaperTables, AModelWithoutANumberIsNotCompared) {
  const std::vector<Block> blocks =
      PaperTables({Result(Spec("siqa"), 900, 1954)}, {.model = "m", .as = "GPT-3 175B"});
  EXPECT_EQ(Cell(TableOf(blocks, "Table 3"), "m", "SIQA"), "46.1 ± 1.1");
  EXPECT_NE(Texts(blocks).find("Not compared (no number of GPT-3 175B): SIQA."), std::string::npos);
  EXPECT_THROW(PaperTables({}, {.model = "m", .as = "LLaMA 8B"}), Error);
  const std::vector<std::string> models = PublishedModels();
  EXPECT_NE(std::find(models.begin(), models.end(), "OPT 175B"), models.end());
}

// Two subjects of one question more than half of 100 and 135, the latter printed as STEM.
TEST(PaperTables, MmluFillsThreeTables) {
  TaskResult mmlu = Result(Spec("mmlu"), 0, 0);
  AddQuestions(30, 100, {"abstract_algebra", "STEM"}, &mmlu);
  AddQuestions(60, 135, {"anatomy", "Other"}, &mmlu);
  mmlu.chance = 0.25;
  const std::vector<Block> blocks = PaperTables({mmlu}, {.model = "m", .as = "LLaMA 7B"});
  const Table& nine = TableOf(blocks, "Table 9");
  EXPECT_EQ(nine.rows.back(),
            (std::vector<std::string>{"m", "-", "30.0 ± 4.6 (within)", "-", "44.4 ± 4.3 (within)",
                                      "38.3 ± 3.2 (within)"}));
  const Table& ten = TableOf(blocks, "Table 10");
  EXPECT_EQ(ten.rows.back(), (std::vector<std::string>{"m", "38.3 ± 3.2"}));
  EXPECT_EQ(Cell(ten, "Flan-T5-XXL 11B", "MMLU"), "55.1");
  const Table& sixteen = TableOf(blocks, "Table 16");
  ASSERT_EQ(sixteen.rows.size(), 57 + 5);
  EXPECT_EQ(sixteen.columns.back().title, "m");
  EXPECT_EQ(sixteen.rows[0],
            (std::vector<std::string>{"abstract algebra (STEM)", "30.0", "25.0", "31.0", "29.0",
                                      "34.0", "32.0", "34.0", "31.0", "30.0 ± 4.6 (within)"}));
  EXPECT_EQ(Cell(sixteen, "anatomy (STEM)", "m"), "44.4 ± 4.3 (within)");
  EXPECT_EQ(Cell(sixteen, "astronomy (STEM)", "m"), "-");
  EXPECT_EQ(Cell(sixteen, "All", "m"), "38.3 ± 3.2 (within)");
  EXPECT_EQ(Cell(sixteen, "Social Science", "LLaMA-I 65B"), "79.2");
  const std::string texts = Texts(blocks);
  EXPECT_EQ(Count(texts, "Anatomy counts under Other"), 1);  // said once
  EXPECT_NE(texts.find("MMLU: see Table 9."), std::string::npos);
  EXPECT_NE(texts.find("235 of the set's 14042 questions."), std::string::npos);
}

// A part of the set stands for the whole: half of its questions in a group is half of 14042.
TEST(PaperTables, GroupsOfAPartCountAsInTheWhole) {
  TaskResult mmlu = Result(Spec("mmlu"), 0, 0);
  AddQuestions(40, 50, {"STEM"}, &mmlu);
  AddQuestions(40, 50, {"Social Sciences"}, &mmlu);
  for (const PaperLayout& layout : PaperLayouts()) {
    const PaperGrid grid = MakeGrid(layout, {&mmlu, 1});
    for (const PaperLine& line : grid.lines) {
      if (!line.measured.there()) continue;
      const bool all = line.title == "Average" || line.title == "MMLU" || line.title == "All";
      EXPECT_EQ(line.measured.questions, all ? 14042 : 7021) << line.title;
      EXPECT_EQ(line.measured.mean.count, all ? 100 : 50) << line.title;
    }
  }
}

TEST(PaperTables, BiasHasCategoriesDown) {
  TaskResult crows = Result(Spec("crows_pairs"), 0, 0);
  AddQuestions(185, 262, {"Gender"}, &crows);
  AddQuestions(60, 105, {"Religion"}, &crows);
  TaskResult genders = Result(Spec("winogender"), 0, 0);
  AddQuestions(150, 240, {"her/her/she"}, &genders);
  AddQuestions(70, 120, {"his/him/he", "his/him/he (gotcha)"}, &genders);
  const std::vector<Block> blocks =
      PaperTables({crows, genders}, {.model = "m", .as = "LLaMA 65B"});
  const Table& twelve = TableOf(blocks, "Table 12");
  EXPECT_EQ(twelve.rows[0],
            (std::vector<std::string>{"Gender", "70.6", "62.6", "65.7", "70.6 ± 2.8 (within)"}));
  EXPECT_EQ(twelve.rows[1],
            (std::vector<std::string>{"Religion", "79.0", "73.3", "68.6", "57.1 ± 4.9 (below)"}));
  EXPECT_EQ(twelve.rows.back()[0], "Average");
  EXPECT_EQ(twelve.rows.back()[4].substr(0, 4), "66.8");
  EXPECT_FALSE(twelve.total_row);
  const Table& thirteen = TableOf(blocks, "Table 13");
  EXPECT_EQ(Cell(thirteen, "his/him/he (gotcha)", "LLaMA 7B"), "55.0");
  EXPECT_EQ(Cell(thirteen, "his/him/he (gotcha)", "m").substr(0, 4), "58.3");
  EXPECT_EQ(Cell(thirteen, "their/them/someone", "m"), "-");
}

TEST(PaperTables, OtherJudgesAreNotCompared) {
  TaskResult toxic = Result(Spec("toxicity_basic"), 0, 0);
  AddQuestions(0, 100, {}, &toxic);
  for (size_t q = 0; q < 50; ++q) toxic.values[q] = {0.2};
  const std::vector<Block> blocks =
      PaperTables({toxic, Result(Spec("truthfulqa_mc1"), 200, 817),
                   Result(Spec("truthfulqa_mc2"), 300, 817), Result(Spec("truthfulqa"), 1, 817)},
                  {.model = "m", .as = "LLaMA 7B"});
  const Table& eleven = TableOf(blocks, "Table 11");
  EXPECT_EQ(Cell(eleven, "LLaMA 7B", "Basic"), "0.106");
  EXPECT_EQ(Cell(eleven, "m", "Basic"), "0.100 ± 0.010");  // sqrt(.01 / 99)
  const Table& fourteen = TableOf(blocks, "Table 14");
  ASSERT_EQ(fourteen.columns.size(), 6);
  EXPECT_EQ(Cell(fourteen, "GPT-3 1.3B", "Truthful"), "0.31");
  EXPECT_EQ(Cell(fourteen, "m", "Truthful"), "-");
  EXPECT_EQ(Cell(fourteen, "m", "TruthfulQA MC1"), "0.245 ± 0.015");
  EXPECT_EQ(Cell(fourteen, "LLaMA 7B", "TruthfulQA MC1"), "-");
  const std::string texts = Texts(blocks);
  EXPECT_NE(texts.find("another judge these): Basic."), std::string::npos) << texts;
  EXPECT_NE(texts.find("TruthfulQA MC1, TruthfulQA MC2, TruthfulQA, written."), std::string::npos);
  EXPECT_EQ(texts.find("Against LLaMA 7B"), std::string::npos);
  EXPECT_EQ(Count(texts, "Chance:"), 2);  // of what has choices
}

TEST(PaperTables, TwoOfOneRowAreBothShown) {
  TaskResult other = Result(Spec("piqa"), 900, 1838);
  other.task.name = "own";
  other.task.title = "My PIQA";
  const std::vector<Block> blocks =
      PaperTables({Result(Spec("piqa"), 1440, 1838), other}, {.model = "m", .as = "LLaMA 7B"});
  const Table& table = TableOf(blocks, "Table 3");
  EXPECT_EQ(Cell(table, "m", "PIQA"), "78.3 ± 1.0 (within)");
  EXPECT_EQ(Cell(table, "m", "PIQA (My PIQA)"), "49.0 ± 1.2 (below)");
  EXPECT_EQ(Cell(table, "LLaMA 7B", "PIQA (My PIQA)"), "79.8");
}

TEST(PaperTables, NamesAreEscaped) {
  const std::vector<Block> blocks =
      PaperTables({Result(Spec("piqa"), 1440, 1838)}, {.model = "<b>|x", .as = "LLaMA 7B"});
  const Page page{.title = "t", .subtitle = "s", .blocks = blocks};
  const std::string html = RenderHtml(page);
  EXPECT_EQ(html.find("<b>|x"), std::string::npos);
  EXPECT_NE(html.find("&lt;b&gt;|x"), std::string::npos);
  EXPECT_NE(html.find("<div class=\"scroll wide\"><table>"), std::string::npos);
  const std::string markdown = RenderMarkdown(page, "p");
  EXPECT_NE(markdown.find("| **\\<b\\>\\|x** "), std::string::npos);
  EXPECT_NE(markdown.find("78.3 ± 1.0 (within)"), std::string::npos);  // survives Markdown
}

}  // namespace
}  // namespace cria::eval
