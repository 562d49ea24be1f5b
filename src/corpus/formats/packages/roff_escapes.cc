// The table of named characters and the parser of escapes.
#include "corpus/formats/packages/roff_escapes.h"

#include <algorithm>
#include <charconv>

#include "base/utf8.h"

namespace cria::corpus {
namespace {

struct Glyph {
  std::string_view name, text;
};

// groff_char(7): the names that manual pages use.
constexpr Glyph kGlyphs[] = {
    {"em", "—"}, {"en", "–"},  {"hy", "-"}, {"lq", "“"}, {"rq", "”"}, {"oq", "‘"}, {"cq", "’"},
    {"aq", "'"}, {"dq", "\""}, {"bu", "•"}, {"co", "©"}, {"rg", "®"}, {"tm", "™"}, {"ha", "^"},
    {"ti", "~"}, {"rs", "\\"}, {"ga", "`"}, {"aa", "´"}, {"sl", "/"}, {"ba", "|"}, {"br", "|"},
    {"mi", "-"}, {"pl", "+"},  {"eq", "="}, {"mu", "×"}, {"di", "÷"}, {"+-", "±"}, {"<=", "≤"},
    {">=", "≥"}, {"!=", "≠"},  {"->", "→"}, {"<-", "←"}, {"da", "↓"}, {"ua", "↑"}, {"lA", "⇐"},
    {"rA", "⇒"}, {"if", "∞"},  {"sr", "√"}, {"pc", "·"}, {"de", "°"}, {"sc", "§"}, {"dg", "†"},
    {"dd", "‡"}, {"ps", "¶"},  {"Fo", "«"}, {"Fc", "»"}, {"fo", "‹"}, {"fc", "›"}, {"Bq", "„"},
    {"bq", "‚"}, {"ss", "ß"},  {"a:", "ä"}, {"o:", "ö"}, {"u:", "ü"}, {"A:", "Ä"}, {"O:", "Ö"},
    {"U:", "Ü"}, {"e:", "ë"},  {"i:", "ï"}, {"e'", "é"}, {"E'", "É"}, {"a'", "á"}, {"i'", "í"},
    {"o'", "ó"}, {"u'", "ú"},  {"a`", "à"}, {"e`", "è"}, {"u`", "ù"}, {"a^", "â"}, {"e^", "ê"},
    {"i^", "î"}, {"o^", "ô"},  {"u^", "û"}, {"c,", "ç"}, {"n~", "ñ"}, {"/o", "ø"}, {"/O", "Ø"},
    {"oa", "å"}, {"oA", "Å"},  {"*a", "α"}, {"*b", "β"}, {"*p", "π"}, {"*m", "μ"}, {"*l", "λ"},
    {"*W", "Ω"}, {"*S", "Σ"},  {"*D", "Δ"}, {"lB", "["}, {"rB", "]"}, {"lC", "{"}, {"rC", "}"},
    {"la", "⟨"}, {"ra", "⟩"},  {"sq", "□"}, {"sh", "#"}, {"at", "@"}, {"Do", "$"}, {"Eu", "€"},
    {"Po", "£"}, {"12", "½"},  {"14", "¼"}, {"34", "¾"}, {"S2", "²"}, {"S3", "³"}, {"==", "≡"},
    {"~~", "≈"}, {"~=", "≈"},  {"mo", "∈"}, {"AN", "∧"}, {"OR", "∨"}, {"no", "¬"}, {"ul", "_"},
    {"ru", "_"}, {"or", "|"},  {"bv", "|"}, {"fm", "′"}, {"sd", "″"}};

constexpr Glyph kStrings[] = {{"lq", "“"},  {"rq", "”"}, {"L\"", "\""}, {"R\"", "\""},
                              {"Tm", "™"},  {"R", "®"},  {"Aq", "'"},   {"C`", "\""},
                              {"C'", "\""}, {"--", "-"}, {"PI", "pi"},  {"C+", "C++"}};

std::string GlyphText(std::string_view name) {
  for (const Glyph& glyph : kGlyphs) {
    if (glyph.name == name) return std::string(glyph.text);
  }
  if (name.size() >= 5 && name[0] == 'u') {  // \[u2014]
    uint32_t code = 0;
    const auto [end, error] = std::from_chars(name.data() + 1, name.data() + name.size(), code, 16);
    if (error == std::errc() && end == name.data() + name.size() && code < 0x110000 &&
        (code < 0xd800 || code > 0xdfff)) {
      std::string text;
      AppendUtf8(code, &text);
      return text;
    }
  }
  return "";
}

/// Walks over one line.
class Scanner {
 public:
  Scanner(std::string_view line, const RoffStrings& strings) : line_(line), strings_(strings) {}

