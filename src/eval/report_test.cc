// Reports: escaping, charts, both forms of a page, and a whole run's report.
#include <gtest/gtest.h>

#include "eval/chart.h"
#include "eval/report_page.h"
#include "eval/run_report.h"

namespace cria::eval {
namespace {

const char* const kNasty = "<script>alert('x & \"y\"')</script>|`*_\x01\xFF";

TEST(EscapeHtml, LeavesNoMarkup) {
  EXPECT_EQ(EscapeHtml("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
  EXPECT_EQ(EscapeHtml(std::string("\x01\x7F\n\xC3\xA9\xFF", 6)),
            "\xEF\xBF\xBD\xEF\xBF\xBD\n\xC3\xA9\xEF\xBF\xBD");
}

TEST(Ticks, AreRoundAndInside) {
  EXPECT_EQ(Ticks(0, 10, 5), (std::vector<double>{0, 2, 4, 6, 8, 10}));
  const std::vector<double> fine = Ticks(1.23, 1.31, 4);
  EXPECT_NEAR(fine.front(), 1.24, 1e-9);
  EXPECT_NEAR(fine.back(), 1.30, 1e-9);
  EXPECT_EQ(Ticks(3, 3, 4).size(), 1);
}

TEST(Thin, KeepsTheMeanAndTheEnd) {
  std::vector<Point> points;
  for (int i = 0; i <= 1000; ++i) points.push_back({double(i), double(i % 2)});
  const std::vector<Point> thin = Thin(points, 100);
  ASSERT_EQ(thin.size(), 100);
  EXPECT_EQ(thin.back().x, 1000);
  EXPECT_NEAR(thin[50].y, 0.5, 0.06);
}

TEST(Charts, DrawNothingGracefully) {
  EXPECT_NE(
      RenderLineChart({.title = "t", .x_label = "", .y_label = "", .lines = {}}).find("</svg>"),
      std::string::npos);
  const std::string one = RenderLineChart(
      {.title = kNasty, .x_label = "x", .y_label = "y", .lines = {{"a", {{1, 2}}, true}}});
  EXPECT_EQ(one.find("<script"), std::string::npos);
  EXPECT_EQ(one.find("nan"), std::string::npos);
  EXPECT_EQ(RenderBarChart({.title = "t", .unit = "", .series = {"a"}, .groups = {{"g", {0}}}})
                .find("nan"),
            std::string::npos);
}

TEST(Page, EscapesEverythingInBothForms) {
  const Page page{.title = kNasty,
                  .subtitle = kNasty,
                  .blocks = {Heading{kNasty}, Paragraph{kNasty}, Figures{{{kNasty, kNasty}}},
                             Table{kNasty, {{kNasty}}, {{kNasty}}}, Sample{kNasty, kNasty},
                             Code{std::string("```\n") + kNasty}}};
  const std::string html = RenderHtml(page);
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_EQ(html.find("http"), std::string::npos);  // no reference to anything outside
  const std::string markdown = RenderMarkdown(page, "report");
  EXPECT_NE(markdown.find("\\<script\\>"), std::string::npos);
  EXPECT_NE(markdown.find("````\n```\n"), std::string::npos);
}

TEST(RunReport, WritesBothFormsFromPartialRuns) {
  RunReport report;
  report.name = "test";
  report.model = DeriveConfig(100'000, 300, 64);
  report.sequence_length = 64;
  report.training.points = {{100, 5, 1e-3, 2}, {200, 4, 1e-3, 1}};
  report.evaluation.total = {.documents = 1, .bytes = 10, .tokens = 3, .nats = 9};
  report.evaluation.by_source["a"] = report.evaluation.total;
  report.data = {{.source = "a", .kind = "books", .licence = "MIT", .proportion = 1}};
  report.samples = {{"Once", " upon a time"}};
  EXPECT_EQ(RenderMarkdown(MakeReportPage(report), "report").find("Tasks at"), std::string::npos);
  report.tasks = {{.name = "which",
                   .title = "Which text",
                   .note = "How it is asked.",
                   .chance = 0.25,
                   .total = {.sum = 20, .squares = 20, .count = 50},
                   .by_source = {{"a", {.sum = 20, .squares = 20, .count = 50}}},
                   .by_language = {{"de", {.sum = 1, .squares = 1, .count = 3}},
                                   {"en", {.sum = 17, .squares = 17, .count = 41}},
                                   {"uk", {.sum = 2, .squares = 2, .count = 6}}}}};
  const fs::path folder = fs::path(testing::TempDir()) / "cria_report";
  WritePage(MakeReportPage(report), folder);
  const std::string html = ReadFile(folder / "report.html");
  EXPECT_NE(html.find("Once"), std::string::npos);
  EXPECT_EQ(html.find("nan"), std::string::npos);
  const std::string markdown = ReadFile(folder / "report.md");
  EXPECT_NE(markdown.find("](report/loss.svg)"), std::string::npos);
  // 20 of 50: sqrt(0.4 * 0.6 / 49); the small languages together, 3 of 9: sqrt(2 / 9 / 8)
  EXPECT_NE(markdown.find("| a | 50 | 40.0 | 7.0 | 25.0 |"), std::string::npos);
  EXPECT_NE(markdown.find("| Language: en | 41 |"), std::string::npos);
  EXPECT_NE(markdown.find("| Languages: de, uk | 9 | 33.3 | 16.7 | 25.0 |"), std::string::npos);
  EXPECT_NE(markdown.find("4 choices each: a guess gets 25.0 %"), std::string::npos);
  EXPECT_NE(markdown.find("](report/which.svg)"), std::string::npos);
  EXPECT_TRUE(fs::exists(folder / "report/which.svg"));
  EXPECT_TRUE(fs::exists(folder / "report/bits_per_byte.svg"));
}

}  // namespace
}  // namespace cria::eval
