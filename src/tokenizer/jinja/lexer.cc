// The rules are those of jinja2/lexer.py, version 3.1.
#include "tokenizer/jinja/lexer.h"

#include <algorithm>

#include "base/error.h"
#include "base/utf8.h"
#include "tokenizer/jinja/characters.h"

namespace cria::tokenizer::jinja {
namespace {

constexpr size_t kNone = std::string_view::npos;

// \r\n and \r become \n; one newline at the end goes.
std::string NormalizeNewlines(std::string_view source) {
  std::string out;
  out.reserve(source.size());
  for (size_t i = 0; i < source.size(); ++i) {
    if (source[i] == '\r') {
      if (i + 1 < source.size() && source[i + 1] == '\n') continue;
      out += '\n';
    } else {
      out += source[i];
    }
  }
  if (out.ends_with('\n')) out.pop_back();
  return out;
}

bool IsNameStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

class Lexer {
 public:
  Lexer(std::string source, const std::string& where) : source_(std::move(source)), where_(where) {}

  std::vector<Token> Run() {
    while (at_ < source_.size()) Text();
    Add(TokenType::kEnd, "");
    return std::move(tokens_);
  }

 private:
  [[noreturn]] void Fail(const std::string& what) const {
    throw Error("the chat template cannot be read: " + what,
                fmt::format("{}, line {}", where_, line_),
                "use another template (--chat-template NAME or FILE)");
  }

  std::string_view Rest() const { return std::string_view(source_).substr(at_); }
  void Add(TokenType type, std::string text) { tokens_.push_back({type, line_, std::move(text)}); }
  /// Moves on by `size` bytes, counting lines.
  void Advance(size_t size) {
    line_ +=
        static_cast<int>(std::count(source_.begin() + static_cast<ptrdiff_t>(at_),
                                    source_.begin() + static_cast<ptrdiff_t>(at_ + size), '\n'));
    at_ += size;
  }
  void SkipBlanks() { Advance(LeadingSpace(Rest())); }
  bool After(std::string_view what) const { return Rest().starts_with(what); }

  // Text up to the next tag, without the blanks that the tag's sign or lstrip_blocks takes.
  void AddText(std::string_view text, char sign, bool print_tag) {
    if (sign == '-') {
      text = text.substr(0, text.size() - TrailingSpace(text));
    } else if (sign != '+' && !print_tag) {
      const size_t newline = text.rfind('\n');
      const size_t start = newline == kNone ? 0 : newline + 1;
      const std::string_view last = text.substr(start);
      if ((start > 0 || line_starting_) && LeadingSpace(last) == last.size()) {
        text = text.substr(0, start);
      }
    }
    if (!text.empty()) Add(TokenType::kText, std::string(text));
  }

  // The end of a tag that `close` ends: "-%}" and blanks, "+%}", "%}" and a newline.
  bool CloseTag(std::string_view close, bool trims_newline) {
    const size_t before = at_;
    if (Rest().starts_with('-') && Rest().substr(1).starts_with(close)) {
      Advance(1 + close.size());
      SkipBlanks();
    } else if (trims_newline && Rest().starts_with('+') && Rest().substr(1).starts_with(close)) {
      Advance(1 + close.size());
    } else if (After(close)) {
      Advance(close.size());
      if (trims_newline && After("\n")) Advance(1);
    } else {
      return false;
    }
    line_starting_ = at_ > before && source_[at_ - 1] == '\n';
    return true;
  }

  void Text() {
    size_t tag = at_;
    while (true) {
      tag = source_.find('{', tag);
      if (tag == std::string::npos || tag + 1 >= source_.size()) {
        Add(TokenType::kText, std::string(Rest()));
        at_ = source_.size();
        return;
      }
      const char next = source_[tag + 1];
      if (next == '%' || next == '{' || next == '#') break;
      ++tag;
    }
    const char kind = source_[tag + 1];
    const char after = tag + 2 < source_.size() ? source_[tag + 2] : '\0';
    const char sign = after == '-' || after == '+' ? after : '\0';
    AddText(Rest().substr(0, tag - at_), sign, kind == '{');
    Advance(tag - at_ + 2 + (sign == '\0' ? 0 : 1));
    line_starting_ = false;
    if (kind == '#') {
      Comment();
    } else if (kind == '{') {
      Add(TokenType::kPrintBegin, "{{");
      Code("}}", false, TokenType::kPrintEnd);
    } else if (!Raw()) {
      Add(TokenType::kBlockBegin, "{%");
      Code("%}", true, TokenType::kBlockEnd);
    }
  }

