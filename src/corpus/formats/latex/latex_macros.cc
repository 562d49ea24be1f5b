// Parsing of definitions, one function for each form, and substitution.
#include "corpus/formats/latex/latex_macros.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

#include "base/ascii.h"
#include "base/utf8.h"
#include "corpus/formats/latex/latex_scan.h"

namespace cria::corpus {
namespace {

constexpr size_t kNone = std::string_view::npos;
constexpr size_t kMaxBody = size_t{256} << 10;
constexpr size_t kMaxNameBytes = 128;
constexpr size_t kMaxParameterText = 256;
constexpr std::string_view kNoValue = "-NoValue-";  // as LaTeX

enum class Form {
  kCommand,
  kDef,
  kLet,
  kNewIf,
  kOperator,
  kDelimiters,
  kDelimitersX,
  kDocument,
  kGroups
};

const std::unordered_map<std::string_view, Form>& Forms() {
  static const std::unordered_map<std::string_view, Form> forms = {
      {"newcommand", Form::kCommand},
      {"renewcommand", Form::kCommand},
      {"providecommand", Form::kCommand},
      {"DeclareRobustCommand", Form::kCommand},
      {"newrobustcmd", Form::kCommand},
      {"renewrobustcmd", Form::kCommand},
      {"def", Form::kDef},
      {"gdef", Form::kDef},
      {"edef", Form::kDef},
      {"xdef", Form::kDef},
      {"let", Form::kLet},
      {"newif", Form::kNewIf},
      {"DeclareMathOperator", Form::kOperator},
      {"DeclarePairedDelimiter", Form::kDelimiters},
      {"DeclarePairedDelimiterX", Form::kDelimitersX},
      {"DeclarePairedDelimiterXPP", Form::kDelimitersX},
      {"NewDocumentCommand", Form::kDocument},
      {"RenewDocumentCommand", Form::kDocument},
      {"ProvideDocumentCommand", Form::kDocument},
      {"DeclareDocumentCommand", Form::kDocument},
      {"newenvironment", Form::kGroups},
      {"renewenvironment", Form::kGroups},
      {"provideenvironment", Form::kGroups},
      {"NewDocumentEnvironment", Form::kGroups},
      {"RenewDocumentEnvironment", Form::kGroups},
      {"ProvideDocumentEnvironment", Form::kGroups},
      {"DeclareDocumentEnvironment", Form::kGroups},
      {"newtheorem", Form::kGroups},
      {"specialcomment", Form::kGroups},
  };
  return forms;
}

// What stands between \csname and \endcsname at text[at]; empty if that is not there.
std::string_view NamedControl(std::string_view text, size_t at, size_t* end) {
  constexpr std::string_view kBegin = "\\csname", kEnd = "\\endcsname";
  if (!text.substr(at).starts_with(kBegin)) return {};
  const std::string_view rest = text.substr(at + kBegin.size(), kMaxNameBytes);
  const size_t close = rest.find(kEnd);
  if (close == kNone) return {};
  *end = at + kBegin.size() + close + kEnd.size();
  return Trimmed(rest.substr(0, close));
}

// Whether text[*at] goes on "\def\csname x\endcsname"; then moves `at` behind it.
bool NamedDefinition(std::string_view text, size_t* at) {
  if (*at >= text.size() || text[*at] != '\\') return false;
  size_t end = ControlEnd(text, *at);
  if (!Forms().contains(text.substr(*at + 1, end - *at - 1))) return false;
  if (NamedControl(text, end, &end).empty()) return false;
  *at = end;
  return true;
}

// Words of TeX's programming. \else and \fi may belong to a \newif of the paper and stay.
bool Programs(std::string_view body) {
  static const std::unordered_set<std::string_view> words = {
      "csname",     "expandafter", "futurelet",   "catcode",   "afterassignment",
      "aftergroup", "ifcase",      "ifdim",       "ifmmode",   "ifvoid",
      "ifhbox",     "ifvbox",      "ifeof",       "loop",      "repeat",
      "advance",    "read",        "write",       "openin",    "openout",
      "setbox",     "noexpand",    "the",         "uccode",    "lccode",
      "uppercase",  "lowercase",   "mathcode",    "endcsname", "meaning",
      "string",     "jobname",     "pdfliteral",  "special",   "halign",
      "directlua",  "activechar",  "newlinechar", "protected", "currentgrouptype"};
  for (size_t at = body.find('\\'); at != kNone; at = body.find('\\', at)) {
    const size_t end = ControlEnd(body, at, true);
    const std::string_view word = body.substr(at + 1, end - at - 1);
    at = end;
    // "\expandafter\def\csname x\endcsname" is a definition as any.
    if (word == "expandafter" && NamedDefinition(body, &at)) continue;
    if (word == "@empty" || word == "@undefined") continue;
    if (word.size() > 1 && (word.find('@') != kNone || words.contains(word))) return true;
  }
  return false;
}

// "\ifmmode A\else $A$\fi", how macros for both modes were written before \ensuremath.
std::string BothModes(std::string_view body) {
  constexpr std::string_view kIf = "\\ifmmode", kElse = "\\else", kFi = "\\fi";
  const std::string_view text = Trimmed(body);
  if (!text.starts_with(kIf) || !text.ends_with(kFi)) return std::string(body);
  const size_t otherwise = text.find(kElse);
  if (otherwise == kNone) return std::string(body);
  const std::string_view math = Trimmed(text.substr(kIf.size(), otherwise - kIf.size()));
  const size_t begin = otherwise + kElse.size();
  std::string_view other = Trimmed(text.substr(begin, text.size() - kFi.size() - begin));
  if (math.empty() || other.size() < 2 || other.front() != '$' || other.back() != '$') {
    return std::string(body);
  }
  other = Trimmed(other.substr(1, other.size() - 2));
  if (other != math) return std::string(body);
  return "\\ensuremath{" + std::string(math) + "}";
}

// TeX makes a space of an end of line; in the middle of a sentence it should look like one.
std::string Body(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\n");
  if (begin == kNone) return text.empty() ? "" : " ";
  const size_t end = text.find_last_not_of(" \t\n") + 1;
  std::string body = BothModes(text.substr(begin, end - begin));
  if (begin > 0) body.insert(0, " ");
  // A blank behind a backslash is a space that is meant ("\ ").
  if (end < text.size()) body += ' ';
  return body;
}

// A body whose arguments come one later, with `size` for \delimsize.
std::string Moved(std::string_view body, std::string_view size) {
  constexpr std::string_view kSize = "\\delimsize";
  std::string moved;
  for (size_t i = 0; i < body.size(); ++i) {
    if (body.substr(i).starts_with(kSize)) {
      moved += size;
      i += kSize.size() - 1;
      continue;
    }
    moved += body[i];
    const bool number = body[i] == '#' && i + 1 < body.size() && body[i + 1] >= '1' &&
                        body[i + 1] <= '8' && (i == 0 || body[i - 1] != '\\');
    if (number) moved += static_cast<char>(body[++i] + 1);
  }
  return moved;
}

class Parser {
 public:
  Parser(std::string_view text, size_t word_end) : text_(text), at_(word_end) {}

