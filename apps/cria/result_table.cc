// Plain columns on stdout; files by their ending.
#include "result_table.h"

#include <fmt/format.h>

#include "base/error.h"

namespace cria::app {

void PrintTable(const eval::Table& table) {
  std::vector<size_t> widths;
  for (const auto& column : table.columns) widths.push_back(column.title.size());
  for (const auto& row : table.rows) {
    for (size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  }
  const auto print = [&](size_t c, const std::string& cell) {
    if (table.columns[c].numeric) {
      fmt::print("{:>{}}  ", cell, widths[c]);
    } else {
      fmt::print("{:<{}}  ", cell, widths[c]);
    }
  };
  for (size_t c = 0; c < widths.size(); ++c) print(c, table.columns[c].title);
  fmt::print("\n");
  for (const auto& row : table.rows) {
    for (size_t c = 0; c < row.size(); ++c) print(c, row[c]);
    fmt::print("\n");
  }
  fmt::print("\n{}\n", table.caption);
}

void WriteResult(const fs::path& path, const std::string& title, const Json& json,
                 const std::vector<eval::Table>& tables) {
  WriteBlocks(path, title, json, {tables.begin(), tables.end()});
}

void WriteBlocks(const fs::path& path, const std::string& title, const Json& json,
                 const std::vector<eval::Block>& blocks) {
  if (path.extension() == ".json") return WriteJson(path, json);
  const eval::Page page{
      .title = title, .subtitle = fmt::format("cria {}", CRIA_VERSION), .blocks = blocks};
  if (path.extension() == ".html") return WriteFile(path, eval::RenderHtml(page));
  const fs::path pictures = path.stem();
  for (const eval::Block& block : blocks) {
    const auto* charts = std::get_if<eval::Charts>(&block);
    if (charts == nullptr) continue;
    fs::create_directories(path.parent_path() / pictures);
    for (const auto& item : charts->items) {
      WriteFile(path.parent_path() / pictures / (item.name + ".svg"), item.svg);
    }
  }
  WriteFile(path, eval::RenderMarkdown(page, pictures.string()));
}

}  // namespace cria::app
