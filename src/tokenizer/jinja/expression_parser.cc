// Precedence and forms are those of jinja2/parser.py, version 3.1.
#include "tokenizer/jinja/expression_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace cria::tokenizer::jinja {

Expression* ExpressionParser::New(Operator op, std::vector<const Expression*> items) {
  Expression e{.op = op,
               .line = t_.line(),
               .name = {},
               .literal = Value(),
               .items = {},
               .comparisons = {},
               .arguments = {}};
  for (const Expression* item : items) Deepen(&e, item);
  e.items = std::move(items);
  return &tree_.expressions.emplace_back(std::move(e));
}

void ExpressionParser::Deepen(Expression* e, const Expression* below) {
  if (below == nullptr) return;
  e->depth = std::max(e->depth, below->depth + 1);
  if (e->depth > t_.limits.max_tree_depth) t_.Fail("an expression is too long or nests too deeply");
}

const Expression* ExpressionParser::Literal(Value value) {
  Expression* e = New(Operator::kLiteral);
  e->literal = value;
  return e;
}

const Expression* ExpressionParser::TextLiteral(std::string text) {
  return Literal(Value(&tree_.texts.emplace_back(std::move(text), false)));
}

const Expression* ExpressionParser::Parse(bool conditional) {
  const TokenStream::Level level(&t_);
  const Expression* e = Or();
  while (conditional && t_.SkipName("if")) {
    const Expression* condition = Or();
    const Expression* otherwise = t_.SkipName("else") ? Parse() : nullptr;
    e = New(Operator::kIf, {e, condition, otherwise});
  }
  return e;
}

const Expression* ExpressionParser::ParseTuple(bool conditional) {
  const Expression* first = Parse(conditional);
  if (!t_.IsOperator(",")) return first;
  std::vector<const Expression*> items = {first};
  while (t_.SkipOperator(",")) {
    if (t_.Is(TokenType::kBlockEnd) || t_.Is(TokenType::kPrintEnd) || t_.IsOperator(")")) break;
    items.push_back(Parse(conditional));
  }
  return New(Operator::kTuple, std::move(items));
}

const Expression* ExpressionParser::Or() {
  const Expression* e = And();
  while (t_.SkipName("or")) e = New(Operator::kOr, {e, And()});
  return e;
}

const Expression* ExpressionParser::And() {
  const Expression* e = Not();
  while (t_.SkipName("and")) e = New(Operator::kAnd, {e, Not()});
  return e;
}

const Expression* ExpressionParser::Not() {
  if (!t_.SkipName("not")) return Compare();
  const TokenStream::Level level(&t_);
  return New(Operator::kNot, {Not()});
}

const Expression* ExpressionParser::Compare() {
  const Expression* first = Sum();
  std::vector<const Expression*> items = {first};
  std::vector<Comparison> comparisons;
  static constexpr std::pair<std::string_view, Comparison> kSigns[] = {
      {"==", Comparison::kEqual},  {"!=", Comparison::kNotEqual},
      {"<", Comparison::kLess},    {"<=", Comparison::kLessEqual},
      {">", Comparison::kGreater}, {">=", Comparison::kGreaterEqual},
  };
  while (true) {
    const size_t before = comparisons.size();
    for (const auto& [sign, comparison] : kSigns) {
      if (t_.SkipOperator(sign)) {
        comparisons.push_back(comparison);
        break;
      }
    }
    if (comparisons.size() == before) {
      if (t_.SkipName("in")) {
        comparisons.push_back(Comparison::kIn);
      } else if (t_.IsName("not") && t_.NextIsName("in")) {
        t_.Take();
        t_.Take();
        comparisons.push_back(Comparison::kNotIn);
      } else {
        break;
      }
    }
    items.push_back(Sum());
  }
  if (comparisons.empty()) return first;
  Expression* e = New(Operator::kCompare, std::move(items));
  e->comparisons = std::move(comparisons);
  return e;
}

const Expression* ExpressionParser::Sum() {
  const Expression* e = Concat();
  while (true) {
    if (t_.SkipOperator("+")) {
      e = New(Operator::kAdd, {e, Concat()});
    } else if (t_.SkipOperator("-")) {
      e = New(Operator::kSubtract, {e, Concat()});
    } else {
      return e;
    }
  }
}

