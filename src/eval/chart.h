// Line and bar charts as SVG text, for reports. Self-contained: no script, no reference to anything
// outside; colours follow the reader's light or dark setting.
#pragma once

#include <string>
#include <vector>

namespace cria::eval {

struct Point {
  double x = 0, y = 0;
};

struct Line {
  std::string name;  ///< shown in the legend when there are several lines
  std::vector<Point> points;
  bool markers = false;  ///< a dot at each point
  bool dashed = false;
  int like =
      -1;  ///< number of the line whose colour it has, beside which it needs no name; -1: none
};

struct LineChart {
  std::string title, x_label, y_label;
  std::vector<Line> lines;  ///< of more than three, or long ones, the names stand below
  /// Logarithmic; points at 0 and below are left out.
  bool log_x = false;
  /// The part of the x range whose values may leave the frame at the top: the first steps of a
  /// training run would squeeze everything else. Not of a line with few points.
  double clip_start_share = 0;
};
std::string RenderLineChart(const LineChart& chart);

struct BarGroup {
  std::string name;
  std::vector<double> values;  // one per series
};
struct BarChart {
  std::string title, unit;
  std::vector<std::string> series;  // at most 3; the first is drawn strongest
  std::vector<BarGroup> groups;
};
/// Horizontal bars, each group under its name.
std::string RenderBarChart(const BarChart& chart);

/// At most `count` points, each the mean of neighbours; keeps the last one's x.
std::vector<Point> Thin(const std::vector<Point>& points, size_t count);

/// & < > " ' for HTML, XML and SVG text and attribute values; control characters that XML forbids
/// become U+FFFD.
std::string EscapeHtml(std::string_view text);

/// Round values that divide [low, high] into about `count` steps.
std::vector<double> Ticks(double low, double high, int count);
/// Powers of ten in [low, high], above 0; below three of them also 2 and 5 times such; where there
/// are not even two of those, round values.
std::vector<double> LogTicks(double low, double high);

}  // namespace cria::eval