  bool Command() {
    Star();
    return Name() && Counts() && Body(&definition.macro.body);
  }

  bool Operator() {
    const bool limits = Star();
    std::string_view body;
    if (!Name() || !Group(&body)) return false;
    definition.macro.body =
        (limits ? "\\operatorname*{" : "\\operatorname{") + std::string(Trimmed(body)) + "}";
    definition.expandable = !Programs(body);
    return true;
  }

  // mathtools: \abs{x}, \abs*{x} with \left and \right, \abs[\big]{x}.
  bool Delimiters() {
    std::string_view left, right;
    if (!Name() || !Group(&left) || !Group(&right)) return false;
    LatexMacro& macro = definition.macro;
    macro.parameters = {{LatexMacro::Parameter::kOptional, ""},
                        {LatexMacro::Parameter::kPlain, ""}};
    macro.has_star = true;
    macro.body = "#1" + std::string(left) + " #2#1" + std::string(right);
    macro.starred = "\\left" + std::string(left) + " #2\\right" + std::string(right);
    definition.expandable = !Programs(left) && !Programs(right);
    return true;
  }

  // \DeclarePairedDelimiterX{\set}[1]{\{}{\}}{..}; the XPP form has a text before the left and one
  // behind the right one. \delimsize is their size.
  bool DelimitersX(bool outer) {
    std::string_view before, left, right, behind, inside;
    if (!Name() || !Counts() || (outer && !Group(&before)) || !Group(&left) || !Group(&right) ||
        (outer && !Group(&behind)) || !Group(&inside)) {
      return false;
    }
    LatexMacro& macro = definition.macro;
    const LatexMacro::Parameter size = {LatexMacro::Parameter::kOptional, ""};
    macro.parameters.insert(macro.parameters.begin(), size);
    if (macro.parameters.size() > 9) return false;
    macro.has_star = true;
    macro.body = Moved(before, "#1") + "#1" + std::string(left) + " " + Moved(inside, "#1") + "#1" +
                 std::string(right) + Moved(behind, "#1");
    macro.starred = Moved(before, "") + "\\left" + std::string(left) + " " +
                    Moved(inside, "\\middle") + "\\right" + std::string(right) + Moved(behind, "");
    definition.expandable = !Programs(macro.body);
    return true;
  }

