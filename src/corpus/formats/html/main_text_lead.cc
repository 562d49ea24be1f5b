// From the page's title on; what stands next to it, or is called a standfirst, is one if it reads
// like text.
#include "corpus/formats/html/main_text_lead.h"

#include <algorithm>
#include <string_view>

#include "corpus/formats/html/furniture_phrase.h"

namespace cria::corpus {
namespace {

using Kind = HtmlBlock::Kind;

// What is called a standfirst, what stands next to the title, and other paragraphs are no shorter.
constexpr uint32_t kMinNamed = 30, kMinNext = 50, kMinOther = 60;
constexpr uint32_t kMaxLead = 800, kMinSummary = 100;
constexpr double kMaxLeadLinks = 0.2;
// So many blocks below the title, and elements up to one that holds both.
constexpr size_t kReach = 14;
constexpr int kClimbs = 6;
constexpr size_t kMaxBlocks = 3;

constexpr HtmlHints kNever = kHintHidden | kHintNavigation | kHintNotice | kHintShare |
                             kHintComments | kHintAd | kHintForm | kHintMark;
// Names that a standfirst may bear if it is called one as well.
constexpr HtmlHints kUnlessNamed = kHintSide | kHintFooter | kHintMeta;

class LeadFinder {
 public:
  LeadFinder(const HtmlPage& page, const std::vector<char>& dropped)
      : page_(page), dropped_(dropped) {}

  std::vector<size_t> Find(size_t first) const {
    std::vector<size_t> lead;
    const size_t title = FindTitle(first);
    if (title == first) return lead;
    for (size_t i = title + 1; i < first; ++i) {
      bool named = false;
      if (IsSummary(i) && !Repeats(title, i, first)) {
        lead.push_back(i);
        continue;
      }
      if (i > title + kReach || lead.size() >= kMaxBlocks || !Stands(title, i, &named)) continue;
      if (!named && !lead.empty()) continue;
      if (Reads(i, named, i == title + 1) && !Repeats(title, i, first)) lead.push_back(i);
    }
    return lead;
  }

 private:
  const HtmlNode& Node(int32_t n) const { return page_.nodes[static_cast<size_t>(n)]; }

  std::string_view TextOf(size_t i) const {
    const HtmlBlock& block = page_.blocks[i];
    return std::string_view(page_.text).substr(block.begin, block.end - block.begin);
  }

  // The last h1 above the prose; one that is furniture by name only if there is no other.
  size_t FindTitle(size_t first) const {
    size_t title = first, other = first;
    for (size_t i = 0; i < first; ++i) {
      const HtmlBlock& block = page_.blocks[i];
      if (block.kind != Kind::kHeading || block.level != 1) continue;
      (dropped_[static_cast<size_t>(block.node)] == 0 ? title : other) = i;
    }
    return title != first ? title : other;
  }

  // Whether `i` stands near the title, with no names between that speak against it.
  bool Stands(size_t title, size_t i, bool* named) const {
    std::vector<int32_t> above;
    int32_t at = page_.blocks[title].node;
    for (int up = 0; up < kClimbs && at > 0; ++up, at = Node(at).parent) above.push_back(at);
    HtmlHints names = 0;
    at = page_.blocks[i].node;
    for (int up = 0; up < kClimbs && at > 0; ++up, at = Node(at).parent) {
      if (std::find(above.begin(), above.end(), at) != above.end()) {
        *named = (names & kHintLead) != 0;
        return (names & kNever) == 0 && (*named || (names & kUnlessNamed) == 0);
      }
      names |= Node(at).hints;
    }
    return false;
  }

  // Sentences below the title that no name speaks against.
  bool IsSummary(size_t i) const {
    const HtmlBlock& block = page_.blocks[i];
    return dropped_[static_cast<size_t>(block.node)] == 0 && block.kind == Kind::kParagraph &&
           block.sentence_ends > 0 && block.weight - block.link_weight >= kMinSummary &&
           block.link_weight <= kMaxLeadLinks * block.weight;
  }

  bool Reads(size_t i, bool named, bool next) const {
    const HtmlBlock& block = page_.blocks[i];
    const bool heading = block.kind == Kind::kHeading && block.level >= 2 && block.level <= 4;
    if (!heading && block.kind != Kind::kParagraph) return false;
    if (block.weight > kMaxLead || block.link_weight > kMaxLeadLinks * block.weight) return false;
    const bool sentence = block.sentence_ends > 0;
    if (block.weight < (named ? kMinNamed : next ? kMinNext : kMinOther)) return false;
    if (!named && !sentence && !(next || heading)) return false;
    const std::string_view text = TextOf(i);
    if (HoldsDate(text)) return false;
    const FurniturePhraseSet phrases = FindFurniturePhrases(text.substr(0, 4 * kMaxPhraseBlock));
    using Use = FurniturePhrase;
    for (const Use use : {Use::kInside, Use::kStart, Use::kLabel, Use::kLine, Use::kWord}) {
      if (phrases.Has(use)) return false;
    }
    return !phrases.HasHead();
  }

  // "By N. N., 12:03, 4 May 2024".
  static bool HoldsDate(std::string_view text) {
    const auto digits =
        std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    return digits >= 5 && 10 * static_cast<size_t>(digits) > text.size();
  }

  // The title again, or what the text or another part of the standfirst starts with.
  bool Repeats(size_t title, size_t i, size_t first) const {
    const std::string_view text = TextOf(i);
    for (size_t k = title; k <= first && k < page_.blocks.size(); ++k) {
      if (k == i) continue;
      const std::string_view other = TextOf(k);
      const bool same = other.starts_with(text) ||
                        (k == title && text.starts_with(other) && text.size() < 2 * other.size());
      if (same && (k < i || k == first)) return true;
    }
    return false;
  }

  const HtmlPage& page_;
  const std::vector<char>& dropped_;
};

}  // namespace

std::vector<size_t> FindLead(const HtmlPage& page, const std::vector<char>& dropped, size_t first) {
  return LeadFinder(page, dropped).Find(first);
}

}  // namespace cria::corpus
