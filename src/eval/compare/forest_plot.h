// A forest plot as SVG text: a row a task, with a difference and its interval about a line at 0.
// Self-contained like the charts of chart.h.
#pragma once

#include <string>
#include <vector>

namespace cria::eval {

struct ForestRow {
  std::string name;
  double value = 0, low = 0, high = 0;  ///< finite, low <= high
  bool shown = false;                   ///< a difference is shown: drawn strong
  bool pooled = false;                  ///< over the others: a diamond
};

struct ForestPlot {
  std::string title, subtitle;
  std::string left, right;  ///< what it means to lie there
  std::vector<ForestRow> rows = {};
};
std::string RenderForestPlot(const ForestPlot& plot);

}  // namespace cria::eval