  void Comment() {
    const size_t end = source_.find("#}", at_);
    if (end == std::string::npos) Fail("a comment without its end \"#}\"");
    const bool sign = end > at_ && (source_[end - 1] == '-' || source_[end - 1] == '+');
    Advance(end - at_ - (sign ? 1 : 0));
    CloseTag("#}", true);
  }

  // {% raw %}: what follows is text up to {% endraw %}.
  bool Raw() {
    std::string_view rest = Rest();
    rest.remove_prefix(LeadingSpace(rest));
    if (!rest.starts_with("raw")) return false;
    rest.remove_prefix(3);
    rest.remove_prefix(LeadingSpace(rest));
    if (!rest.starts_with("%}") && !rest.starts_with("-%}")) return false;
    Advance(Rest().size() - rest.size());
    CloseTag("%}", false);
    for (size_t tag = at_; (tag = source_.find("{%", tag)) != std::string::npos; ++tag) {
      std::string_view end = std::string_view(source_).substr(tag + 2);
      const char sign = !end.empty() && (end[0] == '-' || end[0] == '+') ? end[0] : '\0';
      if (sign != '\0') end.remove_prefix(1);
      end.remove_prefix(LeadingSpace(end));
      if (!end.starts_with("endraw")) continue;
      end.remove_prefix(6);
      end.remove_prefix(LeadingSpace(end));
      AddText(Rest().substr(0, tag - at_), sign, false);
      Advance(Rest().size() - end.size());
      if (!CloseTag("%}", true)) Fail("endraw without its end \"%}\"");
      return true;
    }
    Fail("raw without endraw");
  }

  void Code(std::string_view close, bool trims_newline, TokenType end) {
    std::string open;  // brackets that wait for their partner
    while (true) {
      SkipBlanks();
      if (at_ >= source_.size()) Fail(fmt::format("a tag without its end \"{}\"", close));
      if (open.empty()) {
        const int line = line_;
        if (CloseTag(close, trims_newline)) {
          tokens_.push_back({end, line, std::string(close)});
          return;
        }
      }
      const char c = source_[at_];
      if (IsDigit(c)) {
        Number();
      } else if (IsNameStart(c)) {
        size_t size = 1;
        while (size < Rest().size() && (IsNameStart(Rest()[size]) || IsDigit(Rest()[size]))) ++size;
        Add(TokenType::kName, std::string(Rest().substr(0, size)));
        Advance(size);
      } else if (c == '\'' || c == '"') {
        String(c);
      } else {
        Operator(&open);
      }
    }
  }

  void Number() {
    const std::string_view rest = Rest();
    const bool other_base =
        rest.size() > 1 && rest[0] == '0' && std::string_view("xXoObB").find(rest[1]) != kNone;
    size_t size = other_base ? 2 : 1;
    const auto digits = [&] {
      while (size < rest.size() && (other_base ? IsNameStart(rest[size]) || IsDigit(rest[size])
                                               : IsDigit(rest[size]) || rest[size] == '_')) {
        ++size;
      }
    };
    digits();
    bool is_float = false;
    // Behind a dot it is an index: in a.0.1 there is no fraction.
    const bool index = tokens_.back().type == TokenType::kOperator && tokens_.back().text == ".";
    if (index) {
      Add(TokenType::kInteger, std::string(rest.substr(0, size)));
      return Advance(size);
    }
    if (!other_base && size + 1 < rest.size() && rest[size] == '.' && IsDigit(rest[size + 1])) {
      is_float = true;
      ++size;
      digits();
    }
    if (!other_base && size < rest.size() && (rest[size] == 'e' || rest[size] == 'E')) {
      const size_t sign =
          size + 1 < rest.size() && (rest[size + 1] == '-' || rest[size + 1] == '+');
      if (size + 1 + sign < rest.size() && IsDigit(rest[size + 1 + sign])) {
        is_float = true;
        size += 1 + sign;
        digits();
      }
    }
    std::string text(rest.substr(0, size));
    std::erase(text, '_');
    Add(is_float ? TokenType::kFloat : TokenType::kInteger, std::move(text));
    Advance(size);
  }

