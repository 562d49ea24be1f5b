// One pass over the bytes with a table of character classes.
#include "corpus/formats/html/html_block_writer.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "corpus/formats/html/html_references.h"

namespace cria::corpus {
namespace {

bool IsCell(HtmlTag tag) { return tag == HtmlTag::kTd || tag == HtmlTag::kTh; }
bool IsHeading(HtmlTag tag) { return tag >= HtmlTag::kH1 && tag <= HtmlTag::kH6; }
bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }

// 1: white space (NUL as well), 2: "&", 3: perhaps the first byte of a no-break space.
constexpr std::array<uint8_t, 256> MakeClasses() {
  std::array<uint8_t, 256> classes{};
  for (const unsigned char c : {' ', '\n', '\t', '\r', '\f', '\0'}) classes[c] = 1;
  classes['&'] = 2;
  classes[0xc2] = 3;
  return classes;
}
constexpr std::array<uint8_t, 256> kClasses = MakeClasses();
uint8_t ClassOf(char c) { return kClasses[static_cast<unsigned char>(c)]; }

constexpr std::array<uint8_t, 256> MakeWeights() {
  std::array<uint8_t, 256> weights{};
  for (size_t c = 0; c < 256; ++c) weights[c] = c < 0x80 || c >= 0xc0 ? 1 : 0;
  for (size_t c = 0xe3; c < 0xf0; ++c) weights[c] = 2;
  return weights;
}
constexpr std::array<uint8_t, 256> kWeights = MakeWeights();

uint32_t WeightOf(std::string_view text) {
  uint32_t weight = 0;
  for (const char c : text) weight += kWeights[static_cast<unsigned char>(c)];
  return weight;
}

// Whether nothing but white space or the end of a quotation follows.
bool EndsWord(std::string_view rest) {
  if (rest.empty() || IsSpace(rest[0]) || rest[0] == '"') return true;
  for (const std::string_view close : {"\u201d", "\u201c", "\u2019", "\u00bb", "\u00ab"}) {
    if (rest.starts_with(close)) return true;
  }
  return false;
}

uint32_t CountSentenceEnds(std::string_view text) {
  uint32_t count = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.' || c == '!' || c == '?') {
      // Not the dots of "..." and "3.14".
      if (EndsWord(text.substr(i + 1))) ++count;
    } else if (static_cast<unsigned char>(c) >= 0xd8) {
      // Ideographic and full-width stops, Arabic and Devanagari ones.
      const std::string_view rest = text.substr(i);
      for (const std::string_view stop :
           {"\u3002", "\uff01", "\uff1f", "\u061f", "\u06d4", "\u0964", "\u2026"}) {
        if (rest.starts_with(stop)) ++count;
      }
    }
  }
  return count;
}

// Blocks of no more than this may be nothing but what nobody sees, or a box to tick.
constexpr uint32_t kMaxEmpty = 16;

bool IsEmpty(std::string_view text) {
  constexpr std::string_view kNothing[] = {"\u200b", "\u200c", "\u200d", "\u200e", "\u200f",
                                           "\u2060", "\ufeff", "\u00ad", "\u25a2", " "};
  while (!text.empty()) {
    const auto* const found =
        std::find_if(std::begin(kNothing), std::end(kNothing),
                     [&](std::string_view nothing) { return text.starts_with(nothing); });
    if (found == std::end(kNothing)) return false;
    text.remove_prefix(found->size());
  }
  return true;
}

// A cell of more than this in a row, or with this much in links, is layout: a block of its own.
constexpr uint32_t kMaxCellWeight = 300, kMaxCellLinkWeight = 40;

}  // namespace

