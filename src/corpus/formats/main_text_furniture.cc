// Rules from the general to the special: headings that are links head teasers of other pages; known
// phrases (furniture_phrase.h) name single lines, or lists that reach to the end of their element;
// a few forms give themselves away (calendars, messages of interpreters, what stands there twice).
#include "corpus/formats/main_text_furniture.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_set>

#include "corpus/formats/furniture_phrase.h"

namespace cria::corpus {
namespace {

using Kind = HtmlBlock::Kind;

// A line that a phrase at its front makes furniture, and the head of a list.
constexpr uint32_t kMaxLine = 100, kMaxItem = 40, kMaxHead = 60;
// Longer prose is furniture by a phrase inside only near the ends of the text, or with links.
constexpr uint32_t kMaxInnerPhrase = 150, kMaxSentences = 3;
constexpr size_t kHeadBlocks = 3, kTailBlocks = 6, kEndBlocks = 2;
// What stands below a head goes with it, unless it holds more than this share of the prose; more if
// the head opens an element of its own.
constexpr double kMaxSection = 0.35, kMaxOwnSection = 0.6, kMaxComments = 0.8;
// Teasers: this much of a heading is a link, and they hold at most this share of the prose.
constexpr double kMinHeadingLinks = 0.8, kMaxTeasers = 0.55;
// From the block of a head up to the element that holds more than the head.
constexpr int kMaxClimb = 6;
// So many elements up from a heading are its own: <h3> and what wraps it alone.
constexpr int kOwnElement = 2;
// The element of the text holds this much of the prose itself; what stands in boxes below is no
// more than this much of it, and no longer.
constexpr double kMinBody = 0.6, kMaxTail = 0.25;
constexpr uint64_t kMaxTailWeight = 500;
// A head of so many links is their head only.
constexpr size_t kMinLinks = 2;
// Twins of at least this length are copies, and so many weeks in a row a calendar.
constexpr uint32_t kMinTwin = 60;
constexpr size_t kMinWeeks = 3;

class Finder {
 public:
  Finder(const HtmlPage& page, std::vector<BlockGrade>* grades)
      : page_(page), grades_(*grades), phrases_(page.blocks.size()) {}

  void Run() {
    if (page_.blocks.empty()) return;
    FindExtents();
    DropForms();
    ReadPhrases();
    SumProse();
    DropTeasers();
    SumProse();
    DropSections();
    SumProse();
    DropLines();
    DropHeads();
    SumProse();
    DropTail();
  }

 private:
  struct Extent {
    size_t begin, end;
  };

  bool Kept(size_t i) const { return grades_[i] != BlockGrade::kNone; }
  void Drop(size_t i) { grades_[i] = BlockGrade::kNone; }
  void DropRange(const Extent& range) {
    for (size_t i = range.begin; i < range.end; ++i) Drop(i);
  }
  std::string_view TextOf(const HtmlBlock& block) const {
    return std::string_view(page_.text).substr(block.begin, block.end - block.begin);
  }
  static double LinkShare(const HtmlBlock& block) {
    return static_cast<double>(block.link_weight) / block.weight;
  }

  // The blocks of each node's subtree.
  void FindExtents() {
    extents_.assign(page_.nodes.size(), {page_.blocks.size(), 0});
    for (size_t i = 0; i < page_.blocks.size(); ++i) {
      Extent& extent = extents_[static_cast<size_t>(page_.blocks[i].node)];
      extent.begin = std::min(extent.begin, i);
      extent.end = i + 1;
    }
    for (size_t n = page_.nodes.size(); n-- > 1;) {
      Extent& parent = extents_[static_cast<size_t>(page_.nodes[n].parent)];
      parent.begin = std::min(parent.begin, extents_[n].begin);
      parent.end = std::max(parent.end, extents_[n].end);
    }
  }

  // The nearest element that holds something below the block `i`; the block alone if that is far.
  Extent Around(size_t i, int* climbs) const {
    int32_t node = page_.blocks[i].node;
    for (*climbs = 0; *climbs < kMaxClimb && node >= 0; ++*climbs) {
      const Extent& extent = extents_[static_cast<size_t>(node)];
      if (extent.end > i + 1) return extent;
      node = page_.nodes[static_cast<size_t>(node)].parent;
    }
    return {i, i + 1};
  }

  // prose_[i]: of the blocks before i.
  void SumProse() {
    prose_.assign(page_.blocks.size() + 1, 0);
    for (size_t i = 0; i < page_.blocks.size(); ++i) {
      const HtmlBlock& block = page_.blocks[i];
      const bool prose = grades_[i] == BlockGrade::kProse;
      prose_[i + 1] = prose_[i] + (prose ? block.weight - block.link_weight : 0);
    }
  }
  uint64_t Prose(size_t from, size_t to) const { return prose_[to] - prose_[from]; }
  bool Holds(size_t from, size_t to, double share) const {
    return static_cast<double>(Prose(from, to)) > share * static_cast<double>(prose_.back());
  }