  bool Document() {
    std::string_view arguments;
    if (!Name() || !Group(&arguments)) return false;
    for (size_t i = 0; i < arguments.size();) {
      const char c = arguments[i++];
      if (c == ' ' || c == '\n' || c == '\t' || c == '+' || c == '!') continue;
      LatexMacro::Parameter parameter;
      if (!Argument(c, arguments, &i, &parameter)) definition.expandable = false;
      definition.macro.parameters.push_back(parameter);
    }
    if (definition.macro.parameters.size() > 9) return false;
    return Body(&definition.macro.body);
  }

  bool Def() {
    Blanks();
    if (!Control(&definition.name)) return false;
    const std::string_view head = text_.substr(at_, kMaxParameterText);
    size_t open = 0;
    while (open < head.size() && head[open] != '{' && head[open] != '}') {
      open += head[open] == '\\' ? 2 : 1;
    }
    if (open >= head.size() || head[open] != '{') return false;
    std::string_view pattern = head.substr(0, open);
    if (pattern.find("\n\n") != kNone || !Pattern(pattern)) definition.expandable = false;
    at_ += open;
    return Body(&definition.macro.body);
  }

  bool Let() {
    definition.kind = LatexDefinition::kLet;
    Blanks();
    if (!Control(&definition.name)) return false;
    Blanks();
    if (at_ < text_.size() && text_[at_] == '=') {
      ++at_;
      if (at_ < text_.size() && text_[at_] == ' ') ++at_;
    }
    if (at_ >= text_.size() || text_[at_] == '{' || text_[at_] == '}' || text_[at_] == '\n') {
      return false;
    }
    const size_t end = text_[at_] == '\\'
                           ? ControlEnd(text_, at_, true)
                           : at_ + static_cast<size_t>(DecodeUtf8(text_.substr(at_, 4)).length);
    definition.target = text_.substr(at_, end - at_);
    definition.expandable = definition.target.find('@') == kNone && definition.target.size() > 0 &&
                            static_cast<unsigned char>(definition.target[0]) < 0x80;
    at_ = end;
    return true;
  }

  bool NewIf() {
    definition.kind = LatexDefinition::kIf;
    Blanks();
    if (!Control(&definition.name) || !definition.name.starts_with("if")) return false;
    definition.name.erase(0, 2);
    return true;
  }

