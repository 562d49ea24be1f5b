// First what gives itself away without words (main_text_widgets.h, main_text_teasers.h), then what
// known phrases (furniture_phrase.h) head or are.
#include "corpus/formats/html/main_text_furniture.h"

#include <algorithm>

#include "corpus/formats/html/main_text_teasers.h"
#include "corpus/formats/html/main_text_widgets.h"

namespace cria::corpus {
namespace {

using Kind = HtmlBlock::Kind;
using Use = FurniturePhrase;

// A line that a phrase at its front makes furniture, and the head of a list.
constexpr uint32_t kMaxLine = 100, kMaxItem = 40, kMaxHead = 60;
// What stands below a head goes with it, unless it holds more than this share of the prose; more if
// the head opens an element of its own.
constexpr double kMaxSection = 0.35, kMaxOwnSection = 0.6, kMaxComments = 0.8;
// Longer prose is furniture by a phrase inside only near the ends of the text, or with links.
constexpr uint32_t kMaxInnerPhrase = 150, kMaxSentences = 3;
constexpr size_t kHeadBlocks = 3, kTailBlocks = 6, kEndBlocks = 2;

// The first paragraph of the text behind something that is none of it, or `end`: links to other
// pages stand in the midst of a text.
size_t NextOfBody(const MainTextDraft& draft, size_t i, size_t end) {
  while (i < end && draft.OfBody(i)) ++i;
  while (i < end && (!draft.OfBody(i) || draft.grade(i) != BlockGrade::kProse)) ++i;
  return i;
}

// Whether the head `i` of a section that ends before `*end` is one, and what goes with it.
bool IsSection(const MainTextDraft& draft, size_t i, size_t text_end, size_t* end) {
  const FurniturePhraseSet phrases = draft.phrases(i);
  const Kind kind = draft.block(i).kind;
  const bool comments = phrases.Has(Use::kComments), section = phrases.Has(Use::kSection);
  int climbs = 0;
  const BlockRange around = draft.Around(i, &climbs);
  *end = std::min(around.end, *end);
  if (!comments && !section) {
    const bool last = phrases.Has(Use::kLast) && *end >= text_end && kind != Kind::kItem;
    const bool bare = phrases.Has(Use::kHead) && draft.Prose(i, *end) == 0;
    if (!last && !bare) return false;
  }
  // A line in the midst of the text heads no more than what is no prose.
  const bool first = draft.Prose(around.begin, i) == 0;
  if (kind != Kind::kHeading && !comments && !first) *end = std::min(*end, draft.NextProse(i + 1));
  const double limit = comments ? kMaxComments : first ? kMaxOwnSection : kMaxSection;
  if (!comments) *end = std::min(*end, NextOfBody(draft, i + 1, *end));
  if (draft.HoldsMore({i + 1, *end}, limit)) *end = i + 1;
  return true;
}

void DropSections(MainTextDraft* draft) {
  const std::vector<size_t> next = draft->NextHeadings();
  size_t text_end = draft->size();  // behind the last prose
  while (text_end > 0 && draft->grade(text_end - 1) != BlockGrade::kProse) --text_end;
  for (size_t i = 0; i < draft->size(); ++i) {
    if (!draft->Kept(i) || !draft->phrases(i).HasHead()) continue;
    if (draft->block(i).weight > kMaxHead) continue;
    size_t end = next[i];
    if (IsSection(*draft, i, text_end, &end)) draft->Drop({i, end});
  }
  draft->SumProse();
}

// `from_end`: kept blocks below.
bool IsLine(const MainTextDraft& draft, size_t i, bool near_front, size_t from_end) {
  const HtmlBlock& block = draft.block(i);
  const FurniturePhraseSet phrases = draft.phrases(i);
  if (phrases.Has(Use::kInside)) {
    const bool outer = near_front || from_end < kTailBlocks || block.link_weight > 0;
    if (block.weight <= kMaxInnerPhrase || from_end < kEndBlocks) return true;
    if (outer && block.sentence_ends <= kMaxSentences) return true;
  }
  const bool free = block.kind == Kind::kParagraph || block.kind == Kind::kCaption ||
                    (block.kind == Kind::kHeading && draft.LinkShare(i) >= kMinHeadingLinks);
  if (phrases.Has(Use::kStart) && block.weight <= (free ? kMaxLine : kMaxItem)) return true;
  if (!free) return false;
  if (phrases.Has(Use::kLine) || phrases.Has(Use::kLast)) return true;
  if (block.weight > kMaxLine) return false;
  const bool sentence = block.sentence_ends > 0 && block.link_weight == 0;
  return phrases.Has(Use::kLabel) || (phrases.Has(Use::kWord) && !sentence);
}

void DropLines(MainTextDraft* draft) {
  std::vector<size_t> kept;
  for (size_t i = 0; i < draft->size(); ++i) {
    if (draft->Kept(i)) kept.push_back(i);
  }
  for (size_t k = 0; k < kept.size(); ++k) {
    if (IsLine(*draft, kept[k], k < kHeadBlocks, kept.size() - 1 - k)) draft->Drop(kept[k]);
  }
  draft->SumProse();
}

}  // namespace

void DropFurniture(const HtmlPage& page, const std::vector<char>& body,
                   std::vector<BlockGrade>* grades) {
  MainTextDraft draft(page, body, grades);
  DropWidgets(&draft);
  DropTeasers(&draft);
  DropSections(&draft);
  DropLines(&draft);
  DropBareHeads(&draft);
  DropBoxes(&draft);
}

}  // namespace cria::corpus
