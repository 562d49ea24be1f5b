// A page while it is judged: the grade of each block, and what the rules ask about blocks and the
// elements around them. Knows no rule.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "corpus/formats/html/furniture_phrase.h"
#include "corpus/formats/html/html_blocks.h"

namespace cria::corpus {

/// What a block is, so far: kShort is main text if it stands among prose.
enum class BlockGrade : char { kNone, kShort, kProse };

/// Blocks from `begin` up to `end`.
struct BlockRange {
  size_t begin, end;
};

/// Headings and heads of lists are links if this much of them is.
inline constexpr double kMinHeadingLinks = 0.8;

class MainTextDraft {
 public:
  /// All must outlive the draft; `body` and `grades` have one for each block, `grades` is changed.
  /// `body`: paragraphs that look like those of the text (main_text_look.h).
  MainTextDraft(const HtmlPage& page, const std::vector<char>& body,
                std::vector<BlockGrade>* grades);

  size_t size() const { return page_.blocks.size(); }
  const HtmlBlock& block(size_t i) const { return page_.blocks[i]; }
  const HtmlNode& node(size_t n) const { return page_.nodes[n]; }
  size_t nodes() const { return page_.nodes.size(); }
  std::string_view TextOf(size_t i) const;
  double LinkShare(size_t i) const;
  bool OfBody(size_t i) const { return body_[i] != 0; }
  /// Of a block that had a grade at the start.
  FurniturePhraseSet phrases(size_t i) const { return phrases_[i]; }

  BlockGrade grade(size_t i) const { return grades_[i]; }
  bool Kept(size_t i) const { return grades_[i] != BlockGrade::kNone; }
  void Drop(size_t i) { grades_[i] = BlockGrade::kNone; }
  void Drop(const BlockRange& range);

  /// Counts the prose; what is dropped later counts until the next call.
  void SumProse();
  /// Characters of prose outside links.
  uint64_t Prose(size_t begin, size_t end) const { return prose_[end] - prose_[begin]; }
  bool HoldsMore(const BlockRange& range, double share) const;
  /// The first prose at or below `i`, or size().
  size_t NextProse(size_t i) const;

  /// The nearest element that holds something below the block `i`, and how many elements up that
  /// is; the block alone if it is far.
  BlockRange Around(size_t i, int* climbs) const;
  /// For each heading the next one that is as high, no link and no head of furniture, or size().
  std::vector<size_t> NextHeadings() const;

 private:
  const HtmlPage& page_;
  const std::vector<char>& body_;
  std::vector<BlockGrade>& grades_;
  std::vector<FurniturePhraseSet> phrases_;
  std::vector<BlockRange> extents_;  // of each node's subtree
  std::vector<uint64_t> prose_;      // of the blocks before
};

}  // namespace cria::corpus
