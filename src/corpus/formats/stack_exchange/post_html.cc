// One pass over the tags, without a tree: the text is written as the tags come.
#include "corpus/formats/stack_exchange/post_html.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "corpus/formats/html/html_references.h"

namespace cria::corpus {
namespace {

// Deeper lists and quotations print no deeper prefix, so that a line's prefix is bounded.
constexpr size_t kMaxPrefixDepth = 8;

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Lines, paragraphs and their prefixes.
class PostText {
 public:
  // Running text with its references: white space folds to one space, except in a formula on lines
  // of its own.
  void Text(std::string_view raw) {
    std::string decoded;
    if (raw.find('&') != raw.npos) {
      AppendDecodedReferences(raw, &decoded);
      raw = decoded;
    }
    size_t i = 0;
    while (i < raw.size()) {
      size_t end = i;
      if (IsSpace(raw[i])) {
        while (end < raw.size() && IsSpace(raw[end])) ++end;
        InFormula() && !AtLineStart() ? Write(raw.substr(i, end - i)) : void(space_ = true);
      } else {
        while (end < raw.size() && !IsSpace(raw[end])) ++end;
        Word(raw.substr(i, end - i));
      }
      i = end;
    }
  }

  // Text of a <code> within a line: blanks stay, lines end as spaces.
  void InlineCode(std::string_view raw) {
    std::string code;
    AppendDecodedReferences(raw, &code);
    std::replace_if(
        code.begin(), code.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    if (code.empty()) return;
    if (AtLineStart()) code.erase(0, std::min(code.find_first_not_of(' '), code.size()));
    if (!code.empty()) Write(code);
  }

  void Program(std::string_view text) {
    while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
    // Empty lines in front go, the first line's indentation stays.
    const size_t first = std::min(text.find_first_not_of(" \n\t\r\f"), text.size());
    const size_t begin = text.substr(0, first).rfind('\n');
    if (begin != text.npos) text.remove_prefix(begin + 1);
    if (text.empty()) return;
    Break(2);
    if (!marker_.empty()) {  // an item that begins with program text: the marker has its own line
      marker_.erase(marker_.find_last_not_of(' ') + 1);
      StartLine(true);
      Break(1);
    }
    while (true) {
      const size_t end = std::min(text.find('\n'), text.size());
      std::string_view line = text.substr(0, end);
      if (line.ends_with('\r')) line.remove_suffix(1);
      StartLine(false);
      out_.append(line);
      if (end == text.size()) break;
      text.remove_prefix(end + 1);
      Break(1, true);
    }
    Break(2);
  }

  // At least `lines` line ends before what comes next: 2 parts paragraphs. `again`: even if the
  // line is empty.
  void Break(int lines, bool again = false) {
    space_ = false;
    formula_dollars_ = false;
    formula_depth_ = 0;
    if (again) {
      out_ += '\n';
      breaks_ = 0;
      line_start_ = true;
    } else {
      breaks_ = std::max(breaks_, lines);
    }
  }
  // A <br>: two of them part paragraphs.
  void LineEnd() {
    space_ = false;
    breaks_ = std::min(2, breaks_ + 1);
  }
  // A paragraph's begin: an item's first paragraph stands behind its marker.
  void Paragraph() { Break(marker_.empty() ? 2 : 1); }
  // Its end: the items of a list follow each other without empty lines.
  void EndParagraph() { Break(lists_.empty() ? 2 : 1); }

  void Quote(bool begin) {
    Break(2);
    quotes_ = begin ? quotes_ + 1 : quotes_ - (quotes_ > 0);
  }

  void List(bool begin, bool ordered) {
    Break(lists_.empty() || (!begin && lists_.size() == 1) ? 2 : 1);
    marker_.clear();
    if (begin) {
      if (lists_.size() < kMaxOpenLists) lists_.push_back(ordered ? 1 : 0);
    } else if (!lists_.empty()) {
      lists_.pop_back();
    }
  }

  void Item() {
    Break(1);
    if (lists_.empty()) lists_.push_back(0);
    marker_ = lists_.back() == 0 ? "- " : std::to_string(lists_.back()++) + ". ";
  }

  void Cell() {
    if (!AtLineStart()) Write(" | ");
    space_ = false;
  }

  // <sup>`text`</sup>: an exponent behind a number, a bracket or a name of one letter.
  void Raise(std::string_view text) {
    if (text.empty() || AtLineStart() || space_ || out_.empty()) return;
    for (const char c : text) {
      if (!IsDigit(c) && c != '-' && c != '+' && c != 'n') return;
    }
    const char last = out_.back();
    const bool one_letter =
        IsLetter(last) && (out_.size() < 2 || (!IsLetter(out_[out_.size() - 2]) &&
                                               static_cast<uint8_t>(out_[out_.size() - 2]) < 0x80));
    if (IsDigit(last) || last == ')' || one_letter) out_ += '^';
  }

  bool AtLineStart() const { return line_start_ || breaks_ > 0; }

  std::string Finish() {
    const size_t end = out_.find_last_not_of(" \n\t\r\f");
    out_.resize(end == std::string::npos ? 0 : end + 1);
    return std::move(out_);
  }

 private:
  static constexpr size_t kMaxOpenLists = 64;

  bool InFormula() const { return formula_dollars_ || formula_depth_ > 0; }

  void Word(std::string_view word) {
    Write(word);
    for (size_t at = word.find("$$"); at != word.npos; at = word.find("$$", at + 2)) {
      formula_dollars_ = !formula_dollars_;
    }
    if (word.find('\\') == word.npos) return;
    for (size_t at = word.find("\\begin{"); at != word.npos; at = word.find("\\begin{", at + 7)) {
      ++formula_depth_;
    }
    for (size_t at = word.find("\\end{"); at != word.npos; at = word.find("\\end{", at + 5)) {
      formula_depth_ -= formula_depth_ > 0;
    }
  }

  void Write(std::string_view text) {
    const bool fresh = AtLineStart();
    StartLine(true);
    if (space_ && !fresh) out_ += ' ';
    space_ = false;
    out_.append(text);
  }

  void StartLine(bool indented) {
    if (!AtLineStart()) return;
    if (!out_.empty() && breaks_ > 0) out_.append(static_cast<size_t>(breaks_), '\n');
    breaks_ = 0;
    line_start_ = false;
    for (size_t i = 0; i < std::min(quotes_, kMaxPrefixDepth); ++i) out_ += "> ";
    if (!indented || lists_.empty()) return;
    const size_t depth = std::min(lists_.size(), kMaxPrefixDepth);
    out_.append(2 * (marker_.empty() ? depth : depth - 1), ' ');
    out_ += marker_;
    marker_.clear();
  }

  std::string out_, marker_;
  std::vector<int64_t> lists_;  // open lists: the next number, 0 for one without
  size_t quotes_ = 0;
  int breaks_ = 0;          // line ends that wait for the next text
  bool line_start_ = true;  // nothing is written on the line yet
  bool space_ = false;
  bool formula_dollars_ = false;
  int64_t formula_depth_ = 0;
};

// Reads the tags. A '<' that opens no tag is text.
class PostReader {
 public:
  explicit PostReader(std::string_view html) : html_(html) {
    const size_t last = html.rfind('>');
    tags_end_ = last == html.npos ? 0 : last + 1;
  }

