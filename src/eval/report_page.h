// A report as a list of blocks, and its two forms: one HTML file that opens anywhere, and Markdown
// with the charts as SVG files beside it. Knows nothing of models or runs.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/file.h"

namespace cria::eval {

struct Heading {
  std::string text;
};
struct Paragraph {
  std::string text;
};
/// Key figures in large type.
struct Figures {
  struct Item {
    std::string value, label;
  };
  std::vector<Item> items;
};
struct Table {
  struct Column {
    std::string title;
    bool numeric = false;
  };
  std::string caption;
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;
  bool total_row = false;  ///< the last row is a total
};
struct Charts {
  struct Item {
    std::string name;  ///< file name of the SVG in the Markdown form, without ending
    std::string title;
    std::string svg;
  };
  std::vector<Item> items;
};
/// A prompt and how the model went on.
struct Sample {
  std::string prompt, continuation;
};
struct Code {
  std::string text;
};
using Block = std::variant<Heading, Paragraph, Figures, Table, Charts, Sample, Code>;

struct Page {
  std::string title, subtitle;
  std::vector<Block> blocks;
};

std::string RenderHtml(const Page& page);
/// Pictures are named `picture_folder`/<name>.svg.
std::string RenderMarkdown(const Page& page, const std::string& picture_folder);

/// Writes report.html, report.md and report/<chart>.svg in `folder`.
void WritePage(const Page& page, const fs::path& folder);

}  // namespace cria::eval
