// A scanner over the bytes that begin or end something. An open bracket is a frame: a place in the
// output. When it ends, what was written since then is its content, already reduced, and is
// replaced by what a reader would see of it.
#include "corpus/formats/wiki/wikitext_reducer.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <unordered_map>

#include "corpus/formats/wiki/wikitext_links.h"
#include "corpus/formats/wiki/wikitext_raw.h"
#include "corpus/formats/wiki/wikitext_tables.h"
#include "corpus/formats/wiki/wikitext_tags.h"
#include "corpus/formats/wiki/wikitext_templates.h"
#include "corpus/formats/wiki/wikitext_variants.h"

namespace cria::corpus {
namespace {

constexpr size_t kMaxDepth = 40;
constexpr size_t kMaxIndent = 64;  // marks before a table on its line

class Reducer {
 public:
  Reducer(std::string_view in, const WikitextContext& context) : in_(in), context_(context) {
    special_.fill(false);
    for (int c = 0; c < 0x20; ++c) special_[c] = c != '\t';
    special_[0x7f] = true;
    for (const char c : {'<', '{', '}', '[', ']', '|'}) special_[static_cast<uint8_t>(c)] = true;
    special_['-'] = HasWikitextVariants(context.language);
    out_.reserve(in.size() / 2);
  }

  ReducedWikitext Run() {
    while (at_ < in_.size()) {
      const size_t begin = at_;
      while (at_ < in_.size() && !special_[static_cast<uint8_t>(in_[at_])]) ++at_;
      out_.append(in_, begin, at_ - begin);
      if (at_ < in_.size()) Special();
    }
    CloseRest();
    return {std::move(out_), std::move(stash_), open_table_};
  }

 private:
  enum class Kind { kTemplate, kParameter, kLink, kTable, kHtmlTable, kVariant };
  struct Frame {
    Kind kind;
    size_t start;       // of its content in out_
    size_t first_pipe;  // in pipes_
    int brackets = 0;   // single ones open in it
    int braces = 0;
  };

  char Peek(size_t ahead = 0) const { return at_ + ahead < in_.size() ? in_[at_ + ahead] : '\0'; }
  size_t RunLength(char c) const {
    size_t n = 0;
    while (Peek(n) == c) ++n;
    return n;
  }
  bool TopIs(Kind kind) const { return frames_.size() > 1 && frames_.back().kind == kind; }

  void Special() {
    switch (in_[at_]) {
      case '\n':
        return NewLine();
      case '<':
        return Less();
      case '{':
        return OpenBraces();
      case '}':
        return CloseBraces();
      case '[':
        return OpenBrackets();
      case ']':
        return CloseBrackets();
      case '|':
        return Pipe();
      case '-':
        if (Peek(1) == '{' && Peek(2) != '{' && frames_.size() < kMaxDepth) {
          at_ += 2;
          return Push(Kind::kVariant);
        }
        out_ += in_[at_++];
        return;
      default:
        ++at_;  // a control character
    }
  }

  void Push(Kind kind) { frames_.push_back({kind, out_.size(), pipes_.size()}); }

  // Ends the top frame; its content becomes `text`, which must not lie in out_.
  void Pop(std::string_view text) {
    out_.resize(frames_.back().start);
    out_ += text;
    pipes_.resize(frames_.back().first_pipe);
    frames_.pop_back();
  }

  // The top frame never ends: its content stays. A label stays without its target, a picture
  // loses its first line, and so does what else is only known by its first line.
  void Abandon() {
    const Frame frame = frames_.back();
    const std::string_view content = std::string_view(out_).substr(frame.start);
    size_t cut = 0;
    if (frame.kind != Kind::kLink || IsWikitextFile(content)) {
      cut = std::min(content.find('\n'), content.size());
    } else if (pipes_.size() > frame.first_pipe) {
      cut = pipes_[frame.first_pipe] + 1 - frame.start;
    }
    open_table_ = open_table_ || frame.kind == Kind::kTable || frame.kind == Kind::kTemplate;
    out_.erase(frame.start, cut);
    pipes_.resize(frame.first_pipe);
    frames_.pop_back();
  }

  void CloseRest() {
    while (frames_.size() > 1) Abandon();
  }