  // ---- Forms that give themselves away.

  // "12 | 13 | 14": a week of a calendar.
  static bool IsWeek(std::string_view text) {
    int before = 0, cells = 0, value = 0;
    bool digits = false;
    for (size_t i = 0; i <= text.size(); ++i) {
      const char c = i < text.size() ? text[i] : '|';
      if (c >= '0' && c <= '9') {
        value = std::min(value * 10 + (c - '0'), 100);
        digits = true;
      } else if (c == '|') {
        if (!digits || value < 1 || value > 31 || (cells > 0 && value != before + 1)) return false;
        before = value;
        value = 0;
        digits = false;
        ++cells;
      } else if (c != ' ') {
        return false;
      }
    }
    return cells >= 2 && cells <= 7;
  }

  // "Warning: ... in /var/www/x.php on line 7".
  static bool IsMessage(std::string_view text) {
    for (const std::string_view start :
         {"Warning:", "Notice:", "Deprecated:", "Fatal error:", "Strict Standards:"}) {
      if (text.starts_with(start)) {
        return text.find(".php") != text.npos && text.find(" on line ") != text.npos;
      }
    }
    return false;
  }

  // "0:15 / 3:20", "2/5": of a player or a gallery.
  static bool IsCounter(std::string_view text) {
    return text.size() <= 16 && text.find_first_of(":/") != text.npos &&
           text.find_first_not_of("0123456789:/.,- ") == text.npos;
  }

  void DropForms() {
    std::unordered_set<std::string_view> seen;
    size_t weeks = 0;  // rows of a calendar up to here
    for (size_t i = 0; i < page_.blocks.size(); ++i) {
      const HtmlBlock& block = page_.blocks[i];
      if (!Kept(i) || block.kind == Kind::kPre) continue;
      const std::string_view text = TextOf(block);
      const bool week = block.kind == Kind::kRow && text.size() < 40 && IsWeek(text);
      weeks = week ? weeks + 1 : 0;
      if (weeks == kMinWeeks) {
        DropDays(i + 1 - weeks);
        DropRange({i + 1 - weeks, i});
      }
      const bool twin = block.weight >= kMinTwin && block.kind != Kind::kRow &&
                        block.kind != Kind::kHeading && !seen.insert(text).second;
      const bool paragraph = block.kind == Kind::kParagraph;
      if (weeks >= kMinWeeks || twin || (paragraph && (IsMessage(text) || IsCounter(text)))) {
        Drop(i);
      }
    }
  }

  // The names of the days above the first week of a calendar, and the month above them.
  void DropDays(size_t week) {
    if (week == 0) return;
    const HtmlBlock& days = page_.blocks[week - 1];
    const std::string_view text = TextOf(days);
    if (days.kind != Kind::kRow || days.weight > 40 ||
        std::count(text.begin(), text.end(), '|') != 6)
      return;
    Drop(week - 1);
    if (week > 1 && page_.blocks[week - 2].weight <= 20) Drop(week - 2);
  }

  bool IsQuoted(const HtmlBlock& block) const {
    const HtmlNode& node = page_.nodes[static_cast<size_t>(block.node)];
    return node.tag == HtmlTag::kBlockquote ||
           (node.parent > 0 &&
            page_.nodes[static_cast<size_t>(node.parent)].tag == HtmlTag::kBlockquote);
  }

  // "..., as he said [...]": the front of another page's text.
  static bool IsExcerpt(std::string_view text) {
    return text.ends_with("[…]") || text.ends_with("[...]") || text.ends_with("[..]");
  }

  // ---- Teasers.

  // What stands below a heading that is a link, at the front of an element of its own, is the
  // teaser of another page. So is such a heading alone in an element between paragraphs; one beside
  // them heads a part of the text. The text's own title may be a link: it stands above all prose.
  void DropTeasers() {
    const size_t count = page_.blocks.size();
    size_t first = 0;
    while (first < count && grades_[first] != BlockGrade::kProse) ++first;
    const std::vector<size_t> next = NextHeadings();
    std::vector<Extent> teasers;
    uint64_t held = 0;
    size_t own = first;  // the last prose so far that is no teaser
    for (size_t i = first; i < count; ++i) {
      const HtmlBlock& block = page_.blocks[i];
      if (grades_[i] == BlockGrade::kProse) own = i;
      if (grades_[i] == BlockGrade::kProse && IsExcerpt(TextOf(block)) && !IsQuoted(block)) {
        teasers.push_back({i, i + 1});
        held += Prose(i, i + 1);
      }
      if (block.kind != Kind::kHeading || LinkShare(block) < kMinHeadingLinks) continue;
      int climbs = 0;
      const Extent around = Around(i, &climbs);
      size_t end = std::min(around.end, next[i]);
      if (around.begin <= own || Holds(i, end, kMaxSection)) {
        if (climbs < kOwnElement) continue;
        end = i + 1;
      }
      teasers.push_back({i, end});
      held += Prose(i, end);
      i = end - 1;
    }
    if (static_cast<double>(held) > kMaxTeasers * static_cast<double>(prose_.back())) return;
    for (const Extent& teaser : teasers) DropRange(teaser);
  }