  std::string Run() {
    while (at_ < line_.size()) {
      const char c = line_[at_++];
      if (c != '\\') {
        out_ += c;
      } else if (at_ >= line_.size() || !Escape(line_[at_++])) {
        break;
      }
    }
    return std::move(out_);
  }

 private:
  // False ends the line (comment).
  bool Escape(char c) {
    switch (c) {
      case '"':
      case '#':
        return false;
      case '-':
        out_ += '-';
        return true;
      case 'e':
      case '\\':
      case 'E':
        out_ += '\\';
        return true;
      case ' ':
      case '~':
      case '0':
        out_ += ' ';
        return true;
      case '`':
      case '\'':
      case '.':
        out_ += c;
        return true;
      case 't':
        out_ += '\t';
        return true;
      case '(':
      case '[':
        --at_;
        out_ += GlyphText(Name());
        return true;
      case '*': {
        const std::string name(Name());
        out_ += StringText(name);
        return true;
      }
      case 'C': {
        out_ += GlyphText(Quoted());
        return true;
      }
      case 'f':
      case 'F':
      case 'm':
      case 'M':
      case 'n':
      case 'g':
      case 'k':
      case 'Y':
        if (at_ < line_.size() && (line_[at_] == '+' || line_[at_] == '-')) ++at_;
        Name();
        return true;
      case 's':
        Size();
        return true;
      case 'h':
      case 'v':
      case 'w':
      case 'l':
      case 'L':
      case 'D':
      case 'X':
      case 'b':
      case 'x':
      case 'N':
      case 'H':
      case 'S':
      case 'R':
      case 'Z':
        Quoted();
        return true;
      case 'o':
        out_ += Quoted().substr(0, 1);
        return true;
      case 'z':
        if (at_ < line_.size()) ++at_;
        return true;
      default:  // \& \| \^ \% \: \/ \, \c \u \d \r \p \{ \} print nothing
        return true;
    }
  }

  // x, (xx or [xxx]
  std::string_view Name() {
    if (at_ >= line_.size()) return {};
    size_t start = at_, length = 1;
    if (line_[at_] == '(') {
      start = at_ + 1;
      length = std::min<size_t>(2, line_.size() - start);
      at_ = start + length;
    } else if (line_[at_] == '[') {
      start = at_ + 1;
      const size_t end = std::min(line_.find(']', start), line_.size());
      length = end - start;
      at_ = std::min(end + 1, line_.size());
    } else {
      at_ += 1;
    }
    return line_.substr(start, length);
  }

  std::string_view Quoted() {
    if (at_ >= line_.size()) return {};
    const char quote = line_[at_];
    const size_t start = at_ + 1;
    const size_t end = std::min(line_.find(quote, start), line_.size());
    at_ = std::min(end + 1, line_.size());
    return line_.substr(std::min(start, line_.size()), end - std::min(start, end));
  }

  void Size() {
    if (at_ < line_.size() && (line_[at_] == '+' || line_[at_] == '-')) ++at_;
    if (at_ < line_.size() && (line_[at_] == '(' || line_[at_] == '[')) {
      Name();
    } else if (at_ < line_.size() && line_[at_] == '\'') {
      Quoted();
    } else {
      // \s10 to \s39 have two digits, as in groff
      const bool two = at_ + 1 < line_.size() && line_[at_] >= '1' && line_[at_] <= '3' &&
                       std::isdigit(static_cast<unsigned char>(line_[at_ + 1]));
      at_ = std::min(at_ + (two ? 2 : 1), line_.size());
    }
  }

  std::string StringText(const std::string& name) const {
    for (const Glyph& known : kStrings) {
      if (known.name == name) return std::string(known.text);
    }
    const auto it = strings_.find(name);
    return it == strings_.end() ? "" : it->second;
  }

  std::string_view line_;
  const RoffStrings& strings_;
  size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::string ExpandRoffEscapes(std::string_view line, const RoffStrings& strings) {
  return Scanner(line, strings).Run();
}

}  // namespace cria::corpus
