// A small reader of TeX, and one of numbers.
#include "eval/grading/exact_form.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "eval/grading/exact_number.h"

namespace cria::eval {
namespace {

// Drops what changes the look of a formula alone, and gives every fraction its braces.
class TexLook {
 public:
  explicit TexLook(std::string_view text) : text_(text) {}

  std::string Dropped() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\\') {
        Command();
        continue;
      }
      out_ += c;
      ++at_;
      if (c == '{') numerator_.push_back(false);
      if (c != '}' || numerator_.empty()) continue;
      const bool was_numerator = numerator_.back();
      numerator_.pop_back();
      if (was_numerator) Argument(false);
    }
    return std::move(out_);
  }

 private:
  std::string_view NameAt(size_t at) const {
    size_t end = at;
    while (end < text_.size() && IsLetter(text_[end])) ++end;
    return text_.substr(at, end - at);
  }

  void Command() {
    const std::string_view name = NameAt(at_ + 1);
    if (name.empty()) return Symbol();
    at_ += 1 + name.size();
    if (name == "frac" || name == "dfrac" || name == "tfrac") {
      out_ += "\\frac";
      return Argument(true);
    }
    if (name == "left" || name == "right") {
      if (at_ < text_.size() && text_[at_] == '.') ++at_;  // a bracket that is not drawn
      return;
    }
    if (name == "quad" || name == "qquad" || name == "displaystyle") return;
    out_.append("\\").append(name);
  }

  void Symbol() {
    const std::string_view symbol = text_.substr(at_, 2);
    at_ += symbol.size();
    if (symbol == "\\!") {  // "1,\!000" is a number
      if (out_.ends_with(',') && DigitsAt(text_, at_) == 3) out_.pop_back();
    } else if (symbol != "\\," && symbol != "\\:" && symbol != "\\;" && symbol != "\\ ") {
      out_ += symbol;
    }
    if (symbol == "\\\\") at_ = std::min(text_.find_first_not_of(" \n", at_), text_.size());
  }

  // An argument of \frac stands here: a group, or one sign that gets braces.
  void Argument(bool numerator) {
    at_ = std::min(text_.find_first_not_of(' ', at_), text_.size());
    if (at_ == text_.size()) return;
    const char c = text_[at_];
    const size_t length = IsDigit(c) || IsLetter(c)              ? 1
                          : c == '\\' && NameAt(at_ + 1) == "pi" ? 3
                                                                 : 0;
    if (c == '{') {
      out_ += c;
      ++at_;
      numerator_.push_back(numerator);
    } else if (length > 0) {
      out_.append("{").append(text_, at_, length).append("}");
      at_ += length;
      if (numerator) Argument(false);
    }
  }

  std::string_view text_;
  size_t at_ = 0;
  std::string out_;
  std::vector<bool> numerator_;  // of each open brace: whether it holds a numerator
};

bool Take(std::string_view* text, std::string_view front) {
  if (!text->starts_with(front)) return false;
  text->remove_prefix(front.size());
  return true;
}

// A decimal in front, with a sign if `may_be_signed`. "007" is a code and no number.
std::optional<Rational> TakeDecimal(std::string_view* text, bool may_be_signed) {
  const bool negative = may_be_signed && Take(text, "-");
  const std::string_view decimal = DecimalInFront(*text);
  if (decimal.empty() || (decimal[0] == '0' && DigitsAt(decimal, 0) > 1)) return std::nullopt;
  text->remove_prefix(decimal.size());
  std::optional<Rational> value = ToRational(decimal);
  if (value && negative) value->num = -value->num;
  return value;
}

// The rest of a number behind its sign and the integer or decimal `whole`, if it has one.
std::optional<Rational> TakeFraction(const std::optional<Rational>& whole, std::string_view* text) {
  if (text->empty()) return whole;
  if (whole && Take(text, "/")) return Quotient(whole, TakeDecimal(text, false));
  if (!Take(text, "\\frac{")) return std::nullopt;
  const std::optional<Rational> above = TakeDecimal(text, !whole);
  if (!above || !Take(text, "}{")) return std::nullopt;
  const std::optional<Rational> fraction = Quotient(above, TakeDecimal(text, !whole));
  if (!fraction || !Take(text, "}")) return std::nullopt;
  if (!whole) return fraction;
  // A mixed number, not a product: only a proper fraction stands behind an integer.
  if (whole->den != 1 || fraction->num >= fraction->den) return std::nullopt;
  return Sum(*whole, *fraction);
}

// The number that `text` is, if it is one.
std::optional<Rational> ReadNumber(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(text.ends_with("\\%") ? 2 : 1);
  const bool negative = Take(&text, "-");
  if (!negative) Take(&text, "+");
  const std::string_view decimal = DecimalInFront(text);
  std::optional<Rational> whole;
  if (!decimal.empty() && !(whole = TakeDecimal(&text, false))) return std::nullopt;
  std::optional<Rational> value = TakeFraction(whole, &text);
  if (!value || !text.empty()) return std::nullopt;
  if (negative) value->num = -value->num;
  return percent ? Quotient(value, Rational{.num = 100}) : value;
}

enum class Edge { kNone, kOpen, kBetween, kClose };

// The sign in front of `text` that bounds a member of a tuple, list or matrix, and its length.
std::pair<Edge, size_t> EdgeInFront(std::string_view text) {
  constexpr std::pair<std::string_view, Edge> kEdges[] = {{",", Edge::kBetween},
                                                          {"&", Edge::kBetween},
                                                          {"\\\\", Edge::kBetween},
                                                          {"(", Edge::kOpen},
                                                          {"[", Edge::kOpen},
                                                          {"\\{", Edge::kOpen},
                                                          {")", Edge::kClose},
                                                          {"]", Edge::kClose},
                                                          {"\\}", Edge::kClose},
                                                          {"\\begin{pmatrix}", Edge::kOpen},
                                                          {"\\begin{bmatrix}", Edge::kOpen},
                                                          {"\\end{pmatrix}", Edge::kClose},
                                                          {"\\end{bmatrix}", Edge::kClose}};
  for (const auto& [sign, edge] : kEdges) {
    if (text.starts_with(sign)) return {edge, sign.size()};
  }
  return {Edge::kNone, 1};
}

}  // namespace

std::string WithoutLook(std::string_view tex) { return TexLook(tex).Dropped(); }

// Members that are numbers take their one form. Only between edges: in "4/2(x)" what the 2 divides
// is not plain.
std::string CanonicalMembers(std::string_view text) {
  if (const std::optional<Rational> value = ReadNumber(text)) return ToText(*value);
  std::string out;
  size_t begin = 0;
  Edge before = Edge::kBetween;
  for (size_t at = 0; at <= text.size();) {
    const auto [edge, length] =
        at == text.size() ? std::pair(Edge::kClose, size_t{1}) : EdgeInFront(text.substr(at));
    if (edge == Edge::kNone) {
      ++at;
      continue;
    }
    const std::string_view member = text.substr(begin, at - begin);
    std::optional<Rational> value;
    if (before != Edge::kClose && edge != Edge::kOpen) value = ReadNumber(member);
    out += value ? ToText(*value) : std::string(member);
    out.append(text.substr(at, length));
    at += length;
    begin = at;
    before = edge;
  }
  return out;
}

}  // namespace cria::eval