  // ---- Phrases.

  void ReadPhrases() {
    for (size_t i = 0; i < page_.blocks.size(); ++i) {
      const HtmlBlock& block = page_.blocks[i];
      if (!Kept(i) || block.weight > kMaxPhraseBlock || block.kind == Kind::kPre) continue;
      phrases_[i] = FindFurniturePhrase(TextOf(block));
    }
  }

  void DropSections() {
    const size_t count = page_.blocks.size();
    const std::vector<size_t> next = NextHeadings();
    size_t text_end = count;  // behind the last prose
    while (text_end > 0 && grades_[text_end - 1] != BlockGrade::kProse) --text_end;
    for (size_t i = 0; i < count; ++i) {
      const HtmlBlock& block = page_.blocks[i];
      const FurniturePhrase phrase = phrases_[i];
      if (!Kept(i) || phrase < FurniturePhrase::kHead || block.weight > kMaxHead) continue;
      const bool comments = phrase == FurniturePhrase::kComments;
      int climbs = 0;
      const Extent around = Around(i, &climbs);
      size_t end = around.end;
      if (block.kind == Kind::kHeading) end = std::min(end, next[i]);
      const bool first = Prose(around.begin, i) == 0;
      if (phrase == FurniturePhrase::kHead && !first && Prose(i, end) > 0) continue;
      if (phrase == FurniturePhrase::kLast && (end < text_end || block.kind == Kind::kItem))
        continue;
      // A line in the midst of the text heads no more than what is no prose.
      if (block.kind != Kind::kHeading && !comments && !first) {
        end = std::min(end, NextProse(i + 1));
      }
      Drop(i);
      const double limit = comments ? kMaxComments : first ? kMaxOwnSection : kMaxSection;
      if (!Holds(i + 1, end, limit)) DropRange({i + 1, end});
    }
  }

  // For each heading the next one that is as high, no link and no head of furniture.
  std::vector<size_t> NextHeadings() const {
    const size_t count = page_.blocks.size();
    std::vector<size_t> next(count, count);
    std::array<size_t, 7> at;
    at.fill(count);
    for (size_t i = count; i-- > 0;) {
      const HtmlBlock& block = page_.blocks[i];
      if (block.kind != Kind::kHeading) continue;
      next[i] = at[block.level];
      if (!Kept(i) || LinkShare(block) >= kMinHeadingLinks) continue;
      if (phrases_[i] >= FurniturePhrase::kHead) continue;
      for (size_t level = block.level; level < at.size(); ++level) at[level] = i;
    }
    return next;
  }

  // The first prose at or below `i`: found once for all.
  size_t NextProse(size_t i) const {
    return static_cast<size_t>(std::upper_bound(prose_.begin() + static_cast<std::ptrdiff_t>(i),
                                                prose_.end(), prose_[i]) -
                               prose_.begin()) -
           1;
  }

  void DropLines() {
    std::vector<size_t> kept;
    for (size_t i = 0; i < page_.blocks.size(); ++i) {
      if (Kept(i)) kept.push_back(i);
    }
    for (size_t k = 0; k < kept.size(); ++k) {
      const size_t i = kept[k];
      const bool near_end = k < kHeadBlocks || k + kTailBlocks >= kept.size();
      if (IsLine(i, near_end, k + kEndBlocks >= kept.size())) Drop(i);
    }
  }

  // What heads nothing but links, in an element of its own, below some prose.
  void DropHeads() {
    const size_t count = page_.blocks.size();
    std::vector<size_t> texts(count + 1), links(count + 1);  // blocks before
    for (size_t i = 0; i < count; ++i) {
      const HtmlBlock& block = page_.blocks[i];
      texts[i + 1] = texts[i] + (Kept(i) && block.kind != Kind::kHeading ? 1 : 0);
      links[i + 1] = links[i] + (!Kept(i) && LinkShare(block) >= kMinHeadingLinks ? 1 : 0);
    }
    for (size_t i = 0; i < count; ++i) {
      const HtmlBlock& block = page_.blocks[i];
      if (grades_[i] != BlockGrade::kShort || block.weight > kMaxHead || prose_[i] == 0) continue;
      if (block.kind != Kind::kHeading && block.kind != Kind::kParagraph) continue;
      int climbs = 0;
      const Extent around = Around(i, &climbs);
      const bool alone = texts[around.begin] == texts[i] && texts[i + 1] == texts[around.end];
      if (alone && links[around.end] >= links[i] + kMinLinks) Drop(i);
    }
  }

