// The paper's tables with the row, or column, of a model that was measured: layout and words around
// paper_grid.h.
#pragma once

#include <string>
#include <vector>

#include "eval/report_page.h"
#include "eval/task_run.h"

namespace cria::eval {

struct PaperTableOptions {
  std::string model;    ///< whose row it is
  std::string as = "";  ///< LLaMA 7B: the published model to compare with; empty: none
};

/// Tables 3 to 14 and 16 of which something was measured: a heading, the table, and below it what a
/// reader must know: which cells lie outside the band of `as` (BandHalfWidth), which have none and
/// why, shots, questions of the whole set, chance, and where the rules are not the paper's. Empty
/// where nothing was measured. Throws Error if no table has `as`.
///
/// Errors are those of means over questions (Mean); the replies to one question are one value. To
/// draw questions anew (bootstrap) gives the same error but for a factor sqrt(1 - 1 / n), for
/// values of any kind, so it is not done.
std::vector<Block> PaperTables(const std::vector<TaskResult>& results,
                               const PaperTableOptions& options);

/// Every model of these tables, as `as` may name it.
std::vector<std::string> PublishedModels();

}  // namespace cria::eval