const Expression* ExpressionParser::Concat() {
  const Expression* first = Product();
  if (!t_.IsOperator("~")) return first;
  std::vector<const Expression*> items = {first};
  while (t_.SkipOperator("~")) items.push_back(Product());
  return New(Operator::kConcat, std::move(items));
}

const Expression* ExpressionParser::Product() {
  static constexpr std::pair<std::string_view, Operator> kSigns[] = {
      {"*", Operator::kMultiply},
      {"/", Operator::kDivide},
      {"//", Operator::kFloorDivide},
      {"%", Operator::kModulo},
  };
  const Expression* e = Power();
  while (true) {
    const Expression* before = e;
    for (const auto& [sign, op] : kSigns) {
      if (t_.SkipOperator(sign)) {
        e = New(op, {e, Power()});
        break;
      }
    }
    if (e == before) return e;
  }
}

const Expression* ExpressionParser::Power() {
  const Expression* e = Unary(true);
  while (t_.SkipOperator("**")) e = New(Operator::kPower, {e, Unary(true)});
  return e;
}

const Expression* ExpressionParser::Unary(bool with_filter) {
  const TokenStream::Level level(&t_);
  const Expression* e;
  if (t_.SkipOperator("-")) {
    e = New(Operator::kMinus, {Unary(false)});
  } else if (t_.SkipOperator("+")) {
    e = New(Operator::kPlus, {Unary(false)});
  } else {
    e = Primary();
  }
  e = Postfix(e);
  return with_filter ? Filters(e) : e;
}

const Expression* ExpressionParser::Primary() {
  if (t_.Is(TokenType::kName)) {
    const std::string& name = t_.now().text;
    if (name == "true" || name == "True") return t_.Take(), Literal(Value::Bool(true));
    if (name == "false" || name == "False") return t_.Take(), Literal(Value::Bool(false));
    if (name == "none" || name == "None") return t_.Take(), Literal(Value::None());
    Expression* e = New(Operator::kName);
    e->name = t_.Take().text;
    return e;
  }
  if (t_.Is(TokenType::kString)) {
    std::string text;
    while (t_.Is(TokenType::kString)) text += t_.Take().text;
    return TextLiteral(std::move(text));
  }
  if (t_.Is(TokenType::kInteger) || t_.Is(TokenType::kFloat)) return Number();
  if (t_.IsOperator("(")) return Parenthesis();
  if (t_.IsOperator("[")) return ListLiteral();
  if (t_.IsOperator("{")) return DictLiteral();
  t_.Unexpected("an expression");
}

const Expression* ExpressionParser::Number() {
  const bool is_float = t_.Is(TokenType::kFloat);
  const std::string& text = t_.Take().text;
  if (is_float) {
    double number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return Literal(Value::Float(number));
  }
  const char kind = text.size() > 1 ? static_cast<char>(text[1] | 0x20) : '0';
  const int base = kind == 'x' ? 16 : kind == 'o' ? 8 : kind == 'b' ? 2 : 10;
  int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data() + (base == 10 ? 0 : 2), end, number, base);
  if (result.ec != std::errc() || result.ptr != end) {
    t_.Fail(fmt::format("\"{}\" is no whole number below 2^63", text));
  }
  return Literal(Value::Int(number));
}

const Expression* ExpressionParser::Parenthesis() {
  t_.ExpectOperator("(");
  const Expression* e = t_.IsOperator(")") ? New(Operator::kTuple) : ParseTuple();
  t_.ExpectOperator(")");
  return e;
}

const Expression* ExpressionParser::ListLiteral() {
  t_.ExpectOperator("[");
  std::vector<const Expression*> items;
  while (!t_.IsOperator("]")) {
    items.push_back(Parse());
    if (!t_.SkipOperator(",")) break;
  }
  t_.ExpectOperator("]");
  return New(Operator::kList, std::move(items));
}

const Expression* ExpressionParser::DictLiteral() {
  t_.ExpectOperator("{");
  std::vector<const Expression*> items;
  while (!t_.IsOperator("}")) {
    items.push_back(Parse());
    t_.ExpectOperator(":");
    items.push_back(Parse());
    if (!t_.SkipOperator(",")) break;
  }
  t_.ExpectOperator("}");
  return New(Operator::kDict, std::move(items));
}

const Expression* ExpressionParser::Postfix(const Expression* e) {
  while (true) {
    if (t_.IsOperator(".") || t_.IsOperator("[")) {
      e = Subscript(e);
    } else if (t_.IsOperator("(")) {
      e = Call(e);
    } else {
      return e;
    }
  }
}