  // Whether what is written next stands at the beginning of a line, list marks aside.
  bool AtLineStart() const {
    const size_t begin = frames_.back().start;
    size_t i = out_.size();
    const size_t limit = i > kMaxIndent ? i - kMaxIndent : 0;
    while (i > std::max(begin, limit)) {
      const char c = out_[i - 1];
      if (c == '\n') return true;
      if (c != ' ' && c != '\t' && c != ':' && c != '*' && c != '#' && c != ';' &&
          !IsWikitextMark(c)) {
        return false;
      }
      --i;
    }
    return i == 0;
  }

  void NewLine() {
    ++at_;
    frames_.back().brackets = frames_.back().braces = 0;
    const bool blank = Peek() == '\n', heading = Peek() == '=';
    if (heading || (blank && TopIs(Kind::kLink) &&
                    !IsWikitextFile(std::string_view(out_).substr(frames_.back().start)))) {
      while (TopIs(Kind::kLink)) Abandon();
    }
    // Behind an empty line a stanza begins.
    out_ += poem_ && !blank && !out_.ends_with('\n') ? kBreak : '\n';
  }

  // Drops all up to the end of the template that begins here: it is nested too deep.
  void SkipTemplate() {
    int64_t depth = 0;
    while (true) {
      at_ = in_.find_first_of("{}", at_);
      if (at_ == in_.npos) {
        at_ = in_.size();
        return;
      }
      if (Peek(1) != in_[at_]) {
        ++at_;
        continue;
      }
      depth += in_[at_] == '{' ? 1 : -1;
      at_ += 2;
      if (depth <= 0) return;
    }
  }

  void OpenBraces() {
    size_t run = RunLength('{');
    if (run == 1) {
      if (Peek(1) == '|' && Peek(2) != '}' && AtLineStart() && frames_.size() < kMaxDepth) {
        at_ += 2;
        return Push(Kind::kTable);
      }
      ++frames_.back().braces;
      out_ += in_[at_++];
      return;
    }
    if (run % 2 == 1 && frames_.size() < kMaxDepth) {
      at_ += 3;
      run -= 3;
      Push(Kind::kParameter);
    }
    for (; run >= 2; run -= 2) {
      if (frames_.size() >= kMaxDepth) return SkipTemplate();
      at_ += 2;
      Push(Kind::kTemplate);
    }
  }

  // Links on top that never ended, when what they stand in does.
  void AbandonLinksOver(Kind a, Kind b) {
    size_t top = frames_.size();
    while (top > 1 && frames_[top - 1].kind == Kind::kLink) --top;
    if (top > 1 && (frames_[top - 1].kind == a || frames_[top - 1].kind == b)) {
      while (frames_.size() > top) Abandon();
    }
  }

  void CloseBraces() {
    size_t run = RunLength('}');
    at_ += run;
    while (run > 0 && frames_.back().braces > 0) {
      --frames_.back().braces;
      --run;
      out_ += '}';
    }
    if (run == 1 && Peek() == '-' && TopIs(Kind::kVariant)) {
      ++at_;
      return CloseVariant();
    }
    while (run >= 2) {
      AbandonLinksOver(Kind::kTemplate, Kind::kParameter);
      if (TopIs(Kind::kTemplate)) {
        CloseTemplate();
      } else if (TopIs(Kind::kParameter)) {
        if (run >= 3) --run;
        CloseParameter();
      } else {
        return;  // nothing to end: dropped
      }
      run -= 2;
    }
    if (run == 1) out_ += '}';
  }

  void OpenBrackets() {
    const size_t run = RunLength('[');
    if (run == 1 || frames_.size() >= kMaxDepth) {
      ++frames_.back().brackets;
      out_ += '[';
      at_ += run;
      return;
    }
    at_ += run;
    if (run > 2) {
      ++frames_.back().brackets;
      out_ += '[';
    }
    Push(Kind::kLink);
  }