void HtmlBlockWriter::Boundary(HtmlTag tag, bool starts) {
  if (IsCell(tag)) {
    cell_blocks_ = 0;
    cell_break_ = false;
  }
  const bool row = open_block_ && block_.kind == HtmlBlock::Kind::kRow;
  if (!row || tag == HtmlTag::kUnknown) return Flush();
  if (IsCell(tag)) {
    const bool links = links_ > 1 && block_.link_weight > kMaxCellLinkWeight &&
                       block_.link_weight * 2 > block_.weight;
    if (starts) {
      links_ = 0;
      separator_ = true;
    } else if (block_.weight > kMaxCellWeight || links) {
      Flush();
    }
  } else if (tag == HtmlTag::kP || tag == HtmlTag::kDiv) {
    if (!separator_) cell_break_ = true;
  } else {
    Flush();
  }
}

void HtmlBlockWriter::OpenBlock() {
  using Kind = HtmlBlock::Kind;
  block_ = {};
  open_block_ = true;
  block_.begin = static_cast<uint32_t>(page_->text.size());
  block_.node = place_.node;
  block_.kind = Kind::kParagraph;
  block_.level = static_cast<uint8_t>(std::min(15, place_.list_depth));
  if (place_.pre)
    block_.kind = Kind::kPre;
  else
    SetForm();
}

void HtmlBlockWriter::SetForm() {
  using Kind = HtmlBlock::Kind;
  // The nearest element that gives the text its form; wrappers in between are few.
  int32_t node = block_.node;
  for (int i = 0; i < 4 && node > 0; ++i, node = page_->nodes[static_cast<size_t>(node)].parent) {
    const HtmlTag tag = page_->nodes[static_cast<size_t>(node)].tag;
    if (IsHeading(tag) && i > 1) return;  // one that nobody ended
    if (IsHeading(tag)) {
      block_.kind = Kind::kHeading;
      block_.level =
          static_cast<uint8_t>(1 + static_cast<int>(tag) - static_cast<int>(HtmlTag::kH1));
    } else if (tag == HtmlTag::kLi) {
      block_.kind = Kind::kItem;
      block_.marker = marker_;
      block_.number = marker_ ? number_ : 0;
      marker_ = false;
    } else if (IsCell(tag)) {
      block_.kind = cell_blocks_ > 0 ? Kind::kParagraph : Kind::kRow;
    } else if (tag == HtmlTag::kDd) {
      block_.kind = Kind::kDefinition;
    } else if (tag == HtmlTag::kFigcaption || tag == HtmlTag::kCaption) {
      block_.kind = Kind::kCaption;
    } else if (tag == HtmlTag::kP || tag == HtmlTag::kDiv || tag == HtmlTag::kCenter ||
               tag == HtmlTag::kUnknown) {
      continue;
    }
    return;
  }
}

void HtmlBlockWriter::Flush() {
  space_ = separator_ = glue_ = false;
  breaks_ = 0;
  const bool split = std::exchange(cell_break_, false);
  if (!open_block_) return;
  open_block_ = false;
  std::string& text = page_->text;
  const bool pre = block_.kind == HtmlBlock::Kind::kPre;
  while (text.size() > block_.begin && IsSpace(text.back())) text.pop_back();
  if (pre) {
    size_t from = block_.begin;
    for (size_t i = from; i < text.size() && IsSpace(text[i]); ++i) {
      if (text[i] == '\n') from = i + 1;
    }
    block_.begin = static_cast<uint32_t>(from);
  }
  block_.end = static_cast<uint32_t>(text.size());
  if (block_.kind == HtmlBlock::Kind::kRow) {
    ++cell_blocks_;
    if (split) block_.kind = HtmlBlock::Kind::kParagraph;
  }
  if (block_.begin >= block_.end || block_.weight == 0) return;
  const std::string_view view = std::string_view(text).substr(block_.begin);
  if (block_.weight <= kMaxEmpty && IsEmpty(view)) return;
  if (IsOwnNumber(view)) {  // the next block begins the item
    marker_ = true;
    number_ = block_.number;
    return;
  }
  block_.sentence_ends = CountSentenceEnds(view);
  page_->blocks.push_back(block_);
}

