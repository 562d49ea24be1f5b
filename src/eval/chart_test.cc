// Where things stand in a picture: what a browser showed to be in the way of something else.
#include "eval/chart.h"

#include <gtest/gtest.h>

#include <memory>
#include <regex>
#include <set>

#include "eval/compare/forest_plot.h"

namespace cria::eval {
namespace {

std::vector<std::smatch> Matches(const std::string& svg, const char* pattern) {
  static std::vector<std::unique_ptr<std::regex>> kept;  // matches refer to it
  const auto& regex = *kept.emplace_back(std::make_unique<std::regex>(pattern));
  return {std::sregex_iterator(svg.begin(), svg.end(), regex), std::sregex_iterator()};
}

double Num(const std::smatch& match, size_t group) { return std::stod(match[group].str()); }

struct Word {
  double x = 0, y = 0;
  std::string text;
};

std::vector<Word> Words(const std::string& svg) {
  std::vector<Word> words;
  for (const auto& m : Matches(svg, "<text[^>]* x=\"([0-9.]+)\" y=\"([0-9.]+)\"[^>]*>([^<]*)<")) {
    words.push_back({Num(m, 1), Num(m, 2), m[3].str()});
  }
  return words;
}

Word Find(const std::string& svg, const std::string& text) {
  for (const Word& word : Words(svg)) {
    if (word.text == text) return word;
  }
  ADD_FAILURE() << text;
  return {};
}

TEST(BarChart, ALegendThatDoesNotFitBesideTheTitleHasRowsOfItsOwn) {
  BarChart chart{.title = "Scores by task",
                 .unit = "share",
                 .series = {"mine", "a guess", "LLaMA 7B, published"},
                 .groups = {{"PIQA", {0.5, 0.25, 0.75}}}};
  const std::string beside = RenderBarChart(chart);
  EXPECT_EQ(Find(beside, "mine").y, Find(beside, "Scores by task").y);
  // 6 units a letter and more: the title ends before the first name.
  EXPECT_GT(Find(beside, "mine").x, 2 + 14 * 7.5 + 14);
  chart.series[0] = "a-model-with-quite-a-long-name-q4_0";
  const std::string below = RenderBarChart(chart);
  EXPECT_GT(Find(below, chart.series[0]).y, Find(below, "share").y + 8);
  EXPECT_GT(Find(below, "PIQA").y, Find(below, "LLaMA 7B, published").y + 8);
  for (const Word& word : Words(below)) {
    EXPECT_LE(word.x + 6 * static_cast<double>(word.text.size()), 430) << word.text;
  }
  // Cut between characters.
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "ü";
  chart.series[0] = umlauts;
  const std::string cut = RenderBarChart(chart);
  EXPECT_EQ(cut.find(umlauts), std::string::npos);
  EXPECT_NE(cut.find("üü…<"), std::string::npos);
  EXPECT_EQ(cut.find("\xEF\xBF\xBD"), std::string::npos);
}

TEST(BarChart, NamesStandRightBehindTheirColours) {
  const std::string svg = RenderBarChart(
      {.title = "t", .unit = "", .series = {"iii", "WWWWWWWWWW"}, .groups = {{"g", {1, 1}}}});
  for (const auto& m : Matches(svg,
                               "<rect class=\"b s\\d\" x=\"([0-9.]+)\" y=\"5.0\"[^>]*/>"
                               "<text x=\"([0-9.]+)\"")) {
    EXPECT_NEAR(Num(m, 2) - Num(m, 1), 15, 0.11);
  }
}

// Three validations of a short run: the first was cut off, and with it nearly all there was.
TEST(LineChart, FewPointsAreAllInTheFrame) {
  const std::string svg =
      RenderLineChart({.title = "Validation",
                       .x_label = "tokens",
                       .y_label = "",
                       .lines = {{"v", {{140, 9}, {280, 2.5}, {296, 2.4}}, true}},
                       .clip_start_share = 0.03});
  const auto frames = Matches(svg,
                              "<svg x=\"([0-9.]+)\" y=\"([0-9.]+)\" width=\"([0-9.]+)\" "
                              "height=\"([0-9.]+)\"");
  ASSERT_EQ(frames.size(), 1u);
  const auto dots = Matches(svg, "cx=\"([0-9.]+)\" cy=\"([0-9.]+)\" r=\"([0-9.]+)\"");
  ASSERT_EQ(dots.size(), 3u);
  for (const auto& dot : dots) {  // whole, also at the edges
    EXPECT_GE(Num(dot, 1) - Num(dot, 3), Num(frames[0], 1) - 0.05);
    EXPECT_LE(Num(dot, 1) + Num(dot, 3), Num(frames[0], 1) + Num(frames[0], 3));
    EXPECT_GE(Num(dot, 2) - Num(dot, 3), Num(frames[0], 2));
    EXPECT_LE(Num(dot, 2) + Num(dot, 3), Num(frames[0], 2) + Num(frames[0], 4));
  }
}

// The demo has eight sources, a corpus may have more.
TEST(LineChart, NoTwoLinesLookAlike) {
  LineChart chart{.title = "t", .x_label = "", .y_label = "", .lines = {}};
  for (int i = 0; i < 16; ++i) {
    chart.lines.push_back({"n" + std::to_string(i), {{0, 1.0 * i}, {1, 2.0 * i}}});
  }
  const std::string svg = RenderLineChart(chart);
  std::set<std::string> looks, keys;
  for (const auto& m : Matches(svg, "<path class=\"l (s\\d( d)?)\"")) looks.insert(m[1]);
  for (const auto& m : Matches(svg, "class=\"[bl] (s\\d( d k)?)\"[^>]*/>\\s*<text"))
    keys.insert(m[1]);
  EXPECT_EQ(looks.size(), 16u);
  EXPECT_EQ(keys.size(), 16u);
  std::set<std::string> colours;
  const std::string light = svg.substr(0, svg.find("@media"));
  for (const auto& m : Matches(light, "--c:(#[0-9a-f]{6})")) {
    colours.insert(m[1]);
  }
  EXPECT_EQ(colours.size(), 8u);
}

TEST(ForestPlot, NoLineCrossesTheWords) {
  const std::string svg =
      RenderForestPlot({.title = "B - A",
                        .subtitle = "s",
                        .left = "A higher",
                        .right = "B higher",
                        .rows = {{.name = "a task", .value = 0.1, .low = -0.2, .high = 0.3},
                                 {.name = "another", .value = 0, .low = 0, .high = 0}}});
  const auto strokes = Matches(svg, "M[0-9.]+ ([0-9.]+)v([0-9.]+)");
  EXPECT_GE(strokes.size(), 6u);
  for (const char* name : {"a task", "another"}) {
    const double baseline = Find(svg, name).y;  // letters from 9 above to 3 below
    for (const auto& stroke : strokes) {
      const double from = Num(stroke, 1), to = from + Num(stroke, 2);
      EXPECT_TRUE(to <= baseline - 9 || from >= baseline + 2.5) << from << " to " << to;
    }
  }
  EXPECT_EQ(Matches(svg, "M[0-9.]+ [0-9.]+V").size(), 0u);
}

}  // namespace
}  // namespace cria::eval