  void CloseBrackets() {
    size_t run = RunLength(']');
    at_ += run;
    while (run > 0) {
      const bool link = TopIs(Kind::kLink);
      // [[File:x|see [http://y z]]]: the first bracket ends the inner one.
      if (run >= 2 && link && (run == 2 || frames_.back().brackets == 0)) {
        CloseLink();
        run -= 2;
      } else {
        if (frames_.back().brackets > 0) {
          --frames_.back().brackets;
          out_ += ']';
        } else if (run == 1) {
          out_ += ']';
        }
        --run;
      }
    }
  }

  void Pipe() {
    if (Peek(1) == '}' && AtLineStart()) {
      AbandonLinksOver(Kind::kTable, Kind::kTable);
      if (TopIs(Kind::kTable)) {
        at_ += 2;
        const std::string text =
            ReadWikitextLayoutTable(std::string_view(out_).substr(frames_.back().start));
        return Pop(text.empty() ? std::string_view(&kHole, 1) : std::string_view(text));
      }
    }
    if (!TopIs(Kind::kTable) && !TopIs(Kind::kHtmlTable) && frames_.size() > 1) {
      pipes_.push_back(out_.size());
    }
    if (frames_.size() == 1 && StartsWikitextArgument(in_.substr(at_ + 1)) && !AtLineStart()) {
      ++at_;
      out_ += kBroken;
      return;
    }
    out_ += in_[at_++];
  }

  // The parts of the top frame's content between its pipes.
  const std::vector<std::string_view>& Parts() {
    parts_.clear();
    const Frame& frame = frames_.back();
    const std::string_view all = out_;
    size_t begin = frame.start;
    for (size_t i = frame.first_pipe; i < pipes_.size(); ++i) {
      parts_.push_back(all.substr(begin, pipes_[i] - begin));
      begin = pipes_[i] + 1;
    }
    parts_.push_back(all.substr(begin));
    return parts_;
  }

  void CloseTemplate() {
    const std::string text = ExpandWikitextTemplate(Parts(), context_);
    Pop(text);
  }

  void CloseParameter() {  // {{{name|value}}} shows its value
    const auto& parts = Parts();
    const std::string text(parts.size() > 1 ? parts[1] : std::string_view());
    Pop(text);
  }

  void CloseLink() {
    const Frame& frame = frames_.back();
    const std::string_view content = std::string_view(out_).substr(frame.start);
    const bool has_label = pipes_.size() > frame.first_pipe;
    const size_t pipe = has_label ? pipes_[frame.first_pipe] - frame.start : content.size();
    const WikitextLink link =
        ResolveWikitextLink(content.substr(0, pipe), has_label,
                            has_label ? content.substr(pipe + 1) : std::string_view());
    switch (link.kind) {
      case WikitextLinkKind::kNothing:
        return Pop({&kGone, 1});
      case WikitextLinkKind::kExternal:
        return Pop("[" + std::string(content) + "]");
      case WikitextLinkKind::kText:
        return Pop(std::string(link.text));
    }
  }

  void CloseVariant() {
    const std::string text = WikitextVariant(Parts());
    Pop(text);
  }

  void Stash(std::string text, bool block) {
    if (TrimWikitext(text).empty()) {
      out_ += kAside;
      return;
    }
    if (block) out_ += '\n';
    out_ += kStashBegin;
    out_ += std::to_string(stash_.size());
    out_ += kStashEnd;
    if (block) out_ += '\n';
    stash_.push_back({std::move(text), block});
  }

  void Comment() {
    const size_t end = in_.find("-->", at_ + 4);
    at_ = end == in_.npos ? in_.size() : end + 3;  // an open comment hides the rest, as on the wiki
    // A comment alone on its line takes the line with it.
    size_t next = at_;
    while (next < in_.size() && in_[next] == ' ') ++next;
    if (next < in_.size() && in_[next] == '\n' && !out_.empty() && out_.back() == '\n') {
      at_ = next + 1;
    } else {
      Mark();
    }
  }

  // A comment or <nowiki/> within a word, "[[Haus]]<nowiki/>tür", leaves it whole; a note does not.
  void Mark() {
    const auto is_word = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || static_cast<uint8_t>(c) >= 0x80;
    };
    const bool within = !out_.empty() && is_word(out_.back()) && (is_word(Peek()) || Peek() == '[');
    if (!within) out_ += kGone;
  }

