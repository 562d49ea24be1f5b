// A pass that resolves what stands in the line, a pass that mends holes, a pass that folds blanks.
#include "corpus/formats/wiki/wikitext_line.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_map>

#include "base/utf8.h"
#include "corpus/formats/html/html_references.h"
#include "corpus/formats/wiki/wikitext_holes.h"
#include "corpus/formats/wiki/wikitext_links.h"

namespace cria::corpus {
namespace {

constexpr size_t kMaxMagicWordBytes = 60;
constexpr size_t kMaxScriptBytes = 64;  // of a superscript that is written with Unicode's

bool IsSpecial(char c) {
  static const auto special = [] {
    std::array<bool, 256> set{};
    for (const char s : {'\'', '[', '&', '_', kStashBegin, kBreak, kSuperscript, kSuperscriptEnd,
                         kSubscript, kSubscriptEnd, kApostrophe, '\xc2', '\xe2', '\xef'}) {
      set[static_cast<uint8_t>(s)] = true;
    }
    return set;
  }();
  return special[static_cast<uint8_t>(c)];
}

// U+00A0, U+2000 to U+200A, U+202F, U+205F; and what is not seen: U+200B to U+200F, U+FEFF, U+2060.
enum class Blank { kNone, kSpace, kInvisible };
Blank BlankOf(uint32_t code) {
  if (code == 0xa0 || (code >= 0x2000 && code <= 0x200a) || code == 0x202f || code == 0x205f) {
    return Blank::kSpace;
  }
  // The joiners U+200C and U+200D are letters' business.
  if (code == 0x200b || code == 0x200e || code == 0x200f || code == 0xfeff || code == 0x2060 ||
      code == 0xad) {
    return Blank::kInvisible;
  }
  return Blank::kNone;
}

// The characters that Unicode has small and raised, or small and low.
std::string_view Script(uint32_t code, bool raised) {
  static const std::unordered_map<uint32_t, std::array<std::string_view, 2>> scripts = {
      {'0', {"₀", "⁰"}}, {'1', {"₁", "¹"}}, {'2', {"₂", "²"}},    {'3', {"₃", "³"}},
      {'4', {"₄", "⁴"}}, {'5', {"₅", "⁵"}}, {'6', {"₆", "⁶"}},    {'7', {"₇", "⁷"}},
      {'8', {"₈", "⁸"}}, {'9', {"₉", "⁹"}}, {'+', {"₊", "⁺"}},    {'-', {"₋", "⁻"}},
      {'=', {"₌", "⁼"}}, {'(', {"₍", "⁽"}}, {')', {"₎", "⁾"}},    {0x2212, {"₋", "⁻"}},
      {'n', {"", "ⁿ"}},  {'i', {"", "ⁱ"}},  {0x2013, {"₋", "⁻"}}, {'x', {"", "ˣ"}},
      {'y', {"", "ʸ"}},  {'z', {"", "ᶻ"}},  {'k', {"", "ᵏ"}},     {'I', {"", "ᴵ"}},
      {'V', {"", "ⱽ"}}};
  const auto found = scripts.find(code);
  return found == scripts.end() ? std::string_view() : found->second[raised ? 1 : 0];
}

// "2k+1", "-1/2", "n+1/2"; "th" is no power.
bool IsPower(std::string_view raised) {
  if (raised.empty()) return false;
  return std::isdigit(static_cast<unsigned char>(raised[0])) != 0 || raised[0] == '-' ||
         raised.find('+') != raised.npos;
}

// "Np<sup>VI</sup>"; other capitals raised are ends of abbreviations ("N<sup>O</sup>").
bool IsOxidationState(std::string_view raised) {
  return !raised.empty() && raised.size() <= 4 && raised.find_first_not_of("IVX") == raised.npos;
}

// Places of the three-quote runs that are an apostrophe before italics ("l'''Europa''"), by the
// rule of MediaWiki's Parser::doQuotes: when bold and italics are both odd, one bold was meant so.
size_t ApostropheRun(std::string_view line) {
  int bold = 0, italics = 0;
  size_t single = line.npos, word = line.npos, blank = line.npos;
  for (size_t at = line.find("''"); at != line.npos; at = line.find("''", at)) {
    size_t run = 0;
    while (at + run < line.size() && line[at + run] == '\'') ++run;
    if (run == 2 || run >= 5) ++italics;
    if (run >= 3) ++bold;
    if (run == 3) {
      const char before = at > 0 ? line[at - 1] : ' ', second = at > 1 ? line[at - 2] : ' ';
      size_t& place = before == ' ' ? blank : second == ' ' ? single : word;
      if (place == line.npos) place = at;
    }
    at += run;
  }
  if (bold % 2 == 0 || italics % 2 == 0) return line.npos;
  return single != line.npos ? single : word != line.npos ? word : blank;
}

class Line {
 public:
  Line(std::string_view in, const std::vector<WikitextStash>& stash) : in_(in), stash_(stash) {
    out_.reserve(in.size());
  }

