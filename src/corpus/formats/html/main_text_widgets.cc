// One pass over the blocks for each form.
#include "corpus/formats/html/main_text_widgets.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/hash.h"

namespace cria::corpus {
namespace {

using Kind = HtmlBlock::Kind;

constexpr std::string_view kBetween = " |/,[]()\n";
constexpr std::string_view kForms[] = {
    "pdf",  "arxiv", "doi",  "html",    "abs",    "abstract", "article",    "paper",  "publisher",
    "code", "data",  "demo", "dataset", "slides", "poster",   "video",      "talk",   "bibtex",
    "bib",  "cite",  "epub", "mobi",    "github", "supp",     "supplement", "website"};

// "12 | 13 | 14": a week of a calendar.
bool IsWeek(std::string_view text) {
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

// The names of the days above the first week of a calendar, and the month above them.
void DropDays(size_t week, MainTextDraft* draft) {
  if (week == 0) return;
  const HtmlBlock& days = draft->block(week - 1);
  const std::string_view text = draft->TextOf(week - 1);
  if (days.kind != Kind::kRow || days.weight > 40) return;
  if (std::count(text.begin(), text.end(), '|') != 6) return;
  draft->Drop(week - 1);
  if (week > 1 && draft->block(week - 2).weight <= 20) draft->Drop(week - 2);
}

void DropCalendars(MainTextDraft* draft) {
  constexpr size_t kMinWeeks = 3;
  for (size_t i = 0; i < draft->size();) {
    size_t end = i;
    while (end < draft->size() && draft->Kept(end) && draft->block(end).kind == Kind::kRow &&
           draft->TextOf(end).size() < 40 && IsWeek(draft->TextOf(end))) {
      ++end;
    }
    if (end - i >= kMinWeeks) {
      DropDays(i, draft);
      draft->Drop({i, end});
    }
    i = std::max(end, i + 1);
  }
}

// "Warning: ... in /var/www/x.php on line 7".
bool IsMessage(std::string_view text) {
  for (const std::string_view start :
       {"Warning:", "Notice:", "Deprecated:", "Fatal error:", "Strict Standards:"}) {
    if (text.starts_with(start)) {
      return text.find(".php") != text.npos && text.find(" on line ") != text.npos;
    }
  }
  return false;
}

// "0:15 / 3:20", "2/5": of a player or a gallery.
bool IsCounter(std::string_view text) {
  return text.size() <= 16 && text.find_first_of(":/") != text.npos &&
         text.find_first_not_of("0123456789:/.,- ") == text.npos;
}

// "... in Hong Kong (Image: GETTY)", "Sonu Mehta/Getty Images": below a picture, in no element of
// its own.
bool IsPictureLine(const HtmlBlock& block, std::string_view text) {
  constexpr uint32_t kMaxLine = 160, kMaxCredit = 60;
  if (block.weight > kMaxLine) return false;
  if (block.sentence_ends == 0 && block.weight <= kMaxCredit) {
    for (const std::string_view agency :
         {"Getty Images", "/Getty", "/AFP", "/Reuters", "/REUTERS", "/AP", "/dpa", "/Shutterstock",
          ", AP", "/ Associated Press", "/EPA", "/PA", "/Corbis"}) {
      if (text.ends_with(agency)) return true;
    }
  }
  const size_t open = text.find_last_of('(');
  if (open == text.npos || !text.ends_with(")") || block.sentence_ends > 1) return false;
  const std::string_view inside = text.substr(open + 1);
  for (const std::string_view label :
       {"Image:", "Image credit", "Photo:", "Photo by", "Picture:", "Pic:", "Credit:", "AP Photo",
        "Getty", "Foto:", "Bild:", "Photos:", "Crédit", "Foto de", "Reuters)", "REUTERS)"}) {
    if (inside.starts_with(label)) return true;
  }
  return false;
}

// The second of two equal blocks and those that follow it. Short ones may be labels of the text.
void DropTwins(MainTextDraft* draft) {
  constexpr uint32_t kMinTwin = 80;
  std::vector<std::pair<uint64_t, size_t>> hashes;
  for (size_t i = 0; i < draft->size(); ++i) {
    const HtmlBlock& block = draft->block(i);
    if (!draft->Kept(i) || block.weight < kMinTwin) continue;
    if (block.kind == Kind::kPre || block.kind == Kind::kRow || block.kind == Kind::kHeading) {
      continue;
    }
    hashes.emplace_back(Hash64(draft->TextOf(i)), i);
  }
  std::sort(hashes.begin(), hashes.end());
  size_t first = 0;
  for (size_t k = 1; k < hashes.size(); ++k) {
    if (hashes[k].first != hashes[first].first)
      first = k;
    else if (draft->TextOf(hashes[k].second) == draft->TextOf(hashes[first].second))
      draft->Drop(hashes[k].second);
  }
}

}  // namespace

bool NamesForms(std::string_view text) {
  constexpr size_t kMaxForms = 60;
  if (text.size() > kMaxForms) return false;
  for (size_t at = text.find_first_not_of(kBetween); at != text.npos;
       at = text.find_first_not_of(kBetween, at)) {
    const size_t end = std::min(text.find_first_of(kBetween, at), text.size());
    const std::string word = LowerAscii(text.substr(at, end - at));
    if (std::find(std::begin(kForms), std::end(kForms), word) == std::end(kForms)) return false;
    at = end;
  }
  return true;
}

void DropWidgets(MainTextDraft* draft) {
  DropCalendars(draft);
  DropTwins(draft);
  for (size_t i = 0; i < draft->size(); ++i) {
    if (!draft->Kept(i)) continue;
    const Kind kind = draft->block(i).kind;
    const std::string_view text = draft->TextOf(i);
    if ((kind == Kind::kParagraph || kind == Kind::kItem) && IsPictureLine(draft->block(i), text)) {
      draft->Drop(i);
    }
    if ((kind == Kind::kParagraph || (kind == Kind::kItem && !draft->block(i).marker)) &&
        10 * draft->block(i).link_weight >= 8 * draft->block(i).weight && NamesForms(text)) {
      draft->Drop(i);
    }
    if (kind != Kind::kParagraph) continue;
    if (IsMessage(text) || IsCounter(text)) draft->Drop(i);
  }
  draft->SumProse();
}

}  // namespace cria::corpus
