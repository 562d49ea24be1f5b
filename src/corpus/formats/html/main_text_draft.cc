// Sums from the front and extents of subtrees make each question cheap.
#include "corpus/formats/html/main_text_draft.h"

#include <algorithm>
#include <array>

namespace cria::corpus {

using Kind = HtmlBlock::Kind;

MainTextDraft::MainTextDraft(const HtmlPage& page, const std::vector<char>& body,
                             std::vector<BlockGrade>* grades)
    : page_(page),
      body_(body),
      grades_(*grades),
      phrases_(page.blocks.size()),
      extents_(page.nodes.size(), {page.blocks.size(), 0}) {
  for (size_t i = 0; i < size(); ++i) {
    BlockRange& extent = extents_[static_cast<size_t>(block(i).node)];
    extent.begin = std::min(extent.begin, i);
    extent.end = i + 1;
    if (Kept(i) && block(i).weight <= kMaxPhraseBlock && block(i).kind != Kind::kPre) {
      phrases_[i] = FindFurniturePhrases(TextOf(i));
    }
  }
  for (size_t n = page.nodes.size(); n-- > 1;) {
    BlockRange& parent = extents_[static_cast<size_t>(node(n).parent)];
    parent.begin = std::min(parent.begin, extents_[n].begin);
    parent.end = std::max(parent.end, extents_[n].end);
  }
  SumProse();
}

std::string_view MainTextDraft::TextOf(size_t i) const {
  return std::string_view(page_.text).substr(block(i).begin, block(i).end - block(i).begin);
}

double MainTextDraft::LinkShare(size_t i) const {
  return static_cast<double>(block(i).link_weight) / block(i).weight;
}

void MainTextDraft::Drop(const BlockRange& range) {
  for (size_t i = range.begin; i < range.end; ++i) Drop(i);
}

void MainTextDraft::SumProse() {
  prose_.assign(size() + 1, 0);
  for (size_t i = 0; i < size(); ++i) {
    const bool prose = grades_[i] == BlockGrade::kProse;
    prose_[i + 1] = prose_[i] + (prose ? block(i).weight - block(i).link_weight : 0);
  }
}

bool MainTextDraft::HoldsMore(const BlockRange& range, double share) const {
  return static_cast<double>(Prose(range.begin, range.end)) >
         share * static_cast<double>(prose_.back());
}

size_t MainTextDraft::NextProse(size_t i) const {
  const auto from = prose_.begin() + static_cast<std::ptrdiff_t>(i);
  const auto more = std::upper_bound(from, prose_.end(), *from);
  return static_cast<size_t>(more - prose_.begin()) - 1;
}

BlockRange MainTextDraft::Around(size_t i, int* climbs) const {
  constexpr int kMaxClimbs = 6;
  int32_t at = block(i).node;
  for (*climbs = 0; *climbs < kMaxClimbs && at >= 0; ++*climbs) {
    const BlockRange& extent = extents_[static_cast<size_t>(at)];
    if (extent.end > i + 1) return extent;
    at = node(static_cast<size_t>(at)).parent;
  }
  return {i, i + 1};
}

std::vector<size_t> MainTextDraft::NextHeadings() const {
  std::vector<size_t> next(size(), size());
  std::array<size_t, 7> at;
  at.fill(size());
  for (size_t i = size(); i-- > 0;) {
    if (block(i).kind != Kind::kHeading) continue;
    next[i] = at[block(i).level];
    if (!Kept(i) || LinkShare(i) >= kMinHeadingLinks) continue;
    if (phrases(i).HasHead()) continue;
    for (size_t level = block(i).level; level < at.size(); ++level) at[level] = i;
  }
  return next;
}

}  // namespace cria::corpus