  std::string Run() {
    apostrophe_ = ApostropheRun(in_);
    while (at_ < in_.size()) {
      const size_t begin = at_;
      while (at_ < in_.size() && !IsSpecial(in_[at_])) ++at_;
      out_.append(in_, begin, at_ - begin);
      if (at_ < in_.size()) Special();
    }
    const bool holes = std::any_of(out_.begin(), out_.end(),
                                   [](char c) { return IsWikitextMark(c) || c == kGuess; });
    return holes ? MendWikitextHoles(out_) : std::move(out_);
  }

 private:
  void Special() {
    switch (in_[at_]) {
      case '\'':
        return Quotes();
      case '[':
        return Bracket();
      case '&':
        return Entity();
      case '_':
        return Underscores();
      case kStashBegin:
        return FromStash();
      case kBreak:
        ++at_;
        while (out_.ends_with(' ')) out_.pop_back();
        while (at_ < in_.size() && in_[at_] == ' ') ++at_;
        if (!out_.empty() && out_.back() != '\n') out_ += '\n';
        return;
      case kApostrophe:
        ++at_;
        out_ += '\'';
        return;
      case kSuperscript:
      case kSubscript:
        script_ = out_.size();
        ++at_;
        return;
      case kSuperscriptEnd:
      case kSubscriptEnd:
        EndScript(in_[at_++] == kSuperscriptEnd);
        return;
      default:
        return Character();
    }
  }

  void Quotes() {
    size_t run = 0;
    while (at_ + run < in_.size() && in_[at_ + run] == '\'') ++run;
    const size_t letters = run == 1 || run == 4 || (run == 3 && at_ == apostrophe_) ? 1
                           : run > 5                                                ? run - 5
                                                                                    : 0;
    out_.append(letters, '\'');
    at_ += run;
  }

  // [http://x text] shows the text; without one it shows a number, which goes.
  void Bracket() {
    const std::string_view rest = in_.substr(at_ + 1);
    if (no_bracket_end_ || !StartsLikeAddress(rest)) {
      out_ += in_[at_++];
      return;
    }
    const size_t end = rest.find(']');
    if (end == rest.npos) {
      no_bracket_end_ = true;
      ++at_;
      return;
    }
    const size_t space = rest.substr(0, end).find_first_of(std::string_view(" \x04\"<", 4));
    if (space != rest.npos && DropSources()) return;
    if (space == rest.npos) {
      out_ += kAside;
      at_ += end + 2;
      return;
    }
    // The label is read on, with its quotes and entities, and its bracket is dropped.
    const std::string label = Line(rest.substr(space, end - space), stash_).RunLabel();
    out_ += std::string(TrimWikitext(label));
    at_ += end + 2;
  }

  // "(Google Books, Commons)", "(Volltext)" behind a book: where it is to be read. True if the
  // bracket that begins before here holds nothing but a few such links, and was dropped.
  bool DropSources() {
    constexpr size_t kMaxBracket = 600, kMaxLabel = 40, kMaxOutside = 24;
    if (!out_.ends_with('(')) return false;
    size_t i = at_, outside = 0;
    const size_t limit = std::min(in_.size(), at_ + kMaxBracket);
    while (i < limit && in_[i] != ')') {
      const std::string_view rest = in_.substr(i);
      if (rest[0] == '[' && StartsLikeAddress(rest.substr(1))) {
        const size_t end = rest.find(']'), space = rest.substr(0, end).find(' ');
        if (end == rest.npos || space == rest.npos || end - space > kMaxLabel) return false;
        i += end + 1;
      } else {
        if (rest[0] == '(' || ++outside > kMaxOutside) return false;
        ++i;
      }
    }
    if (i >= limit) return false;
    out_.pop_back();
    while (out_.ends_with(' ')) out_.pop_back();
    out_ += kGone;
    at_ = i + 1;
    return true;
  }