  // Groups and options up to the last that touches: \newtheorem{a}[b]{c}, \newenvironment{..}...
  bool Groups() {
    definition.kind = LatexDefinition::kOther;
    Star();
    std::string_view group;
    if (!Group(&group)) return false;
    for (int i = 0; i < 4; ++i) {
      const size_t next = SkipLatexBlanks(text_, at_);
      if (next == text_.size() || (text_[next] != '{' && text_[next] != '[')) break;
      constexpr size_t kMaxOption = 1024;
      const size_t end = GroupEnd(text_, next, text_[next] == '{' ? kMaxBody : kMaxOption);
      if (end == kNone && text_[next] == '{') return false;
      if (end == kNone) break;
      at_ = end;
    }
    return true;
  }

  size_t at() const { return at_; }

  LatexDefinition definition;

 private:
  // One argument of \NewDocumentCommand, whose letter is `c`; false if it cannot be followed.
  bool Argument(char c, std::string_view all, size_t* at, LatexMacro::Parameter* made) {
    using Kind = LatexMacro::Parameter::Kind;
    made->kind = Kind::kPlain;
    if (c == 'm') return true;
    made->kind = c == 's' || c == 't' ? Kind::kStar : Kind::kOptional;
    made->text = kNoValue;
    made->open = c == 's' ? '*' : '[';
    if (c == 's' || c == 'o') return true;
    if (c == 'r' || c == 'R') made->kind = Kind::kRequired;
    const bool has_marks = c == 'd' || c == 'D' || c == 'r' || c == 'R' || c == 't';
    if (has_marks) {
      *at = SkipLatexBlanks(all, *at);
      const size_t marks = c == 't' ? 1 : 2;
      if (all.size() < *at + marks || all[*at] == '\\' || all[*at] == '{') return false;
      made->open = all[*at];
      if (marks == 2) made->close = all[*at + 1];
      *at += marks;
    }
    if (c == 'd' || c == 'r' || c == 't') return true;
    if (c != 'O' && c != 'D' && c != 'R') return false;
    size_t end = 0;
    made->text = LatexGroup(all, *at, kMaxBody, &end);
    if (end != kNone) *at = end;
    return end != kNone;
  }

  void Blanks() { at_ = SkipLatexBlanks(text_, at_); }

  bool Star() {
    Blanks();
    if (at_ == text_.size() || text_[at_] != '*') return false;
    ++at_;
    return true;
  }

  bool Control(std::string* name) {
    if (at_ >= text_.size() || text_[at_] != '\\') return false;
    size_t end = 0;
    if (const std::string_view named = NamedControl(text_, at_, &end); !named.empty()) {
      *name = named;
      at_ = end;
      const bool word = std::all_of(name->begin(), name->end(), IsLatexLetter);
      definition.expandable = definition.expandable && word;
      return true;
    }
    end = ControlEnd(text_, at_, true);
    *name = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end;
    return !name->empty() && name->size() <= kMaxNameBytes;
  }

  // "{\name}" or "\name".
  bool Name() {
    Blanks();
    if (at_ == text_.size() || text_[at_] != '{') return Control(&definition.name);
    ++at_;
    Blanks();
    if (!Control(&definition.name)) return false;
    Blanks();
    return at_ < text_.size() && text_[at_++] == '}';
  }

  bool Group(std::string_view* inside) {
    size_t end = 0;
    *inside = LatexGroup(text_, at_, kMaxBody, &end);
    if (end == kNone) return false;
    at_ = end;
    return true;
  }

  bool Body(std::string* body) {
    Blanks();
    std::string_view text;
    if (at_ < text_.size() && text_[at_] == '\\') {  // \newcommand\a\b
      const size_t end = ControlEnd(text_, at_);
      text = text_.substr(at_, end - at_);
      at_ = end;
    } else if (!Group(&text)) {
      return false;
    }
    *body = corpus::Body(text);
    definition.expandable = definition.expandable && !Programs(*body);
    return true;
  }