const Expression* ExpressionParser::Filters(const Expression* e) {
  while (true) {
    if (t_.SkipOperator("|")) {
      e = Filter(e);
    } else if (t_.SkipName("is")) {
      e = Test(e);
    } else if (t_.IsOperator("(")) {
      e = Call(e);
    } else {
      return e;
    }
  }
}

const Expression* ExpressionParser::Filter(const Expression* e) {
  Expression* filter = New(Operator::kFilter);
  if (e != nullptr) {
    filter->items = {e};
    Deepen(filter, e);
  }
  filter->name = t_.ExpectName();
  if (t_.IsOperator("(")) {
    filter->arguments = ParseArguments();
    Finish(filter);
  }
  return filter;
}

std::vector<const Expression*> ExpressionParser::ParseFilters() {
  std::vector<const Expression*> filters;
  do {
    filters.push_back(Filter(nullptr));
  } while (t_.SkipOperator("|"));
  return filters;
}

const Expression* ExpressionParser::Test(const Expression* e) {
  const bool negated = t_.SkipName("not");
  Expression* test = New(Operator::kTest, {e});
  test->name = t_.ExpectName();
  const bool argument = t_.Is(TokenType::kName) || t_.Is(TokenType::kString) ||
                        t_.Is(TokenType::kInteger) || t_.Is(TokenType::kFloat) ||
                        t_.IsOperator("[") || t_.IsOperator("{");
  if (t_.IsOperator("(")) {
    test->arguments = ParseArguments();
  } else if (argument && !t_.IsName("else") && !t_.IsName("or") && !t_.IsName("and")) {
    if (t_.IsName("is")) t_.Fail("two tests in a row");
    // An inline "if" behind a test is Jinja2's own argument-less form.
    if (!t_.IsName("if") && !t_.IsName("not") && !t_.IsName("in")) {
      test->arguments.positional = {Postfix(Primary())};
    }
  }
  Finish(test);
  return negated ? New(Operator::kNot, {test}) : test;
}

const Expression* ExpressionParser::Subscript(const Expression* e) {
  if (t_.SkipOperator(".")) {
    if (t_.Is(TokenType::kInteger)) return New(Operator::kItem, {e, Number()});
    Expression* attribute = New(Operator::kAttribute, {e});
    attribute->name = t_.ExpectName();
    return attribute;
  }
  t_.ExpectOperator("[");
  const Expression* bounds[3] = {};
  bool slice = false;
  for (int i = 0; i < 3; ++i) {
    if (!t_.IsOperator(":") && !t_.IsOperator("]")) bounds[i] = Parse();
    if (i == 2 || !t_.SkipOperator(":")) break;
    slice = true;
  }
  if (t_.IsOperator(",")) t_.Unsupported("an index of several parts");
  t_.ExpectOperator("]");
  if (slice) return New(Operator::kSlice, {e, bounds[0], bounds[1], bounds[2]});
  if (bounds[0] == nullptr) t_.Unexpected("an index");
  return New(Operator::kItem, {e, bounds[0]});
}

const Expression* ExpressionParser::Call(const Expression* e) {
  Expression* call = New(Operator::kCall, {e});
  call->arguments = ParseArguments();
  Finish(call);
  return call;
}

void ExpressionParser::Finish(Expression* e) {
  for (const Expression* argument : e->arguments.positional) Deepen(e, argument);
  for (const auto& [name, argument] : e->arguments.named) Deepen(e, argument);
}

Arguments ExpressionParser::ParseArguments() {
  t_.ExpectOperator("(");
  Arguments arguments;
  while (!t_.IsOperator(")")) {
    if (t_.IsOperator("*") || t_.IsOperator("**")) t_.Unsupported("a call with * or **");
    if (t_.Is(TokenType::kName) && t_.NextIsOperator("=")) {
      std::string name = t_.Take().text;
      t_.Take();
      arguments.named.emplace_back(std::move(name), Parse());
    } else {
      if (!arguments.named.empty()) t_.Fail("a positional argument behind a named one");
      arguments.positional.push_back(Parse());
    }
    if (!t_.SkipOperator(",")) break;
  }
  t_.ExpectOperator(")");
  return arguments;
}

}  // namespace cria::tokenizer::jinja