// "3" or "3." alone in front of the third item's text: the list counts for itself.
bool HtmlBlockWriter::IsOwnNumber(std::string_view text) const {
  constexpr size_t kMaxDigits = 3;
  if (block_.kind != HtmlBlock::Kind::kItem || !block_.marker || block_.number == 0) return false;
  if (text.ends_with('.') || text.ends_with(')')) text.remove_suffix(1);
  return text.size() <= kMaxDigits && text == std::to_string(block_.number);
}

void HtmlBlockWriter::LineBreak() {
  space_ = true;
  if (open_block_ && ++breaks_ == 2) Flush();
}

void HtmlBlockWriter::Text(std::string_view raw, bool literal) {
  if (place_.pre) return Verbatim(raw, literal);
  size_t i = 0;
  while (i < raw.size()) {
    const uint8_t kind = ClassOf(raw[i]);
    if (kind == 1) {
      space_ = true;
      ++i;
    } else if (kind == 3 && i + 1 < raw.size() && raw[i + 1] == '\xa0') {
      space_ = true;
      i += 2;
    } else if (kind == 2) {
      decoded_.clear();
      const size_t used = literal ? 0 : DecodeHtmlReference(raw.substr(i), false, &decoded_);
      if (used == 0) decoded_.assign(1, '&');
      if (decoded_ == "\u00a0" || IsSpace(decoded_[0]))
        space_ = true;
      else
        Append(decoded_);
      i += std::max<size_t>(used, 1);
    } else {
      size_t end = i + 1;
      while (end < raw.size() && ClassOf(raw[end]) == 0) ++end;
      Append(raw.substr(i, end - i));
      i = end;
    }
  }
}

// A piece of a word.
void HtmlBlockWriter::Append(std::string_view piece) {
  std::string& text = page_->text;
  if (open_block_ && cell_break_) Flush();
  if (!open_block_) {
    OpenBlock();
  } else if (separator_) {
    text += " | ";
  } else if (breaks_ > 0) {
    text += block_.kind == HtmlBlock::Kind::kHeading ? ' ' : '\n';
  } else if (space_ && !glue_) {
    text += ' ';
  }
  space_ = separator_ = glue_ = false;
  breaks_ = 0;
  text += piece;
  Weigh(piece);
}

void HtmlBlockWriter::Weigh(std::string_view piece) {
  const uint32_t weight = WeightOf(piece);
  block_.weight += weight;
  if (!place_.link) return;
  block_.link_weight += weight;
  if (block_.links == 0) block_.link_host = link_host_;
  if (new_link_ || block_.links == 0) ++block_.links;
  new_link_ = false;
}

void HtmlBlockWriter::Verbatim(std::string_view raw, bool literal) {
  if (raw.empty()) return;
  if (!open_block_) OpenBlock();
  decoded_.clear();
  if (!literal) AppendDecodedHtml(raw, false, &decoded_);
  const std::string_view decoded = literal ? raw : std::string_view(decoded_);
  size_t at = 0;
  while (at < decoded.size()) {
    const uint8_t kind = ClassOf(decoded[at]);
    const bool fixed = kind == 3 && at + 1 < decoded.size() && decoded[at + 1] == '\xa0';
    if (kind == 1 || fixed) {
      page_->text += fixed || decoded[at] == '\0' ? ' ' : decoded[at];
      at += fixed ? 2 : 1;
      continue;
    }
    size_t end = at + 1;
    while (end < decoded.size() && (ClassOf(decoded[end]) & 1) == 0) ++end;
    page_->text += decoded.substr(at, end - at);
    Weigh(decoded.substr(at, end - at));
    at = end;
  }
}

void HtmlBlockWriter::BreakVerbatim() {
  if (open_block_ && !page_->text.empty() && page_->text.back() != '\n') page_->text += '\n';
}

}  // namespace cria::corpus
