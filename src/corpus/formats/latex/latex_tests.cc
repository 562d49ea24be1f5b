// A table of the tests, and small readers of tokens and numbers.
#include "corpus/formats/latex/latex_tests.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/ascii.h"
#include "corpus/formats/latex/latex_layout.h"
#include "corpus/formats/latex/latex_macros.h"
#include "corpus/formats/latex/latex_scan.h"
#include "corpus/formats/latex/latex_words.h"

namespace cria::corpus {
namespace {

constexpr size_t kNone = std::string_view::npos;
using Kind = LatexTest::Kind;

void AddDocumentTests(std::unordered_map<std::string_view, LatexTest>* table) {
  constexpr bool kYes = true, kNo = false;
  struct Forms {
    const char *both, *then_only, *else_only;
    Kind kind;
    bool negated;
  };
  for (const Forms& forms :
       {Forms{"IfNoValueTF", "IfNoValueT", "IfNoValueF", Kind::kNoValue, false},
        Forms{"IfValueTF", "IfValueT", "IfValueF", Kind::kNoValue, true},
        Forms{"IfBooleanTF", "IfBooleanT", "IfBooleanF", Kind::kStar, false},
        Forms{"IfBlankTF", "IfBlankT", "IfBlankF", Kind::kBlank, false}}) {
    (*table)[forms.both] = {forms.kind, 1, kYes, kYes, forms.negated};
    (*table)[forms.then_only] = {forms.kind, 1, kYes, kNo, forms.negated};
    (*table)[forms.else_only] = {forms.kind, 1, kNo, kYes, forms.negated};
  }
}

void AddSwitches(std::unordered_map<std::string_view, LatexTest>* table) {
  const auto set = [&](std::initializer_list<const char*> names, Kind kind, std::string_view value,
                       int arguments) {
    for (const char* name : names) (*table)[name] = {kind, arguments, false, false, false, value};
  };
  set({"newbool", "providebool", "newboolean", "provideboolean", "boolfalse"}, Kind::kSetBool,
      "false", 1);
  set({"booltrue"}, Kind::kSetBool, "true", 1);
  set({"setbool", "setboolean"}, Kind::kSetBool, "", 2);
  set({"newtoggle", "providetoggle", "togglefalse"}, Kind::kSetToggle, "false", 1);
  set({"toggletrue"}, Kind::kSetToggle, "true", 1);
  set({"settoggle"}, Kind::kSetToggle, "", 2);
}

std::unordered_map<std::string_view, LatexTest> MakeTable() {
  std::unordered_map<std::string_view, LatexTest> table;
  const auto add = [&](const char* name, Kind kind, int tested, bool negated = false,
                       std::string_view value = {}) {
    table[name] = {kind, tested, true, true, negated, value};
  };
  add("ifbool", Kind::kBool, 1);
  add("notbool", Kind::kBool, 1, true);
  add("iftoggle", Kind::kToggle, 1);
  add("nottoggle", Kind::kToggle, 1, true);
  add("ifdef", Kind::kDefined, 1);
  add("ifundef", Kind::kDefined, 1, true);
  add("ifcsdef", Kind::kNamed, 1);
  add("ifcsundef", Kind::kNamed, 1, true);
  add("@ifundefined", Kind::kNamed, 1, true);
  add("ifdefempty", Kind::kEmptyBody, 1);
  add("ifdefvoid", Kind::kEmptyBody, 1);
  add("ifstrempty", Kind::kBlank, 1);
  add("ifblank", Kind::kBlank, 1);
  add("notblank", Kind::kBlank, 1, true);
  add("ifstrequal", Kind::kSame, 2);
  add("IfStrEq", Kind::kSame, 2);
  add("ifdefstring", Kind::kSameBody, 2);
  add("ifdefequal", Kind::kSameBody, 2);
  add("ifnumcomp", Kind::kNumbers, 3);
  add("ifnumequal", Kind::kNumbers, 2, false, "=");
  add("ifnumgreater", Kind::kNumbers, 2, false, ">");
  add("ifnumless", Kind::kNumbers, 2, false, "<");
  add("ifthenelse", Kind::kThen, 1);
  add("ifboolexpr", Kind::kUnknown, 1);
  AddDocumentTests(&table);
  AddSwitches(&table);
  return table;
}

// An integer as TeX writes it in decimal; nothing if another token or too many digits stand there.
std::optional<int64_t> Integer(std::string_view text, size_t* at) {
  size_t end = SkipLatexBlanks(text, *at);
  const bool negative = end < text.size() && text[end] == '-';
  if (negative) ++end;
  const size_t begin = end;
  int64_t value = 0;
  for (; end < text.size() && text[end] >= '0' && text[end] <= '9'; ++end) {
    if (end - begin >= 10) return std::nullopt;
    value = 10 * value + (text[end] - '0');
  }
  if (end == begin) return std::nullopt;
  if (end < text.size() && text[end] == ' ') ++end;
  *at = end;
  return negative ? -value : value;
}

bool Compare(int64_t left, char relation, int64_t right) {
  if (relation == '<') return left < right;
  return relation == '>' ? left > right : left == right;
}

// "1 < 2", or with `odd` one number.
std::optional<bool> Numbers(std::string_view text, size_t* at, bool odd) {
  size_t end = *at;
  const auto left = Integer(text, &end);
  if (!left) return std::nullopt;
  if (odd) {
    *at = end;
    return *left % 2 != 0;
  }
  end = SkipLatexBlanks(text, end);
  if (end == text.size() || std::string_view("<>=").find(text[end]) == kNone) return std::nullopt;
  const char relation = text[end++];
  const auto right = Integer(text, &end);
  if (!right) return std::nullopt;
  *at = end;
  return Compare(*left, relation, *right);
}

std::string_view Token(std::string_view text, size_t* at) {
  const size_t begin = SkipLatexBlanks(text, *at);
  if (begin >= text.size()) return {};
  const bool at_name = text.substr(begin).starts_with("\\@");
  *at = text[begin] == '\\' ? ControlEnd(text, begin, at_name) : begin + 1;
  return text.substr(begin, *at - begin);
}

std::string_view Word(std::string_view text) {
  constexpr size_t kMaxName = 128;
  text = Trimmed(text);
  if (text.size() > kMaxName) return {};
  return text.starts_with('\\') && ControlEnd(text, 0, true) == text.size() ? text.substr(1)
                                                                            : std::string_view();
}

}  // namespace

const LatexTest* FindLatexTest(std::string_view name) {
  static const std::unordered_map<std::string_view, LatexTest> table = MakeTable();
  const auto found = table.find(name);
  return found == table.end() ? nullptr : &found->second;
}

bool LatexTests::IsDefined(std::string_view name) const {
  // arXiv runs pdfTeX.
  return macros_.Find(name) != nullptr || LatexWords().contains(name) ||
         FindLatexLayout(name) != nullptr || FindLatexTest(name) != nullptr ||
         DefinesLatexMacro(name) || name == "pdfoutput" || name == "pdftexversion";
}

// Two tokens for which it is the same are equal for \ifx.
std::string LatexTests::Meaning(std::string_view token) const {
  if (!token.starts_with('\\')) return "c" + std::string(token);
  const std::string_view name = token.substr(1);
  if (const LatexMacro* macro = macros_.Find(name); macro != nullptr) {
    if (macro->literal)
      return macro->body.starts_with('\\') ? "n" + macro->body : "c" + macro->body;
    // Of a long text its beginning and size, so that asking again and again stays cheap.
    constexpr size_t kMaxCompared = 1024;
    std::string size;
    if (macro->body.size() > kMaxCompared) size = std::to_string(macro->body.size());
    return "m" + std::to_string(macro->parameters.size()) + macro->prefix + "." +
           macro->body.substr(0, kMaxCompared) + size;
  }
  if (name == "empty" || name == "@empty") return "m0.";
  if (!IsDefined(name) && name != "relax") return "u";
  return "n" + std::string(token);
}

// A macro without arguments, or what such a one stands for, as its text.
std::string_view LatexTests::Resolve(std::string_view text) const {
  std::string_view result = Trimmed(text);
  constexpr int kMaxSteps = 8;
  for (int i = 0; i < kMaxSteps; ++i) {
    const LatexMacro* macro = macros_.Find(Word(result));
    if (macro == nullptr || !macro->parameters.empty() || !macro->prefix.empty()) break;
    result = Trimmed(macro->body);
  }
  return result;
}

bool LatexTests::Then(std::string_view text) const {
  bool wanted = true;
  for (text = Trimmed(text); text.starts_with("\\NOT") || text.starts_with("\\not");) {
    wanted = !wanted;
    text.remove_prefix(std::min(text.size(), SkipLatexBlanks(text, 4)));
  }
  return Single(text) == wanted;
}

// Without \NOT.
bool LatexTests::Single(std::string_view text) const {
  size_t at = 0;
  const std::string_view word = Token(text, &at);
  size_t end = 0;
  const std::string_view first = LatexGroup(text, at, text.size(), &end);
  if (end != kNone && word == "\\boolean") {
    return conditions_.Value("if" + std::string(Trimmed(first))).value_or(false);
  }
  if (end != kNone && word == "\\isundefined") return !IsDefined(Word(first));
  if (end != kNone && word == "\\equal") {
    const std::string_view second = LatexGroup(text, end, text.size(), &end);
    return end != kNone && Resolve(first) == Resolve(second);
  }
  at = 0;
  return Numbers(text, &at, false).value_or(false);
}

bool LatexTests::Holds(const LatexTest& test, const std::vector<std::string>& arguments) const {
  const std::string_view first = arguments[0];
  const auto answer = [&] {
    switch (test.kind) {
      case Kind::kBool:
        return conditions_.Value("if" + std::string(Trimmed(first))).value_or(false);
      case Kind::kToggle:
        return conditions_.Value("toggle " + std::string(Trimmed(first))).value_or(false);
      case Kind::kDefined:
        return IsDefined(Word(first));
      case Kind::kNamed:
        return IsDefined(Trimmed(first));
      case Kind::kEmptyBody:
        return Resolve(first).empty();
      case Kind::kBlank:
        return Trimmed(first).empty();
      case Kind::kSame:
        return Trimmed(first) == Trimmed(arguments[1]);
      case Kind::kSameBody:
        return Resolve(first) == Resolve(arguments[1]);
      case Kind::kNumbers: {
        const bool given = test.tested == 2;
        const std::string text = given ? arguments[0] + std::string(test.value) + arguments[1]
                                       : arguments[0] + arguments[1] + arguments[2];
        size_t at = 0;
        return Numbers(text, &at, false).value_or(false);
      }
      case Kind::kThen:
        return Then(first);
      case Kind::kNoValue:
        return Trimmed(first) == kLatexNoValue;
      case Kind::kStar:
        return Trimmed(first) == kLatexStar;
      default:
        return false;
    }
  };
  return answer() != test.negated;
}

std::optional<bool> LatexTests::Primitive(std::string_view word, std::string_view text,
                                          size_t* at) const {
  if (word == "ifpdf" || word == "ifPDFTeX") return true;
  size_t end = *at;
  std::optional<bool> value;
  if (word == "ifx" || word == "if" || word == "ifcat") {
    const std::string_view left = Token(text, &end), right = Token(text, &end);
    if (left.empty() || right.empty()) return std::nullopt;
    const bool names = left[0] == '\\' || right[0] == '\\';
    // \if and \ifcat expand what they compare.
    if (word == "ifx" || (word == "if" && !names)) value = Meaning(left) == Meaning(right);
  } else if (word == "ifdefined") {
    const std::string_view token = Token(text, &end);
    if (token.starts_with('\\')) value = IsDefined(token.substr(1));
  } else if (word == "ifcsname") {
    constexpr std::string_view kEnd = "\\endcsname";
    constexpr size_t kMaxName = 128;
    const size_t close = text.substr(end, kMaxName).find(kEnd);
    if (close == kNone) return std::nullopt;
    value = IsDefined(Trimmed(text.substr(end, close)));
    end += close + kEnd.size();
  } else if (word == "ifnum" || word == "ifodd") {
    value = Numbers(text, &end, word == "ifodd");
  }
  if (value) *at = end;
  return value;
}

}  // namespace cria::corpus
