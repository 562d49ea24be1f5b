// The Markdown form of a report, and the writing of both forms.
#include <fmt/format.h>

#include "base/utf8.h"
#include "eval/report_page.h"

namespace cria::eval {
namespace {

// Text that Markdown takes literally: the characters with a meaning there are escaped.
std::string Escape(const std::string& text) {
  std::string out;
  for (char c : RepairUtf8(text)) {
    if (std::string_view("\\`*_[]<>|#").find(c) != std::string_view::npos) out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

// A fence longer than any run of backticks inside.
std::string Fenced(const std::string& text) {
  size_t longest = 2, run = 0;
  for (char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  return fence + "\n" + RepairUtf8(text) + (text.ends_with('\n') ? "" : "\n") + fence + "\n\n";
}

struct MarkdownWriter {
  std::string out;
  std::string picture_folder;

  void operator()(const Heading& heading) { out += "## " + Escape(heading.text) + "\n\n"; }
  void operator()(const Paragraph& paragraph) { out += Escape(paragraph.text) + "\n\n"; }
  void operator()(const Figures& figures) {
    for (const auto& item : figures.items) {
      out += fmt::format("- **{}** {}\n", Escape(item.value), Escape(item.label));
    }
    out += "\n";
  }
  void operator()(const Table& table) {
    if (!table.caption.empty()) out += Escape(table.caption) + "\n\n";
    std::string rule;
    for (const auto& column : table.columns) {
      out += "| " + Escape(column.title) + " ";
      rule += column.numeric ? "|---:" : "|---";
    }
    out += "|\n" + rule + "|\n";
    for (size_t r = 0; r < table.rows.size(); ++r) {
      const bool total = table.total_row && r + 1 == table.rows.size();
      for (const std::string& cell : table.rows[r]) {
        out += total && !cell.empty() ? "| **" + Escape(cell) + "** " : "| " + Escape(cell) + " ";
      }
      out += "|\n";
    }
    out += "\n";
  }
  void operator()(const Charts& charts) {
    for (const auto& item : charts.items) {
      out += fmt::format("![{}]({}/{}.svg)\n\n", Escape(item.title), picture_folder, item.name);
    }
  }
  void operator()(const Sample& sample) {
    out += "Prompt: **" + Escape(sample.prompt) + "**\n\n" +
           Fenced(sample.prompt + sample.continuation);
  }
  void operator()(const Code& code) { out += Fenced(code.text); }
};

}  // namespace

std::string RenderMarkdown(const Page& page, const std::string& picture_folder) {
  MarkdownWriter writer{.out = "# " + Escape(page.title) + "\n\n" + Escape(page.subtitle) + "\n\n",
                        .picture_folder = picture_folder};
  for (const Block& block : page.blocks) std::visit(writer, block);
  return writer.out;
}

void WritePage(const Page& page, const fs::path& folder) {
  const std::string picture_folder = "report";
  fs::create_directories(folder / picture_folder);
  for (const Block& block : page.blocks) {
    const auto* charts = std::get_if<Charts>(&block);
    if (charts == nullptr) continue;
    for (const auto& item : charts->items) {
      WriteFile(folder / picture_folder / (item.name + ".svg"), item.svg + "\n");
    }
  }
  WriteFile(folder / "report.md", RenderMarkdown(page, picture_folder));
  WriteFile(folder / "report.html", RenderHtml(page));
}

}  // namespace cria::eval
