// Lines of reduced wikitext to blocks, blocks without text out, the rest joined.
#include "corpus/formats/wiki/wikitext.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <vector>

#include "corpus/formats/wiki/wikitext_announcements.h"
#include "corpus/formats/wiki/wikitext_line.h"
#include "corpus/formats/wiki/wikitext_links.h"
#include "corpus/formats/wiki/wikitext_marks.h"
#include "corpus/formats/wiki/wikitext_reducer.h"
#include "corpus/formats/wiki/wikitext_sections.h"
#include "corpus/formats/wiki/wikitext_sentences.h"

namespace cria::corpus {
namespace {

constexpr size_t kMaxListDepth = 6;
// A section of sources that has a paragraph of this length is a text about them.
constexpr size_t kProseBytes = 200;
constexpr size_t kMaxCaptionBytes = 80;
constexpr size_t kMaxStep = 24;  // blanks before a line of preformatted text

struct Block {
  enum class Kind { kParagraph, kItem, kHeading, kVerbatim } kind;
  std::string text;
  size_t level = 0;                // of a heading
  bool before_dropped = false;     // a table or template that was left out stood behind it
  bool leads_outside = false;      // an item that begins with a link to another site, or an address
  bool term = false;               // an item that heads others
  bool before_lost_items = false;  // an item of which nothing was left
};

class Blocks {
 public:
  Blocks(const ReducedWikitext& reduced, std::string_view language)
      : reduced_(reduced), language_(language) {}

  std::string Run() {
    std::string_view rest = reduced_.text;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find('\n'), rest.size());
      Take(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    DropBrokenSentences();
    DropSections();
    DropEmptyHeadings();
    DropLeadIns();
    DropEmptyHeadings();
    return Joined();
  }

 private:
  std::string Text(std::string_view line) const { return WikitextLineToText(line, reduced_.stash); }

  void Take(std::string_view line) {
    const size_t indent = std::min(line.find_first_not_of(' '), line.size());
    const bool indented = indent > 0;
    const bool dropped = line.find(kHole) != line.npos;
    const std::string_view whole = TrimSpace(line);
    line = TrimWikitext(line);
    if (line.empty()) {
      open_paragraph_ = false;
      if (dropped && !blocks_.empty()) blocks_.back().before_dropped = true;
      return;
    }
    const bool joins = open_paragraph_;
    open_paragraph_ = false;
    // Rows of a table that never ended; a row cannot begin with '|' elsewhere.
    if (line[0] == '|' || (line[0] == '!' && reduced_.open_table)) return;
    const bool rule = line.starts_with("----");
    if (rule) {
      line.remove_prefix(std::min(line.find_first_not_of('-'), line.size()));
      line = TrimWikitext(line);
      if (line.empty()) return;
    }
    if (TakeHeading(line) || TakeVerbatim(line)) return;
    // What was left out at the ends of the line counts for its text.
    const auto rest = static_cast<size_t>(whole.data() + whole.size() - line.data());
    if (TakeItem({line.data(), rest})) return;
    std::string text = Text(rule ? line : whole);
    if (text.empty() || (!joins && IsWikitextHatnote(text))) return;
    if (joins && blocks_.back().kind == Block::Kind::kParagraph) {
      blocks_.back().text += indented || broken_line_ ? '\n' : ' ';
      // Steps of an algorithm, deeper than the first line.
      if (paragraph_indent_ > 0 && indent > paragraph_indent_) {
        blocks_.back().text.append(std::min(indent - paragraph_indent_, kMaxStep), ' ');
      }
      blocks_.back().text += text;
    } else {
      blocks_.push_back({Block::Kind::kParagraph, std::move(text)});
      blocks_.back().leads_outside = StartsLikeAddress(line);
      paragraph_indent_ = indent;
    }
    open_paragraph_ = true;
    broken_line_ = whole.ends_with(kBreak);
  }

  bool TakeHeading(std::string_view line) {
    if (line[0] != '=' || line.back() != '=' || line.size() < 3) return false;
    const size_t left = std::min(line.find_first_not_of('='), line.size());
    const size_t last = line.find_last_not_of('=');
    if (last == line.npos) return true;  // "=====" alone
    const size_t level = std::min({left, line.size() - 1 - last, size_t{6}});
    std::string text = Text(line.substr(level, line.size() - 2 * level));
    std::replace(text.begin(), text.end(), '\n', ' ');
    // A heading of an empty text still ends the section before.
    blocks_.push_back({Block::Kind::kHeading, std::move(text), level});
    return true;
  }

  bool TakeVerbatim(std::string_view line) {
    if (line[0] != kStashBegin || line.find(kStashEnd) != line.size() - 1) return false;
    size_t place = 0;
    std::from_chars(line.data() + 1, line.data() + line.size(), place);
    if (place >= reduced_.stash.size() || !reduced_.stash[place].block) return false;
    blocks_.push_back({Block::Kind::kVerbatim, reduced_.stash[place].text});
    return true;
  }

