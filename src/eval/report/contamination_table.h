// Evaluation items that a corpus was found to hold, as its manifest has them: for the card of a
// model and for that of a corpus.
#pragma once

#include "base/json.h"
#include "eval/report_page.h"

namespace cria::eval {

/// Of {"removed": bool, "sets": {name: {"items": n, ...}}}. Throws Error, naming `where`, if it is
/// damaged.
Table ContaminationTable(const Json& contamination, const std::string& where);

}  // namespace cria::eval
