// Results as tables: for people on stdout, and as a page in a file.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "eval/report_page.h"

namespace cria::app {

/// Columns side by side, then the caption.
void PrintTable(const eval::Table& table);

/// By the file's ending: .json writes `json`; .html and .md the tables.
void WriteResult(const fs::path& path, const std::string& title, const Json& json,
                 const std::vector<eval::Table>& tables);
/// The same with pictures and texts; those of a .md file go into a folder named after it.
void WriteBlocks(const fs::path& path, const std::string& title, const Json& json,
                 const std::vector<eval::Block>& blocks);

}  // namespace cria::app