  // A label has no links of its own: brackets in it are text, so this does not recurse further.
  std::string RunLabel() {
    no_bracket_end_ = true;
    return Run();
  }

  void Entity() {
    const HtmlReference entity = MatchHtmlReference(in_.substr(at_));
    if (entity.length == 0) {
      out_ += in_[at_++];
      return;
    }
    at_ += entity.length;
    if (entity.code == 0) return;
    switch (BlankOf(entity.code)) {
      case Blank::kSpace:
        out_ += ' ';
        return;
      case Blank::kInvisible:
        return;
      case Blank::kNone:
        if (entity.code < 0x20) {
          out_ += ' ';
        } else {
          AppendUtf8(entity.code, &out_);
        }
    }
  }

  // __NOTOC__ and its names in other languages: capitals between two pairs of underscores.
  void Underscores() {
    if (in_.substr(at_, 2) == "__") {
      size_t i = at_ + 2;
      while (i < in_.size() && i - at_ < kMaxMagicWordBytes &&
             ((in_[i] >= 'A' && in_[i] <= 'Z') || static_cast<uint8_t>(in_[i]) >= 0x80 ||
              (in_[i] == '_' && in_.substr(i, 2) != "__"))) {
        ++i;
      }
      if (i > at_ + 4 && in_.substr(i, 2) == "__") {
        out_ += kGone;
        at_ = i + 2;
        return;
      }
    }
    out_ += in_[at_++];
  }

  void FromStash() {
    const char* begin = in_.data() + at_ + 1;
    size_t place = 0;
    const auto [end, error] = std::from_chars(begin, in_.data() + in_.size(), place);
    const bool whole = error == std::errc() && end < in_.data() + in_.size() && *end == kStashEnd;
    if (!whole || place >= stash_.size()) {
      ++at_;
      return;
    }
    out_ += stash_[place].text;
    at_ = static_cast<size_t>(end - in_.data()) + 1;
  }

  void EndScript(bool raised) {
    if (script_ == in_.npos || script_ > out_.size()) return;
    const std::string content(std::string_view(out_).substr(script_));
    std::string small;
    bool all = content.size() <= kMaxScriptBytes;
    for (std::string_view rest = content; all && !rest.empty();) {
      const Utf8Char u = DecodeUtf8(rest);
      rest.remove_prefix(static_cast<size_t>(u.length));
      const std::string_view one = Script(u.code, raised);
      all = !one.empty();
      small += one;
    }
    const bool power = raised && (IsPower(content) || IsOxidationState(content));
    if (all) {
      out_.replace(script_, std::string::npos, small);
    } else if (power) {
      out_.replace(script_, std::string::npos, "^(" + content + ")");
    }
    script_ = in_.npos;
  }

  void Character() {
    const Utf8Char u = DecodeUtf8(in_.substr(at_));
    const Blank blank = u.valid ? BlankOf(u.code) : Blank::kNone;
    if (blank == Blank::kSpace) out_ += ' ';
    if (blank == Blank::kNone) out_.append(in_, at_, static_cast<size_t>(u.length));
    at_ += static_cast<size_t>(u.length);
  }

  const std::string_view in_;
  const std::vector<WikitextStash>& stash_;
  std::string out_;
  size_t at_ = 0;
  size_t apostrophe_ = std::string_view::npos;
  size_t script_ = std::string_view::npos;  // where the open superscript began in out_
  bool no_bracket_end_ = false;
};

std::string FoldBlanks(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == ' ' || c == '\t') {
      if (!out.empty() && out.back() != ' ' && out.back() != '\n') out += ' ';
    } else {
      if (c == '\n') {
        while (out.ends_with(' ')) out.pop_back();
        if (out.empty() || out.back() == '\n') continue;
      }
      out += c;
    }
  }
  while (out.ends_with(' ') || out.ends_with('\n')) out.pop_back();
  return out;
}

// Without what a hole at the beginning left: ", born" -> "born".
std::string_view WithoutLeadingSeparators(std::string_view text) {
  while (!text.empty() && (text[0] == ',' || text[0] == ';' || text[0] == ' ')) {
    text.remove_prefix(1);
  }
  return text;
}

}  // namespace

std::string WikitextLineToText(std::string_view line, const std::vector<WikitextStash>& stash) {
  const std::string text = FoldBlanks(WithoutLeadingSeparators(Line(line, stash).Run()));
  return HasWikitextWords(text) ? text : std::string();
}

}  // namespace cria::corpus
