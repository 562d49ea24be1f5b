// Figures 1 and 2, and the logarithmic axis that they need.
#include "eval/report/figures.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "eval/chart.h"

namespace cria::eval {
namespace {

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

size_t Count(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++count;
  return count;
}

// "x y" of the first dot, as paths have it.
std::string FirstDot(const std::string& svg) {
  const auto value = [&](const std::string& name) {
    const size_t at = svg.find(name + "=\"", svg.find("<circle")) + name.size() + 2;
    return svg.substr(at, svg.find('"', at) - at);
  };
  return value("cx") + " " + value("cy");
}

// The d of the line with this colour.
std::string PathOf(const std::string& svg, int line) {
  const size_t at = svg.find("<path class=\"l s" + std::to_string(line));
  if (at == std::string::npos) return "";
  const size_t d = svg.find("d=\"", at) + 3;
  return svg.substr(d, svg.find('"', d) - d);
}

TEST(LogAxis, TicksArePowersOfTen) {
  EXPECT_EQ(LogTicks(1e6, 1e9), (std::vector<double>{1e6, 1e7, 1e8, 1e9}));
  EXPECT_EQ(LogTicks(3, 700), (std::vector<double>{5, 10, 20, 50, 100, 200, 500}));
  EXPECT_EQ(LogTicks(2e5, 3e5).size(), Ticks(2e5, 3e5, 4).size());
  EXPECT_EQ(LogTicks(5, 5).size(), 1);
  EXPECT_EQ(LogTicks(0, 5).size(), 1);
}

TEST(LogAxis, EqualRatiosAreEqualDistances) {
  const std::string svg = RenderLineChart(
      {.title = "t",
       .x_label = "x",
       .y_label = "y",
       .lines = {{.name = "a", .points = {{1e3, 0}, {1e6, 1}, {1e9, 2}}, .markers = true}},
       .log_x = true});
  // The frame is 48 to 406 wide: 1e6 is in its middle.
  EXPECT_TRUE(PathOf(svg, 0).starts_with("M48.0 ")) << PathOf(svg, 0);
  EXPECT_TRUE(Has(PathOf(svg, 0), "L227.0 "));
  EXPECT_TRUE(Has(PathOf(svg, 0), "L406.0 "));
  EXPECT_TRUE(Has(svg, ">1M</text>"));
}

TEST(LogAxis, PointsAtZeroAreLeftOut) {
  const LineChart chart{
      .title = "t",
      .x_label = "",
      .y_label = "",
      .lines = {{.name = "a", .points = {{0, 5}, {-1, 5}, {10, 1}, {100, 2}}, .markers = true}},
      .log_x = true};
  const std::string svg = RenderLineChart(chart);
  EXPECT_EQ(Count(svg, "<circle"), 2);
  EXPECT_TRUE(PathOf(svg, 0).starts_with("M48.0 "));
  EXPECT_FALSE(Has(svg, "nan") || Has(svg, "inf"));
  for (const std::vector<Point>& points :
       {std::vector<Point>{}, std::vector<Point>{{0, 1}}, std::vector<Point>{{7, 1}}}) {
    const std::string few = RenderLineChart({.title = "t",
                                             .x_label = "",
                                             .y_label = "",
                                             .lines = {{.name = "a", .points = points}},
                                             .log_x = true});
    EXPECT_FALSE(Has(few, "nan") || Has(few, "inf"));
  }
}

TEST(LogAxis, ManyNamesStandBelow) {
  LineChart chart{.title = "t", .x_label = "", .y_label = "", .lines = {}};
  for (const char* name : {"one", "two", "three"}) {
    chart.lines.push_back({.name = name, .points = {{1, 1}, {2, 2}}});
  }
  EXPECT_TRUE(Has(RenderLineChart(chart), "viewBox=\"0 0 420 270\" role"));
  chart.lines.push_back({.name = "<four>", .points = {{1, 1}}, .dashed = true});
  const std::string svg = RenderLineChart(chart);
  EXPECT_TRUE(Has(svg, "viewBox=\"0 0 420 288\" role"));
  EXPECT_TRUE(Has(svg, "&lt;four&gt;"));
  EXPECT_TRUE(Has(svg, "class=\"l s3 d\""));
}

TEST(Figure1, HasTheFourModels) {
  // Of a small run: what Table 4.4 reads off at 100 billion tokens for 7B, in the run's place.
  const Charts charts = Figure1({"<mine>", {{1e6, 9}, {1e8, 5}, {1e11, 2.008}}});
  ASSERT_EQ(charts.items.size(), 1);
  const std::string& svg = charts.items[0].svg;
  for (const char* name : {"LLaMA 7B", "LLaMA 13B", "LLaMA 33B", "LLaMA 65B", "&lt;mine&gt;"}) {
    EXPECT_TRUE(Has(svg, name)) << name;
  }
  const std::string run = PathOf(svg, 0);
  EXPECT_TRUE(Has(PathOf(svg, 1), run.substr(run.rfind('L')))) << run << "\n" << PathOf(svg, 1);
  EXPECT_FALSE(Has(svg, "nan") || Has(svg, "inf"));
  EXPECT_FALSE(Has(Figure1({"m", {}}).items[0].svg, "nan"));
}

// The first steps do not press the rest together: the frame ends near the settled losses.
TEST(Figure1, EarlyLossMayLeaveTheFrame) {
  LossCurve curve{"m", {}};
  for (int i = 1; i <= 1000; ++i) curve.points.push_back({1e5 * i, i < 20 ? 100.0 : 4.0});
  EXPECT_FALSE(Has(Figure1(curve).items[0].svg, ">100</text>"));
}

TEST(Figure1, TheTokenizerDecidesWhatCompares) {
  EXPECT_TRUE(Has(Figure1Note(512), "512 pieces"));
  EXPECT_TRUE(Has(Figure1Note(32000), "not just as many pieces"));
}

TEST(Figure2, OwnPointsLieOnThePublishedScale) {
  // 7B has 72.6 at 50 billion tokens (section 3.7 of the paper, read off its Figure 2).
  const Charts charts =
      Figure2("mine", {{.task = "piqa", .title = "PIQA", .points = {{5e10, 72.6}}, .chance = 50},
                       {.task = "own", .title = "Own <task>", .points = {{1e6, 40}, {2e6, 45}}}});
  ASSERT_EQ(charts.items.size(), 2);
  const std::string& piqa = charts.items[0].svg;
  EXPECT_TRUE(Has(PathOf(piqa, 1), FirstDot(piqa))) << FirstDot(piqa) << "\n" << PathOf(piqa, 1);
  EXPECT_TRUE(Has(piqa, "LLaMA 65B"));
  EXPECT_TRUE(Has(piqa, "class=\"l s5 d\""));  // Chinchilla
  EXPECT_TRUE(Has(piqa, "class=\"l s6 d\""));  // chance
  // A level: both ends at one height, from edge to edge.
  const std::string level = PathOf(piqa, 5);
  EXPECT_TRUE(level.starts_with("M48.0 ") && Has(level, "L406.0 ")) << level;
  EXPECT_EQ(level.substr(level.find(' '), level.find('L') - level.find(' ')),
            level.substr(level.rfind(' ')));
  const std::string& own = charts.items[1].svg;
  EXPECT_FALSE(Has(own, "LLaMA"));
  EXPECT_FALSE(Has(own, "chance"));
  EXPECT_EQ(charts.items[1].name, "figure2_own");
  EXPECT_TRUE(Figure2("m", {}).items.empty());
}

TEST(ScoreCurve, SkipsWhatWasNotAsked) {
  const std::vector<Json> lines = {
      ParseJson(R"({"step":1,"tokens":100,"tasks":{"a":{"accuracy":0.25,"chance":0.2,
                    "questions":4,"left_out":0}}})",
                "1"),
      ParseJson(
          R"({"step":2,"tokens":200,"tasks":{"b":{"accuracy":1,"chance":0.5,"questions":1}}})",
          "2"),
      ParseJson(R"({"step":3,"tokens":300,"tasks":{"a":{"accuracy":0,"chance":0,"questions":0}}})",
                "3"),
      ParseJson(R"({"step":4,"tokens":400,"tasks":{"a":{"accuracy":0.75,"chance":0.25,
                    "questions":4}}})",
                "4")};
  const ScoreCurve curve = ScoreCurveOf(lines, "a", "A");
  ASSERT_EQ(curve.points.size(), 2);
  EXPECT_EQ(curve.points[0].x, 100);
  EXPECT_EQ(curve.points[0].y, 25);
  EXPECT_EQ(curve.points[1].x, 400);
  EXPECT_EQ(curve.points[1].y, 75);
  EXPECT_EQ(curve.chance, 25);
  EXPECT_TRUE(ScoreCurveOf(lines, "c", "C").points.empty());
  EXPECT_LT(ScoreCurveOf(lines, "c", "C").chance, 0);
  EXPECT_THROW(ScoreCurveOf({ParseJson(R"({"tasks":{"a":{"questions":2}}})", "5")}, "a", "A"),
               Error);
}

}  // namespace
}  // namespace cria::eval
