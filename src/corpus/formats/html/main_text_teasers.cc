// The limits were set on the collections of bench/corpus/main_text.sh and docs/LOG.md.
#include "corpus/formats/html/main_text_teasers.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace cria::corpus {
namespace {

using Kind = HtmlBlock::Kind;

// A teaser is no longer than this share of the prose, and all of them than that.
constexpr double kMaxTeaser = 0.35, kMaxTeasers = 0.55;
// So many elements up from a heading are its own: <h3> and what wraps it alone.
constexpr int kOwnElement = 2;

// Below a heading of its own element, so much text in so many paragraphs is a whole post.
constexpr uint64_t kMinPost = 1200;
constexpr size_t kMinPostParagraphs = 3;

// A head of so many links, and no longer than this, is their head only.
constexpr size_t kMinLinks = 2;
constexpr uint32_t kMaxHead = 60;

// The element of the text holds this much of the prose itself; what stands in boxes below is no
// more than this much of it, and no longer.
constexpr double kMinBody = 0.6, kMaxBoxes = 0.25;
constexpr uint64_t kMaxBoxesWeight = 500;

// "..., as he said [...]" that nobody quotes: the front of another page's text.
bool IsExcerpt(const MainTextDraft& draft, size_t i) {
  const std::string_view text = draft.TextOf(i);
  if (!text.ends_with("[…]") && !text.ends_with("[...]") && !text.ends_with("[..]")) return false;
  const HtmlNode& node = draft.node(static_cast<size_t>(draft.block(i).node));
  return node.tag != HtmlTag::kBlockquote &&
         (node.parent < 0 ||
          draft.node(static_cast<size_t>(node.parent)).tag != HtmlTag::kBlockquote);
}

// Whether the element `around` the heading `i` holds one whole text: no other heading of its level
// that is a link stands in it.
bool IsWholePost(const MainTextDraft& draft, size_t i, const BlockRange& around) {
  size_t paragraphs = 0;
  for (size_t k = i + 1; k < around.end; ++k) {
    const HtmlBlock& block = draft.block(k);
    const bool link = draft.LinkShare(k) >= kMinHeadingLinks;
    if (block.kind == Kind::kHeading && link && block.level <= draft.block(i).level) return false;
    if (draft.grade(k) == BlockGrade::kProse) ++paragraphs;
  }
  return paragraphs >= kMinPostParagraphs && draft.Prose(i, around.end) >= kMinPost;
}

// What stands below a heading that is a link, at the front of an element of its own, is the teaser
// of another page. So is such a heading alone in an element between paragraphs; one beside them
// heads a part of the text. The text's own title may be a link: it stands above all prose.
std::vector<BlockRange> FindTeasers(const MainTextDraft& draft) {
  const std::vector<size_t> next = draft.NextHeadings();
  std::vector<BlockRange> teasers;
  const size_t first = draft.NextProse(0);
  size_t own = first;  // the last prose so far that is no teaser
  for (size_t i = first; i < draft.size(); ++i) {
    if (draft.grade(i) == BlockGrade::kProse) {
      own = i;
      if (IsExcerpt(draft, i)) teasers.push_back({i, i + 1});
    }
    if (draft.block(i).kind != Kind::kHeading || draft.LinkShare(i) < kMinHeadingLinks) continue;
    int climbs = 0;
    const BlockRange around = draft.Around(i, &climbs);
    BlockRange teaser = {i, std::min(around.end, next[i])};
    if (around.begin > own && IsWholePost(draft, i, around)) continue;
    if (around.begin <= own || draft.HoldsMore(teaser, kMaxTeaser)) {
      if (climbs < kOwnElement) continue;
      teaser.end = i + 1;
    }
    teasers.push_back(teaser);
    i = teaser.end - 1;
  }
  return teasers;
}

// The element of a block; that of a paragraph is the one around it.
size_t HomeOf(const MainTextDraft& draft, size_t i) {
  const auto node = static_cast<size_t>(draft.block(i).node);
  const bool paragraph = draft.node(node).tag == HtmlTag::kP;
  return paragraph ? static_cast<size_t>(draft.node(node).parent) : node;
}

// The element that holds the most prose of its own, or 0 if none holds much.
size_t FindBody(const MainTextDraft& draft) {
  std::vector<uint64_t> own(draft.nodes());
  size_t body = 0;
  for (size_t i = 0; i < draft.size(); ++i) {
    const size_t home = HomeOf(draft, i);
    own[home] += draft.Prose(i, i + 1);
    if (own[home] > own[body]) body = home;
  }
  const auto all = static_cast<double>(draft.Prose(0, draft.size()));
  return static_cast<double>(own[body]) >= kMinBody * all ? body : 0;
}

// The child of `body` that holds the block `i`; 0 if none does.
size_t BoxOf(const MainTextDraft& draft, size_t i, size_t body) {
  size_t box = 0, node = static_cast<size_t>(draft.block(i).node);
  while (node > body) {
    box = node;
    node = static_cast<size_t>(draft.node(node).parent);
  }
  return node == body ? box : 0;
}

// Two elements that the same template made.
bool Alike(const MainTextDraft& draft, size_t a, size_t b) {
  for (int up = 0; up < 2 && a > 0 && b > 0; ++up) {
    const HtmlNode &one = draft.node(a), &other = draft.node(b);
    if (one.tag != other.tag || one.hints != other.hints) return false;
    a = static_cast<size_t>(one.parent);
    b = static_cast<size_t>(other.parent);
  }
  return (a > 0) == (b > 0);
}

// Lists and tables are of the text, and so is what looks like its paragraphs.
bool IsFurnitureBox(const MainTextDraft& draft, const BlockRange& range, size_t box, size_t body) {
  const HtmlTag tag = draft.node(box).tag;
  if (box != 0 && tag != HtmlTag::kDiv && tag != HtmlTag::kSection && tag != HtmlTag::kUnknown) {
    return false;
  }
  for (size_t i = range.begin; i < range.end; ++i) {
    const Kind kind = draft.block(i).kind;
    if (!draft.Kept(i)) continue;
    if (kind != Kind::kParagraph && kind != Kind::kHeading) return false;
    if (Alike(draft, HomeOf(draft, i), body)) return false;
  }
  return true;
}

}  // namespace