  std::string Read() {
    size_t at = 0;
    while (at < html_.size()) {
      size_t end = std::min(html_.find('<', at), html_.size());
      while (end < html_.size() && !OpensTag(end))
        end = std::min(html_.find('<', end + 1), html_.size());
      Text(html_.substr(at, end - at));
      at = end < html_.size() ? Tag(end) : end;
    }
    if (pre_depth_ > 0) text_.Program(program_);
    return text_.Finish();
  }

 private:
  bool OpensTag(size_t at) const {
    if (at + 1 >= tags_end_) return false;
    const char c = html_[at + 1];
    return IsLetter(c) || c == '/' || c == '!' || c == '?';
  }

  void Text(std::string_view raw) {
    if (raw.empty()) return;
    if (pre_depth_ > 0) {
      AppendDecodedReferences(raw, &program_);
    } else if (code_depth_ > 0) {
      text_.InlineCode(raw);
    } else {
      text_.Text(raw);
    }
  }

  // Position behind the '>' of the tag at `at`, which stands outside quotes. Once a quote is open
  // to the end of the post, quotes count no more: every later search would go to the end, too.
  size_t TagEnd(size_t at) {
    const size_t first = html_.find('>', at) + 1;
    if (quotes_are_broken_) return first;
    for (size_t i = at; i < tags_end_; ++i) {
      if (html_[i] == '>') return i + 1;
      if (html_[i] != '"' && html_[i] != '\'') continue;
      i = html_.find(html_[i], i + 1);
      if (i == html_.npos) break;
    }
    quotes_are_broken_ = true;
    return first;
  }