  bool TakeItem(std::string_view line) {
    const size_t marks = line.find_first_not_of("*#:;");
    if (marks == 0) return false;
    if (marks == line.npos) return true;
    const size_t bullets =
        std::min(static_cast<size_t>(
                     std::count_if(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(marks),
                                   [](char c) { return c == '*' || c == '#'; })),
                 kMaxListDepth);
    const std::string_view content = line.substr(marks);
    std::string text = WithoutBrokenSentences(Text(content));
    if (text.empty()) {
      if (!blocks_.empty()) blocks_.back().before_lost_items = true;
      return true;
    }
    if (line[0] == ':' && IsWikitextHatnote(text)) return true;
    // "¹ Also for encodings": a note on the table above, which is not here.
    if (!blocks_.empty() && blocks_.back().before_dropped && StartsWithRaisedDigit(text)) {
      return true;
    }
    const bool own = line[marks - 1] == '*' || line[marks - 1] == '#';
    std::string indent(bullets > 1 ? 2 * (bullets - 1) : 0, ' ');
    indent += own ? "- " : bullets > 0 ? "  " : "";
    blocks_.push_back(
        {Block::Kind::kItem, Indented(text, indent), 0, false, LeadsOutside(content)});
    blocks_.back().term = line[marks - 1] == ';';
    return true;
  }

  // Further lines of an item stand under its first.
  static std::string Indented(std::string_view text, std::string_view indent) {
    std::string out(indent);
    for (const char c : text) {
      out += c;
      if (c == '\n') out.append(indent.size(), ' ');
    }
    return out;
  }

  static std::string_view TrimSpace(std::string_view text) {
    while (!text.empty() && IsWikitextSpace(text.front())) text.remove_prefix(1);
    while (!text.empty() && IsWikitextSpace(text.back())) text.remove_suffix(1);
    return text;
  }

  static bool StartsWithRaisedDigit(std::string_view text) {
    constexpr std::string_view kDigits[] = {"¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    return std::any_of(std::begin(kDigits), std::end(kDigits),
                       [&](std::string_view digit) { return text.starts_with(digit); });
  }

  static bool LeadsOutside(std::string_view content) {
    content = TrimWikitext(content);
    while (content.starts_with('\'')) content.remove_prefix(1);
    if (content.starts_with('[')) content.remove_prefix(1);
    return StartsLikeAddress(content);
  }

  void DropBrokenSentences() {
    std::vector<Block> kept;
    kept.reserve(blocks_.size());
    for (Block& block : blocks_) {
      if (block.kind == Block::Kind::kHeading) {
        std::erase(block.text, kBroken);
      } else if (block.kind == Block::Kind::kParagraph) {
        block.text = WithoutBrokenSentences(block.text);
        if (block.text.empty()) continue;
      }
      kept.push_back(std::move(block));
    }
    blocks_ = std::move(kept);
  }

  // The end of the section whose heading is block `i`.
  size_t SectionEnd(size_t i) const {
    size_t end = i + 1;
    while (end < blocks_.size() && !(blocks_[end].kind == Block::Kind::kHeading &&
                                     blocks_[end].level <= blocks_[i].level)) {
      ++end;
    }
    return end;
  }

  // Long paragraphs, and more of them than of lists.
  bool HasProse(size_t begin, size_t end) const {
    size_t prose = 0, items = 0;
    for (size_t i = begin; i < end; ++i) {
      const size_t bytes = blocks_[i].text.size();
      if (blocks_[i].kind == Block::Kind::kItem) items += bytes;
      if (blocks_[i].kind == Block::Kind::kParagraph && bytes >= kProseBytes) prose += bytes;
    }
    return prose > items;
  }

  // Each block is looked at once for each level of headings above it: at most six times.
  void DropSections() {
    std::vector<Block> kept;
    kept.reserve(blocks_.size());
    for (size_t i = 0; i < blocks_.size();) {
      if (blocks_[i].kind == Block::Kind::kHeading) {
        const WikitextSection section = SectionOf(blocks_[i].text, language_);
        if (section != WikitextSection::kText) {
          const size_t end = SectionEnd(i);
          if (section == WikitextSection::kNoText || !HasProse(i, end)) {
            i = end;
            continue;
          }
        } else {
          size_t end = i + 1;
          bool links = false;
          for (; end < blocks_.size() && (blocks_[end].leads_outside || blocks_[end].term); ++end) {
            links = links || blocks_[end].leads_outside;
          }
          const bool ends = end == blocks_.size() || blocks_[end].kind == Block::Kind::kHeading;
          if (links && ends) {
            i = end;
            continue;
          }
        }
      }
      kept.push_back(std::move(blocks_[i++]));
    }
    blocks_ = std::move(kept);
  }