  void Less() {
    if (in_.compare(at_, 4, "<!--") == 0) return Comment();
    const WikitextTagMatch match = MatchWikitextTag(in_.substr(at_));
    if (match.tag == WikitextTag::kUnknown) {
      out_ += in_[at_++];
      return;
    }
    at_ += match.length;
    Tag(match);
  }

  // The content of a tag whose content is not wikitext; false if the tag is never closed.
  bool Raw(const WikitextTagMatch& match, std::string_view* content) {
    if (match.closing || match.self_closing) return false;
    bool& none_left = unclosed_[FoldWikitextName(match.name)];
    if (none_left) return false;
    const size_t end = FindClosingTag(in_, at_, match.name);
    none_left = end == in_.npos;
    if (none_left) return false;
    *content = in_.substr(at_, end - at_);
    at_ = end;
    at_ += MatchWikitextTag(in_.substr(at_)).length;
    return true;
  }

  void RawTag(const WikitextTagMatch& match) {
    std::string_view content;
    if (!Raw(match, &content)) {
      if (match.tag == WikitextTag::kNowiki) return Mark();
      out_ += kGone;
      return;
    }
    switch (match.tag) {
      case WikitextTag::kNowiki:
        return Stash(WikitextNowiki(content), false);
      case WikitextTag::kPre:
      case WikitextTag::kSource:
        return Program(match, content);
      case WikitextTag::kMath:
        return Stash(WikitextFormula(content), false);
      default:
        out_ += match.tag == WikitextTag::kFootnote ? kGone : kHole;
    }
  }

  void Program(const WikitextTagMatch& match, std::string_view content) {
    std::string text = WikitextProgram(content, match.tag == WikitextTag::kPre);
    const bool block = text.find('\n') != text.npos || AtLineStart();
    Stash(std::move(text), block);
  }

  void Tag(const WikitextTagMatch& match) {
    switch (match.tag) {
      case WikitextTag::kUnknown:
      case WikitextTag::kInline:
        return;
      case WikitextTag::kBreak:
        out_ += kBreak;
        return;
      case WikitextTag::kSuperscript:
        out_ += match.closing ? kSuperscriptEnd : kSuperscript;
        return;
      case WikitextTag::kSubscript:
        out_ += match.closing ? kSubscriptEnd : kSubscript;
        return;
      case WikitextTag::kBlock:
        out_ += '\n';
        return;
      case WikitextTag::kParagraph:
        out_ += "\n\n";
        return;
      case WikitextTag::kPoem:
        poem_ = !match.closing && !match.self_closing;
        out_ += "\n\n";
        return;
      case WikitextTag::kItem:
        out_ += match.closing ? "\n" : "\n* ";
        return;
      case WikitextTag::kHeading:
        out_ += match.closing ? "" : "\n";
        out_.append(static_cast<size_t>(match.name[1] - '0'), '=');
        out_ += match.closing ? "\n" : "";
        return;
      case WikitextTag::kTable:
        return HtmlTable(match);
      default:
        return RawTag(match);
    }
  }

  void HtmlTable(const WikitextTagMatch& match) {
    if (!match.closing) {
      if (frames_.size() < kMaxDepth) Push(Kind::kHtmlTable);
      return;
    }
    AbandonLinksOver(Kind::kHtmlTable, Kind::kHtmlTable);
    if (TopIs(Kind::kHtmlTable)) Pop({&kAside, 1});
  }

  const std::string_view in_;
  const WikitextContext context_;
  std::array<bool, 256> special_;
  size_t at_ = 0;
  std::string out_;
  std::vector<WikitextStash> stash_;
  std::vector<Frame> frames_ = {{Kind::kTemplate, 0, 0}};  // the first is the page itself
  std::vector<size_t> pipes_;  // places in out_ of the pipes of all open frames
  std::vector<std::string_view> parts_;
  // Names of tags that are closed nowhere further on: a page of open tags is searched once for
  // each.
  std::unordered_map<std::string, bool> unclosed_;
  bool poem_ = false;
  bool open_table_ = false;
};

}  // namespace

ReducedWikitext ReduceWikitext(std::string_view wikitext, const WikitextContext& context) {
  return Reducer(wikitext, context).Run();
}

}  // namespace cria::corpus