void DropTeasers(MainTextDraft* draft) {
  const std::vector<BlockRange> teasers = FindTeasers(*draft);
  uint64_t held = 0;
  for (const BlockRange& teaser : teasers) held += draft->Prose(teaser.begin, teaser.end);
  const auto all = static_cast<double>(draft->Prose(0, draft->size()));
  if (static_cast<double>(held) > kMaxTeasers * all) return;
  for (const BlockRange& teaser : teasers) draft->Drop(teaser);
  draft->SumProse();
}

void DropBareHeads(MainTextDraft* draft) {
  const size_t count = draft->size();
  std::vector<size_t> texts(count + 1), links(count + 1);  // blocks before
  for (size_t i = 0; i < count; ++i) {
    const bool text = draft->Kept(i) && draft->block(i).kind != Kind::kHeading;
    texts[i + 1] = texts[i] + (text ? 1 : 0);
    const bool link = !draft->Kept(i) && draft->LinkShare(i) >= kMinHeadingLinks;
    links[i + 1] = links[i] + (link ? 1 : 0);
  }
  for (size_t i = 0; i < count; ++i) {
    const HtmlBlock& block = draft->block(i);
    if (draft->grade(i) != BlockGrade::kShort || block.weight > kMaxHead) continue;
    if (block.kind != Kind::kHeading && block.kind != Kind::kParagraph) continue;
    if (draft->Prose(0, i) == 0) continue;  // the title
    int climbs = 0;
    const BlockRange around = draft->Around(i, &climbs);
    const bool alone = texts[around.begin] == texts[i] && texts[i + 1] == texts[around.end];
    if (alone && links[around.end] >= links[i] + kMinLinks) draft->Drop(i);
  }
}

// Where most paragraphs stand side by side, a little text in boxes below the last of them is
// another's.
void DropBoxes(MainTextDraft* draft) {
  const size_t count = draft->size(), body = FindBody(*draft);
  if (body == 0) return;
  size_t last = count;
  while (last > 0 &&
         (draft->grade(last - 1) != BlockGrade::kProse || HomeOf(*draft, last - 1) != body)) {
    --last;
  }
  if (draft->Prose(last, count) > kMaxBoxesWeight) return;
  if (draft->HoldsMore({last, count}, kMaxBoxes)) return;
  for (size_t i = last; i < count;) {
    const size_t box = BoxOf(*draft, i, body);
    size_t end = i + 1;
    while (end < count && BoxOf(*draft, end, body) == box) ++end;
    if (IsFurnitureBox(*draft, {i, end}, box, body)) draft->Drop({i, end});
    i = end;
  }
  draft->SumProse();
}

}  // namespace cria::corpus