  // Handles the tag at `at` and returns where the text goes on.
  size_t Tag(size_t at) {
    if (html_.substr(at).starts_with("<!--")) {
      const size_t end = comments_end_ ? html_.npos : html_.find("-->", at + 4);
      comments_end_ |= end == html_.npos;
      return end == html_.npos ? html_.find('>', at) + 1 : end + 3;
    }
    const size_t end = TagEnd(at);
    const bool closes = html_[at + 1] == '/';
    std::string name;
    for (size_t i = at + 1 + closes; i < end && name.size() < 12; ++i) {
      if (!IsLetter(html_[i]) && !IsDigit(html_[i])) break;
      name += IsDigit(html_[i]) ? html_[i] : static_cast<char>(html_[i] | 0x20);
    }
    if (!closes && (name == "script" || name == "style")) {
      return std::min(html_.find('<' + std::string("/") + name, end), html_.size());
    }
    if (pre_depth_ > 0 || name == "pre") {
      InProgram(name, closes);
    } else {
      closes ? Close(name) : Open(name, at, end);
    }
    return end;
  }

  void InProgram(std::string_view name, bool closes) {
    if (name == "br") program_ += '\n';
    if (name != "pre") return;
    pre_depth_ += closes ? -(pre_depth_ > 0) : 1;
    if (pre_depth_ > 0) return;
    text_.Program(program_);
    program_.clear();
    code_depth_ = 0;
  }

  // A picture for a name: <a href="/users/80"><img alt="Fishtoaster"></a>. What sites write for
  // pictures that nobody described says nothing.
  void Picture(size_t at, size_t end) {
    if (link_end_ == html_.npos || at > link_end_ || code_depth_ > 0) return;
    const std::string_view tag = html_.substr(at, end - at);
    const size_t begin = tag.find(" alt=\"");
    if (begin == tag.npos) return;
    std::string_view text = tag.substr(begin + std::string_view(" alt=\"").size());
    text = text.substr(0, text.find('"'));
    constexpr size_t kMaxName = 80;
    constexpr std::string_view kEmpty[] = {"enter ", "profile for ", "image", "picture", "http"};
    const bool empty =
        std::any_of(std::begin(kEmpty), std::end(kEmpty),
                    [&](std::string_view start) { return text.substr(0, 16).starts_with(start); });
    if (text.empty() || text.size() > kMaxName || empty || text == last_name_) return;
    last_name_ = text;
    text_.Text(" ");
    text_.Text(text);
    text_.Text(" ");
  }

  void Open(std::string_view name, size_t at, size_t end) {
    if (name == "p") return text_.Paragraph();
    if (name == "code" || name == "kbd" || name == "tt" || name == "samp")
      return void(++code_depth_);
    if (name == "br") return text_.LineEnd();
    if (name == "a") return void(link_end_ = html_.find("</a", end));
    if (name == "img") return Picture(at, end);
    if (name == "li") return text_.Item();
    if (name == "ul" || name == "ol") return text_.List(true, name == "ol");
    if (name == "blockquote") return text_.Quote(true);
    if (name == "tr" || name == "dd") return text_.Break(1);
    if (name == "td" || name == "th") return text_.Cell();
    if (name == "sup") {
      return text_.Raise(html_.substr(end, std::min<size_t>(html_.find('<', end) - end, 8)));
    }
    if (IsBlock(name)) text_.Break(2);
  }

  void Close(std::string_view name) {
    if (name == "p") return text_.EndParagraph();
    if (name == "code" || name == "kbd" || name == "tt" || name == "samp") {
      code_depth_ -= code_depth_ > 0;
      return;
    }
    if (name == "li") return text_.Break(1);
    if (name == "ul" || name == "ol") return text_.List(false, false);
    if (name == "blockquote") return text_.Quote(false);
    if (name == "tr" || name == "dd") return text_.Break(1);
    if (IsBlock(name)) text_.Break(2);
  }

  static bool IsBlock(std::string_view name) {
    constexpr std::string_view kBlocks[] = {
        "h1",      "h2", "h3", "h4",      "h5",      "h6",      "hr",     "div",    "table",
        "section", "dl", "dt", "details", "summary", "address", "center", "article"};
    return std::find(std::begin(kBlocks), std::end(kBlocks), name) != std::end(kBlocks);
  }

  std::string_view html_;
  size_t tags_end_ = 0;  // behind the last '>'
  PostText text_;
  std::string program_;
  int64_t pre_depth_ = 0, code_depth_ = 0;
  size_t link_end_ = std::string_view::npos;  // of the last link
  std::string_view last_name_;                // that a picture gave
  bool quotes_are_broken_ = false, comments_end_ = false;
};

}  // namespace

std::string PostHtmlToText(std::string_view html) { return PostReader(html).Read(); }

}  // namespace cria::corpus
