// Runs of blocks with the same parent in one pass, and a series for each level of headings.
#include "corpus/formats/html/main_text_lists.h"

#include <array>
#include <cstdlib>
#include <string_view>

namespace cria::corpus {
namespace {

using Kind = HtmlBlock::Kind;

// The list or table that holds a block, or -1.
int32_t ListOf(const HtmlPage& page, const HtmlBlock& block) {
  constexpr int kWrappers = 5;
  if (block.kind != Kind::kItem && block.kind != Kind::kRow) return -1;
  const HtmlTag line = block.kind == Kind::kItem ? HtmlTag::kLi : HtmlTag::kTr;
  int32_t at = block.node;
  for (int up = 0; up < kWrappers && at > 0; ++up) {
    const HtmlNode& node = page.nodes[static_cast<size_t>(at)];
    if (node.tag == line) return node.parent;
    at = node.parent;
  }
  return -1;
}

// The number at the front of a heading, 0 if it has none.
int NumberOf(const HtmlPage& page, const HtmlBlock& block) {
  constexpr size_t kMaxDigits = 3;
  const auto text = std::string_view(page.text).substr(block.begin, block.end - block.begin);
  int value = 0;
  size_t digits = 0;
  while (digits < text.size() && digits <= kMaxDigits && text[digits] >= '0' &&
         text[digits] <= '9') {
    value = 10 * value + (text[digits++] - '0');
  }
  if (digits == 0 || digits > kMaxDigits || digits == text.size()) return 0;
  return text[digits] == '.' || text[digits] == ')' ? value : 0;
}

}  // namespace

void GradeLists(const HtmlPage& page, const std::vector<char>& inside,
                std::vector<BlockGrade>* grades) {
  constexpr double kMost = 0.6;
  const size_t count = page.blocks.size();
  for (size_t i = 0; i < count;) {
    const int32_t list = ListOf(page, page.blocks[i]);
    size_t end = i + 1;
    while (list >= 0 && end < count && ListOf(page, page.blocks[end]) == list) ++end;
    double kept = 0, all = 0;
    for (size_t k = i; k < end; ++k) {
      all += page.blocks[k].weight;
      if ((*grades)[k] != BlockGrade::kNone) kept += page.blocks[k].weight;
    }
    for (size_t k = i; k < end && list >= 0 && kept >= kMost * all; ++k) {
      BlockGrade& grade = (*grades)[k];
      if (inside[k] != 0 && grade == BlockGrade::kNone) grade = BlockGrade::kShort;
    }
    i = end;
  }
}

void GradeSeries(const HtmlPage& page, std::vector<BlockGrade>* grades) {
  constexpr size_t kMinSeries = 3;
  struct Series {
    std::vector<size_t> blocks;
    int last = 0;
  };
  std::array<Series, 7> levels;
  const auto close = [&](Series* series) {
    if (series->blocks.size() >= kMinSeries) {
      for (const size_t i : series->blocks) (*grades)[i] = BlockGrade::kProse;
    }
    series->blocks.clear();
  };
  for (size_t i = 0; i < page.blocks.size(); ++i) {
    const HtmlBlock& block = page.blocks[i];
    if (block.kind != Kind::kHeading || (*grades)[i] != BlockGrade::kShort) continue;
    const int number = NumberOf(page, block);
    if (number == 0) continue;
    Series& series = levels[block.level];
    // Up or down by one: "10. ..." to "1. ..." as well.
    if (std::abs(number - series.last) != 1) close(&series);
    series.blocks.push_back(i);
    series.last = number;
  }
  for (Series& series : levels) close(&series);
}

}  // namespace cria::corpus
