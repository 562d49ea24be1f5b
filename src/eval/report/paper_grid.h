// The paper's tables as numbers: what is printed there and what was measured of it. Which table is
// which stands in paper_grid.cc; the numbers themselves are data (published_results.json).
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "eval/task_run.h"

namespace cria::eval {

/// How the paper has a table.
struct PaperLayout {
  const char* table = "";         ///< in published_results.json
  const char* name = "";          ///< Table 3
  const char* title = "";         ///< what it is of
  bool categories_down = false;   ///< rows are categories, columns models; else the other way
  bool shares = false;            ///< printed from 0 to 1, else in per cent
  int digits = 1;                 ///< behind the point
  const char* tasks_of = "";      ///< another table whose tasks are measured here too
  const char* headline_row = "";  ///< the row of their headline
  const char* companion = "";     ///< further numbers of the same models, beside it
  const char* stand_ins = "";     ///< kinds of tasks that stand in its place begin so
  const char* no_band = "";       ///< why nothing can be compared with it; empty: it can
};
/// Those that tasks are measured for, in the order of the paper.
std::span<const PaperLayout> PaperLayouts();

struct MeasuredCell {
  const TaskResult* result = nullptr;  ///< null: not measured
  Mean mean;
  int64_t questions = 0;  ///< of the whole set, or of the group in the whole set
  std::string no_band;    ///< why it is not of the same rules and questions; empty: it is
  bool there() const { return result != nullptr && mean.count > 0; }
};

/// A column of a table with models down, a row of one with categories down.
struct PaperLine {
  std::string title;
  std::map<std::string, double> published;  ///< as printed, by model; left out: a dash
  MeasuredCell measured;
};

struct PaperGrid {
  std::vector<std::string> models;  ///< in the order of the paper
  std::vector<PaperLine> lines;
  bool measured() const;
};

/// The table with whatever of `results`, which outlive it, belongs there. A result whose row the
/// table lacks or another one has taken gets a line of its own.
PaperGrid MakeGrid(const PaperLayout& layout, std::span<const TaskResult> results);

/// Fewer measured questions are not compared: the normal approximation needs some.
inline constexpr int64_t kFewestForBand = 30;

/// How far a measured share may lie from a published one that it reproduces, at 95 %:
/// 1.96 sqrt(se^2 + (sqrt(p (1 - p) / questions) + rounding)^2), p the published share. Both are
/// taken as independent although they are of the same questions, which makes it wide rather than
/// narrow; for values between 0 and 1 the binomial error is an upper bound.
double BandHalfWidth(double published, int64_t questions, double measured_standard_error);
/// Half of the last printed digit, in shares.
inline constexpr double kRounding = 0.0005;

}  // namespace cria::eval