  // "[2][default]" of \newcommand.
  bool Counts() {
    const size_t open = SkipLatexBlanks(text_, at_);
    if (open + 2 >= text_.size() || text_[open] != '[') return true;
    const size_t end = GroupEnd(text_, open, 16);
    if (end == kNone) return false;
    const std::string_view digits = Trimmed(text_.substr(open + 1, end - open - 2));
    if (digits.size() != 1 || digits[0] < '0' || digits[0] > '9') return false;
    definition.macro.parameters.resize(static_cast<size_t>(digits[0] - '0'));
    at_ = end;
    const size_t next = SkipLatexBlanks(text_, at_);
    if (next == text_.size() || text_[next] != '[') return true;
    const size_t close = GroupEnd(text_, next, kMaxBody);
    if (close == kNone || definition.macro.parameters.empty()) return false;
    definition.macro.parameters[0] = {LatexMacro::Parameter::kOptional,
                                      std::string(text_.substr(next + 1, close - next - 2))};
    at_ = close;
    return true;
  }

  // Parameter text of \def; false if it cannot be followed.
  bool Pattern(std::string_view pattern) {
    LatexMacro& macro = definition.macro;
    size_t at = std::min(pattern.find('#'), pattern.size());
    macro.prefix = pattern.substr(0, at);
    // Blanks behind the name are no part of it.
    if (Trimmed(macro.prefix).empty()) macro.prefix.clear();
    while (at < pattern.size()) {
      const size_t number = macro.parameters.size() + 1;
      if (number > 9 || at + 1 >= pattern.size() ||
          pattern[at + 1] != '0' + static_cast<int>(number)) {
        return false;
      }
      const size_t next = std::min(pattern.find('#', at + 2), pattern.size());
      LatexMacro::Parameter parameter;
      parameter.text = pattern.substr(at + 2, next - at - 2);
      if (parameter.text.find('\n') != std::string::npos) return false;
      if (!parameter.text.empty()) parameter.kind = LatexMacro::Parameter::kDelimited;
      macro.parameters.push_back(parameter);
      at = next;
    }
    return true;
  }

  std::string_view text_;
  size_t at_;
};

bool Parse(Form form, std::string_view word, Parser* parser) {
  switch (form) {
    case Form::kCommand:
      return parser->Command();
    case Form::kDef:
      return parser->Def();
    case Form::kLet:
      return parser->Let();
    case Form::kNewIf:
      return parser->NewIf();
    case Form::kOperator:
      return parser->Operator();
    case Form::kDelimiters:
      return parser->Delimiters();
    case Form::kDelimitersX:
      return parser->DelimitersX(word.ends_with("XPP"));
    case Form::kDocument:
      return parser->Document();
    case Form::kGroups:
      return parser->Groups();
  }
  return false;
}

}  // namespace

bool DefinesLatexMacro(std::string_view word) { return Forms().contains(word); }

std::optional<LatexDefinition> ParseLatexDefinition(std::string_view text, size_t at,
                                                    size_t word_end) {
  const std::string_view word = text.substr(at + 1, word_end - at - 1);
  const auto form = Forms().find(word);
  if (form == Forms().end()) return std::nullopt;
  Parser parser(text, word_end);
  if (!Parse(form->second, word, &parser)) return std::nullopt;
  LatexDefinition& definition = parser.definition;
  definition.only_if_new = word == "providecommand" || word == "ProvideDocumentCommand";
  if (definition.name.find('@') != std::string::npos) definition.expandable = false;
  definition.end = parser.at();
  return std::move(definition);
}

bool SubstituteLatex(std::string_view body, const std::vector<std::string>& arguments,
                     size_t max_bytes, std::string* out) {
  out->clear();
  for (size_t at = 0; at < body.size() && out->size() <= max_bytes;) {
    const size_t next = std::min(body.find('#', at), body.size());
    AppendLatex(body.substr(at, next - at), out);
    at = next + 1;
    if (next == body.size()) break;
    // "\#" is a character.
    const bool escaped = next > 0 && body[next - 1] == '\\' && (next < 2 || body[next - 2] != '\\');
    const char number = at < body.size() && !escaped ? body[at] : '\0';
    const auto index = static_cast<size_t>(number - '1');
    if (number >= '1' && index < arguments.size()) {
      AppendLatex(arguments[index], out);
    } else {
      *out += '#';
    }
    if (number == '#' || (number >= '1' && index < arguments.size())) ++at;
  }
  return out->size() <= max_bytes;
}

}  // namespace cria::corpus
