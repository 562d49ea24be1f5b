// Results as tables: for people on stdout, and as a page in a file.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "eval/report_page.h"

namespace cria::app {

/// Columns side by side, then the caption.
void PrintTable(const eval::Table& table);

/// Throws Error, before the work, if `path` is taken or its folder is not there.
void RequireWritable(const fs::path& path, bool force, const std::string& flag);

/// The same for a file that WriteResult will write: its ending must be one of a report.
void RequireReport(const fs::path& path, bool force, const std::string& flag);

/// By the file's ending: .json writes `json`; .html and .md the tables.
void WriteResult(const fs::path& path, const std::string& title, const Json& json,
                 const std::vector<eval::Table>& tables);
/// The same with pictures and texts; those of a .md file go into a folder named after it.
void WriteBlocks(const fs::path& path, const std::string& title, const Json& json,
                 const std::vector<eval::Block>& blocks);

}  // namespace cria::app
