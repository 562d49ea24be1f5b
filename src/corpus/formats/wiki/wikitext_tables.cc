// One pass over the lines of the table. What a cell holds is told by its lines: verse has breaks,
// a list has marks, prose has length and ends sentences.
#include "corpus/formats/wiki/wikitext_tables.h"

#include <algorithm>
#include <vector>

#include "corpus/formats/wiki/wikitext_marks.h"

namespace cria::corpus {
namespace {

constexpr size_t kMinProseBytes = 150, kMinBlanks = 20, kMinWide = 30;
constexpr int kMinVerses = 3, kMinItems = 2;
// Of the bytes of all cells; the rest are headings and pictures.
constexpr double kMinTextShare = 0.6;
// Cells of data are many and short: so many rows of so many cells are data, whatever one holds.
constexpr size_t kMaxCellsOfText = 4;

bool IsBesideText(std::string_view attributes) {
  const std::string folded = FoldWikitextName(attributes);
  constexpr std::string_view kNames[] = {
      "infobox",      "navbox", "sidebar", "metadata", "mbox",      "noprint", "float:right",
      "float: right", "toc",    "taxobox", "bandeau",  "sinottico", "navigat", "succession"};
  return std::any_of(std::begin(kNames), std::end(kNames),
                     [&](std::string_view name) { return folded.find(name) != folded.npos; });
}

// "style=x | text": the text. Links have no bars any more.
std::string_view WithoutAttributes(std::string_view cell) {
  const size_t bar = cell.substr(0, cell.find('\n')).find('|');
  return bar == cell.npos ? cell : cell.substr(bar + 1);
}

class Cells {
 public:
  explicit Cells(std::string_view content) {
    // The first line has the attributes of the table.
    size_t at = std::min(content.find('\n'), content.size());
    while (at < content.size()) {
      const size_t end = std::min(content.find('\n', at + 1), content.size());
      Take(content.substr(at + 1, end - at - 1));
      at = end;
    }
  }

  struct Cell {
    std::string text;
    bool heads;  // a column or a row
  };

  const std::vector<Cell>& all() const { return cells_; }
  size_t widest() const { return widest_; }

 private:
  void Take(std::string_view line) {
    const std::string_view text = TrimWikitext(line);
    if (text.starts_with("|-") || text.starts_with("|+")) {
      open_ = false;
      row_ = 0;
      return;
    }
    if (text.starts_with('|') || text.starts_with('!')) return Open(text);
    if (!open_) return;
    cells_.back().text += '\n';
    cells_.back().text += line;
  }

  void Open(std::string_view line) {
    const bool heads = line[0] == '!';
    const std::string_view between = heads ? "!!" : "||";
    line.remove_prefix(1);
    while (true) {
      const size_t end = std::min(line.find(between), line.size());
      cells_.push_back({std::string(WithoutAttributes(line.substr(0, end))), heads});
      widest_ = std::max(widest_, ++row_);
      if (end == line.size()) break;
      line.remove_prefix(end + between.size());
    }
    open_ = true;
  }

  std::vector<Cell> cells_;
  size_t row_ = 0, widest_ = 0;
  bool open_ = false;
};

bool IsList(std::string_view cell) {
  int items = 0, lines = 0;
  while (!cell.empty()) {
    const size_t end = std::min(cell.find('\n'), cell.size());
    const std::string_view line = TrimWikitext(cell.substr(0, end));
    if (!line.empty()) ++lines;
    if (line.starts_with('*') || line.starts_with('#')) ++items;
    cell.remove_prefix(std::min(end + 1, cell.size()));
  }
  return items >= kMinItems && 2 * items >= lines;
}

bool IsProse(std::string_view cell) {
  if (cell.size() < kMinProseBytes) return false;
  const auto blanks = static_cast<size_t>(std::count(cell.begin(), cell.end(), ' '));
  const auto wide = static_cast<size_t>(std::count_if(
      cell.begin(), cell.end(), [](char c) { return static_cast<unsigned char>(c) >= 0xe0; }));
  if (blanks < kMinBlanks && wide < kMinWide) return false;
  return cell.find_first_of(".!?") != cell.npos || cell.find("。") != cell.npos;
}

bool IsVerse(std::string_view cell) {
  return std::count(cell.begin(), cell.end(), kBreak) >= kMinVerses;
}

}  // namespace

std::string ReadWikitextLayoutTable(std::string_view content) {
  if (IsBesideText(content.substr(0, std::min(content.find('\n'), content.size())))) return {};
  const Cells cells(content);
  size_t all = 0, text_bytes = 0;
  std::string text;
  size_t texts = 0, others = 0;
  for (const auto& [cell, heads] : cells.all()) {
    const std::string_view trimmed = TrimWikitext(cell);
    if (heads) continue;
    all += trimmed.size();
    if (!IsList(cell) && !IsProse(trimmed) && !IsVerse(trimmed)) {
      others += trimmed.empty() ? 0 : 1;
      continue;
    }
    ++texts;
    text_bytes += trimmed.size();
    text += "\n\n";
    text += cell;
  }
  const bool data = cells.widest() > kMaxCellsOfText || others > 2 * texts;
  if (texts == 0 || data ||
      static_cast<double>(text_bytes) < kMinTextShare * static_cast<double>(all)) {
    return {};
  }
  return text + "\n\n";
}

}  // namespace cria::corpus