  // The element of a block; that of a paragraph is the one around it.
  size_t HomeOf(size_t i) const {
    const HtmlNode& node = page_.nodes[static_cast<size_t>(page_.blocks[i].node)];
    return static_cast<size_t>(node.tag == HtmlTag::kP ? node.parent : page_.blocks[i].node);
  }

  // The element that holds the most prose of its own, or 0 if none holds much.
  size_t FindBody() const {
    std::vector<uint64_t> own(page_.nodes.size());
    size_t body = 0;
    for (size_t i = 0; i < page_.blocks.size(); ++i) {
      const size_t home = HomeOf(i);
      own[home] += Prose(i, i + 1);
      if (own[home] > own[body]) body = home;
    }
    const bool enough =
        static_cast<double>(own[body]) >= kMinBody * static_cast<double>(prose_.back());
    return enough ? body : 0;
  }

  // The child of `body` that holds the block `i`; 0 if none does.
  size_t BoxOf(size_t i, size_t body) const {
    size_t box = 0, node = static_cast<size_t>(page_.blocks[i].node);
    while (node > body) {
      box = node;
      node = static_cast<size_t>(page_.nodes[node].parent);
    }
    return node == body ? box : 0;
  }

  // Two elements that the same template made.
  bool Alike(size_t a, size_t b) const {
    for (int up = 0; up < 2 && a > 0 && b > 0; ++up) {
      if (page_.nodes[a].tag != page_.nodes[b].tag || page_.nodes[a].hints != page_.nodes[b].hints)
        return false;
      a = static_cast<size_t>(page_.nodes[a].parent);
      b = static_cast<size_t>(page_.nodes[b].parent);
    }
    return (a > 0) == (b > 0);
  }

  // Where most paragraphs stand side by side, a little text in boxes below the last of them is
  // about the author, the site or something else. Lists and tables are of the text.
  void DropTail() {
    const size_t count = page_.blocks.size(), body = FindBody();
    if (body == 0) return;
    size_t last = count;
    while (last > 0 && (grades_[last - 1] != BlockGrade::kProse || HomeOf(last - 1) != body))
      --last;
    if (Prose(last, count) > kMaxTailWeight || Holds(last, count, kMaxTail)) return;
    for (size_t i = last; i < count;) {
      const size_t box = BoxOf(i, body);
      size_t end = i;
      bool furniture = box == 0 || page_.nodes[box].tag == HtmlTag::kDiv ||
                       page_.nodes[box].tag == HtmlTag::kSection ||
                       page_.nodes[box].tag == HtmlTag::kUnknown;
      for (; end < count && BoxOf(end, body) == box; ++end) {
        const Kind kind = page_.blocks[end].kind;
        const bool text = kind == Kind::kParagraph || kind == Kind::kHeading;
        if (Kept(end) && (!text || Alike(HomeOf(end), body))) furniture = false;
      }
      if (furniture) DropRange({i, end});
      i = end;
    }
  }

  bool IsLine(size_t i, bool near_end, bool at_end) const {
    const HtmlBlock& block = page_.blocks[i];
    const bool free = block.kind == Kind::kParagraph || block.kind == Kind::kCaption ||
                      (block.kind == Kind::kHeading && LinkShare(block) >= kMinHeadingLinks);
    const bool sentence = block.sentence_ends > 0 && block.link_weight == 0;
    switch (phrases_[i]) {
      case FurniturePhrase::kNone:
        return false;
      case FurniturePhrase::kInside:
        return block.weight <= kMaxInnerPhrase ||
               ((near_end || block.link_weight > 0) && block.sentence_ends <= kMaxSentences) ||
               at_end;
      case FurniturePhrase::kWord:
        return free && block.weight <= kMaxLine && !sentence;
      case FurniturePhrase::kStart:
        return block.weight <= (free ? kMaxLine : kMaxItem);
      case FurniturePhrase::kLabel:
        return free && block.weight <= kMaxLine;
      case FurniturePhrase::kHead:
        return free && block.weight <= kMaxHead && !sentence;
      case FurniturePhrase::kLast:
      case FurniturePhrase::kLine:
        return free;
      default:
        return block.weight <= kMaxHead;
    }
  }

  const HtmlPage& page_;
  std::vector<BlockGrade>& grades_;
  std::vector<FurniturePhrase> phrases_;
  std::vector<Extent> extents_;
  std::vector<uint64_t> prose_;
};

}  // namespace

void DropFurnitureBlocks(const HtmlPage& page, std::vector<BlockGrade>* grades) {
  Finder(page, grades).Run();
}

}  // namespace cria::corpus