  void String(char quote) {
    size_t size = 1;
    const std::string_view rest = Rest();
    while (size < rest.size() && rest[size] != quote) size += rest[size] == '\\' ? 2 : 1;
    if (size >= rest.size()) Fail("a string without its end");
    Add(TokenType::kString, Unescape(rest.substr(1, size - 1)));
    Advance(size + 1);
  }

  // Python's escapes; others stay as they are.
  std::string Unescape(std::string_view text) const {
    std::string out;
    while (!text.empty()) {
      if (text[0] != '\\') {
        out += text[0];
        text.remove_prefix(1);
        continue;
      }
      constexpr std::string_view kFrom = "\n\\'\"abfnrtv";
      constexpr std::string_view kTo{"\0\\'\"\a\b\f\n\r\t\v", 11};
      const size_t simple = kFrom.find(text[1]);
      if (simple != kNone) {
        if (simple > 0) out += kTo[simple];  // a backslash at the end of a line joins the lines
        text.remove_prefix(2);
      } else if (text[1] == 'x' || text[1] == 'u' || text[1] == 'U') {
        AppendCode(&text, 2, text[1] == 'x' ? 2 : text[1] == 'u' ? 4 : 8, 16, &out);
      } else if (text[1] >= '0' && text[1] <= '7') {
        AppendCode(&text, 1, 3, 8, &out);
      } else if (text[1] == 'N') {
        Fail("\\N{...} in a string is not supported");
      } else {
        out += text[0];
        text.remove_prefix(1);
      }
    }
    return out;
  }

  void AppendCode(std::string_view* text, size_t skip, size_t digits, int base,
                  std::string* out) const {
    uint32_t code = 0;
    size_t at = skip;
    for (; at < skip + digits && at < text->size(); ++at) {
      const int digit = HexDigit((*text)[at]);
      if (digit < 0 || digit >= base) break;
      code = code * static_cast<uint32_t>(base) + static_cast<uint32_t>(digit);
    }
    const bool complete = base == 8 || at == skip + digits;
    if (!complete || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
      Fail("a string with an escape that is no character");
    }
    AppendUtf8(code, out);
    text->remove_prefix(at);
  }

  void Operator(std::string* open) {
    static constexpr std::string_view kOperators[] = {
        "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[",
        "]",  "(",  ")",  "{",  "}",  ">",  "<", "=", ".", ":", "|", ",", ";",
    };
    for (const std::string_view op : kOperators) {
      if (!After(op)) continue;
      if (op == "(" || op == "[" || op == "{") open->push_back(op[0]);
      if (op == ")" || op == "]" || op == "}") {
        const char partner = op == ")" ? '(' : op == "]" ? '[' : '{';
        if (open->empty() || open->back() != partner) Fail(fmt::format("unexpected \"{}\"", op));
        open->pop_back();
      }
      Add(TokenType::kOperator, std::string(op));
      Advance(op.size());
      return;
    }
    const Utf8Char c = DecodeUtf8(Rest());
    Fail(fmt::format("unexpected character U+{:04X}", c.code));
  }

  const std::string source_;
  const std::string& where_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
  int line_ = 1;
  bool line_starting_ = true;
};

}  // namespace

std::vector<Token> Lex(std::string_view source, const std::string& where) {
  return Lexer(NormalizeNewlines(source), where).Run();
}

}  // namespace cria::tokenizer::jinja