  // "The largest cities are:" before a table that was left out, or a list of which nothing is
  // left; then its end may lack its colon too.
  void DropLeadIns() {
    DropAnnouncements();
    size_t level = 1;  // of the heading above
    std::vector<Block> kept;
    kept.reserve(blocks_.size());
    for (size_t i = 0; i < blocks_.size(); ++i) {
      Block& block = blocks_[i];
      const bool last = i + 1 == blocks_.size();
      if (block.kind == Block::Kind::kHeading) level = block.level;
      // "There are six regions:" before a part for each of them.
      const bool parts = !last && blocks_[i + 1].kind == Block::Kind::kHeading &&
                         blocks_[i + 1].level > level && !block.before_dropped;
      const bool nothing = last || (blocks_[i + 1].kind == Block::Kind::kHeading && !parts) ||
                           ((block.before_dropped || block.before_lost_items) &&
                            blocks_[i + 1].kind == Block::Kind::kParagraph);
      const bool open =
          block.text.ends_with(':') || (block.before_lost_items && !EndsWithStop(block.text));
      if (nothing && open && block.kind == Block::Kind::kParagraph) {
        block.text = WithoutBrokenSentences(block.text + kBroken);
        if (block.text.empty()) continue;
      }
      kept.push_back(std::move(block));
    }
    blocks_ = std::move(kept);
  }

  // Beyond ASCII nothing is judged.
  static bool EndsWithStop(std::string_view text) {
    return text.empty() ||
           std::string_view(".!?\"')]").find(text.back()) != std::string_view::npos ||
           static_cast<unsigned char>(text.back()) >= 0x80;
  }

  // In a part between two headings that lost a table: "The following table shows them." goes, and
  // so does a line that dated it ("As of: 29 October") where nothing else is left.
  void DropAnnouncements() {
    std::vector<Block> kept;
    kept.reserve(blocks_.size());
    for (size_t begin = 0; begin < blocks_.size();) {
      size_t end = begin + 1;
      while (end < blocks_.size() && blocks_[end].kind != Block::Kind::kHeading) ++end;
      const bool lost = std::any_of(blocks_.begin() + static_cast<std::ptrdiff_t>(begin),
                                    blocks_.begin() + static_cast<std::ptrdiff_t>(end),
                                    [](const Block& block) { return block.before_dropped; });
      const bool alone = lost && end - begin == 2 && blocks_[begin].kind == Block::Kind::kHeading;
      for (size_t i = begin; i < end; ++i) {
        Block& block = blocks_[i];
        if (lost && block.kind == Block::Kind::kParagraph) {
          block.text = WithoutSentences(block.text, AnnouncesWikitextTable);
          const bool dates = alone && block.text.size() < kMaxCaptionBytes &&
                             block.text.find(": ") != std::string::npos &&
                             !block.text.ends_with('.');
          if (block.text.empty() || dates) continue;
        }
        kept.push_back(std::move(block));
      }
      begin = end;
    }
    blocks_ = std::move(kept);
  }

  // From the end: a heading stays if something stands between it and the next of its level or
  // above.
  void DropEmptyHeadings() {
    std::vector<Block> kept;
    size_t next_level = 0;  // of the last heading kept, while nothing stands before it; 0: text
    bool text = false;
    for (size_t i = blocks_.size(); i-- > 0;) {
      Block& block = blocks_[i];
      if (block.kind != Block::Kind::kHeading) {
        text = true;
        kept.push_back(std::move(block));
        continue;
      }
      const bool keep = text || (next_level > block.level);
      if (!keep) continue;
      next_level = block.level;
      text = false;
      if (!block.text.empty()) kept.push_back(std::move(block));
    }
    std::reverse(kept.begin(), kept.end());
    blocks_ = std::move(kept);
  }

  std::string Joined() const {
    std::string all;
    for (size_t i = 0; i < blocks_.size(); ++i) {
      const bool list = i > 0 && blocks_[i].kind == Block::Kind::kItem &&
                        blocks_[i - 1].kind == Block::Kind::kItem;
      if (i > 0) all += list ? "\n" : "\n\n";
      all += blocks_[i].text;
    }
    return all;
  }

  const ReducedWikitext& reduced_;
  const std::string_view language_;
  std::vector<Block> blocks_;
  bool open_paragraph_ = false;
  size_t paragraph_indent_ = 0;  // blanks before the first line of the open paragraph
  bool broken_line_ = false;     // the last line of the open paragraph ended with <br>
};

}  // namespace

std::string WikitextToText(std::string_view wikitext, std::string_view language,
                           std::string_view title) {
  const ReducedWikitext reduced = ReduceWikitext(wikitext, {language, title});
  return Blocks(reduced, language).Run();
}

}  // namespace cria::corpus
