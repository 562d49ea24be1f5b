// A small walk over the tokens of one argument.
#include "corpus/formats/latex/latex_title.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <unordered_map>
#include <unordered_set>

#include "base/utf8.h"
#include "corpus/formats/latex/latex_scan.h"

namespace cria::corpus {
namespace {

constexpr size_t kNone = std::string_view::npos;
constexpr size_t kMaxTitle = 4096;

// Combining mark that the accent command stands for, or 0.
uint32_t Accent(std::string_view name) {
  static const std::unordered_map<std::string_view, uint32_t> accents = {
      {"`", 0x300}, {"'", 0x301}, {"^", 0x302},  {"~", 0x303}, {"=", 0x304},
      {"u", 0x306}, {".", 0x307}, {"\"", 0x308}, {"r", 0x30a}, {"H", 0x30b},
      {"v", 0x30c}, {"d", 0x323}, {"c", 0x327},  {"k", 0x328}, {"b", 0x331}};
  const auto found = accents.find(name);
  return found == accents.end() ? 0 : found->second;
}

std::string_view Letter(std::string_view name) {
  static const std::unordered_map<std::string_view, std::string_view> letters = {
      {"ss", "ß"},
      {"o", "ø"},
      {"O", "Ø"},
      {"l", "ł"},
      {"L", "Ł"},
      {"ae", "æ"},
      {"AE", "Æ"},
      {"oe", "œ"},
      {"OE", "Œ"},
      {"aa", "å"},
      {"AA", "Å"},
      {"i", "i"},
      {"j", "j"},
      {"&", "&"},
      {"%", "%"},
      {"#", "#"},
      {"_", "_"},
      {"$", "$"},
      {"{", "{"},
      {"}", "}"},
      {"\\", " "},
      {" ", " "},
      {",", " "},
      {"newline", " "},
      {"linebreak", " "},
      {"LaTeX", "LaTeX"},
      {"TeX", "TeX"},
      {"quad", " "},
      {"par", " "},
      {"and", " "},
      {"ldots", "..."},
      {"dots", "..."},
      {"textendash", "–"},
      {"textemdash", "—"},
      {"textasciitilde", "~"}};
  const auto found = letters.find(name);
  return found == letters.end() ? std::string_view() : found->second;
}

// Commands whose argument is no part of the title.
bool LeavesArgument(std::string_view name) {
  static const std::unordered_set<std::string_view> names = {
      "thanks",       "footnote",     "vspace",          "hspace",
      "label",        "titlenote",    "subtitlenote",    "thanksref",
      "footnotemark", "footnotetext", "includegraphics", "fontsize",
      "color",        "tnoteref",     "vskip",           "cite",
      "textcolor",    "raisebox",     "corref",          "altaffilmark",
      "inst",         "href",         "selectfont"};
  return names.contains(name);
}

class Title {
 public:
  explicit Title(std::string_view text) : text_(text) {}

  std::string Run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\\') {
        Control();
      } else if (c == '$') {
        Formula();
      } else {
        ++at_;
        if (c == '~' || c == '\n' || c == '\t') {
          out_ += ' ';
        } else if (c != '{' && c != '}') {
          out_ += c;
        }
      }
    }
    return Tidy();
  }

 private:
  void Formula() {
    const size_t close = text_.find('$', at_ + 1);
    const size_t end = close == kNone ? text_.size() : close + 1;
    out_ += text_.substr(at_, end - at_);
    at_ = end;
  }

  void Control() {
    const size_t end = ControlEnd(text_, at_);
    const std::string_view name = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end;
    const bool word = !name.empty() && IsLatexLetter(name[0]);
    if (const uint32_t mark = Accent(name); mark != 0) return Accented(mark);
    if (LeavesArgument(name)) {
      if (at_ < text_.size() && text_[at_] == '*') ++at_;
      const size_t option = GroupEnd(text_, at_, kMaxTitle);
      if (option != kNone && text_[at_] == '[') at_ = option;
      size_t close = 0;
      LatexGroup(text_, at_, kMaxTitle, &close);
      if (close != kNone) at_ = close;
      return;
    }
    out_ += Letter(name);
    if (name == "\\" && at_ < text_.size() && text_[at_] == '[') {
      at_ = std::min(GroupEnd(text_, at_, 64), text_.size());
    }
    if (word) at_ = SkipLatexBlanks(text_, at_);
  }

  void Accented(uint32_t mark) {
    at_ = SkipLatexBlanks(text_, at_);
    if (at_ < text_.size() && text_[at_] == '{') ++at_;
    if (at_ == text_.size()) return;
    if (text_[at_] == '\\') {
      Control();
    } else if (text_[at_] != '}') {
      const Utf8Char c = DecodeUtf8(text_.substr(at_));
      out_ += text_.substr(at_, static_cast<size_t>(c.length));
      at_ += static_cast<size_t>(c.length);
    }
    AppendUtf8(mark, &out_);
  }

  std::string Tidy() const {
    std::string line;
    for (const char c : out_) {
      if (c == ' ' && (line.empty() || line.back() == ' ')) continue;
      line += c;
    }
    while (line.ends_with(' ')) line.pop_back();
    utf8proc_uint8_t* composed =
        utf8proc_NFC(reinterpret_cast<const utf8proc_uint8_t*>(line.c_str()));
    if (composed == nullptr) return RepairUtf8(line);
    std::string result(reinterpret_cast<const char*>(composed));
    std::free(composed);
    return result;
  }

  std::string_view text_;
  std::string out_;
  size_t at_ = 0;
};

// A line of a title may hold the stamp of a version, which is no part of it: a hash of git.
std::string_view WithoutStamp(std::string_view title) {
  constexpr size_t kHashDigits = 40;
  size_t digits = 0, line = 0;
  for (size_t i = 0; i < title.size(); ++i) {
    const char c = title[i];
    if (title.substr(i).starts_with("\\\\")) line = i;
    digits = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ? digits + 1 : 0;
    if (digits == kHashDigits) return line == 0 ? title : title.substr(0, line);
  }
  return title;
}

}  // namespace

std::string LatexTitle(std::string_view text) {
  constexpr std::string_view kTitle = "\\title";
  for (size_t at = text.find(kTitle); at != kNone; at = text.find(kTitle, at + kTitle.size())) {
    size_t begin = at + kTitle.size();
    if (begin < text.size() && IsLatexLetter(text[begin])) continue;
    begin = SkipLatexBlanks(text, begin);
    if (begin < text.size() && text[begin] == '[') {
      const size_t option = GroupEnd(text, begin, kMaxTitle);
      if (option == kNone) continue;
      begin = option;
    }
    size_t end = 0;
    const std::string_view inside = LatexGroup(text, begin, kMaxTitle, &end);
    if (end == kNone) continue;
    std::string title = Title(WithoutStamp(inside)).Run();
    if (!title.empty()) return title;
  }
  return "";
}

}  // namespace cria::corpus
