// Comparison and arithmetic.
#include "tokenizer/jinja/operators.h"

#include <cmath>

#include "tokenizer/jinja/printing.h"

namespace cria::tokenizer::jinja {
namespace {

const char* Sign(Operator op) {
  switch (op) {
    case Operator::kAdd:
      return "+";
    case Operator::kSubtract:
      return "-";
    case Operator::kMultiply:
      return "*";
    case Operator::kDivide:
      return "/";
    case Operator::kFloorDivide:
      return "//";
    case Operator::kModulo:
      return "%";
    default:
      return "**";
  }
}

[[noreturn]] void Overflow(Session* session) { session->Fail("a whole number beyond 2^63"); }

int64_t Power(Session* session, int64_t base, int64_t exponent) {
  int64_t result = 1;
  for (; exponent > 0; --exponent) {
    session->Step();
    if (__builtin_mul_overflow(result, base, &result)) Overflow(session);
    if (result == 0 || (result == 1 && base == 1)) break;
  }
  return result;
}

Value IntegerArithmetic(Session* session, Operator op, int64_t a, int64_t b) {
  int64_t result = 0;
  bool overflow = false;
  switch (op) {
    case Operator::kAdd:
      overflow = __builtin_add_overflow(a, b, &result);
      break;
    case Operator::kSubtract:
      overflow = __builtin_sub_overflow(a, b, &result);
      break;
    case Operator::kMultiply:
      overflow = __builtin_mul_overflow(a, b, &result);
      break;
    case Operator::kPower:
      result = Power(session, a, b);
      break;
    default: {  // floor division and its remainder
      if (b == 0) session->Fail("division by zero");
      if (a == INT64_MIN && b == -1) Overflow(session);
      const bool lower = a % b != 0 && (a < 0) != (b < 0);
      result = op == Operator::kFloorDivide ? a / b - lower : a % b + (lower ? b : 0);
    }
  }
  if (overflow) Overflow(session);
  return Value::Int(result);
}

Value FloatArithmetic(Session* session, Operator op, double a, double b) {
  switch (op) {
    case Operator::kAdd:
      return Value::Float(a + b);
    case Operator::kSubtract:
      return Value::Float(a - b);
    case Operator::kMultiply:
      return Value::Float(a * b);
    case Operator::kPower:
      return Value::Float(std::pow(a, b));
    default:
      break;
  }
  if (b == 0) session->Fail("division by zero");
  if (op == Operator::kDivide) return Value::Float(a / b);
  if (op == Operator::kFloorDivide) return Value::Float(std::floor(a / b));
  const double rest = std::fmod(a, b);
  return Value::Float(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest);
}

Value Repeat(Session* session, const Value& value, int64_t times) {
  const size_t count = times < 0 ? 0 : static_cast<size_t>(times);
  if (value.Is(Kind::kString)) {
    MarkedText text;
    if (value.text().empty()) return session->String(std::move(text));
    for (size_t i = 0; i < count; ++i) {
      session->Charge(value.text().size());
      text.Append(value.text());
    }
    return session->String(std::move(text));
  }
  std::vector<Value> items;
  const std::vector<Value>& from = value.list().items;
  for (size_t i = 0; i < count && !from.empty(); ++i) {
    session->Charge(from.size() * sizeof(Value));
    items.insert(items.end(), from.begin(), from.end());
  }
  return session->MakeList(std::move(items), value.list().tuple);
}

}  // namespace

bool Truth(const Value& value) {
  switch (value.kind()) {
    case Kind::kUndefined:
    case Kind::kNone:
      return false;
    case Kind::kBool:
    case Kind::kInt:
      return value.integer() != 0;
    case Kind::kFloat:
      return value.number() != 0;
    case Kind::kString:
      return !value.text().empty();
    case Kind::kList:
      return !value.list().items.empty();
    case Kind::kDict:
      return !value.dict().items.empty();
    default:
      return true;
  }
}

bool Equal(Session* session, const Value& a, const Value& b) {
  const Session::Level level(session);
  session->Step();
  if (a.IsNumber() && b.IsNumber()) {
    if (a.Is(Kind::kFloat) || b.Is(Kind::kFloat)) return a.number() == b.number();
    return a.integer() == b.integer();
  }
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::kUndefined:
    case Kind::kNone:
      return true;
    case Kind::kString:
      if (a.text().size() != b.text().size()) return false;
      session->Step(a.text().size() / 64);
      return a.bytes() == b.bytes();
    case Kind::kList: {
      const auto &x = a.list().items, &y = b.list().items;
      if (x.size() != y.size() || a.list().tuple != b.list().tuple) return false;
      for (size_t i = 0; i < x.size(); ++i) {
        if (!Equal(session, x[i], y[i])) return false;
      }
      return true;
    }
    case Kind::kDict: {
      const auto &x = a.dict().items, &y = b.dict().items;
      if (x.size() != y.size()) return false;
      for (const auto& [key, value] : x) {
        const Value other = Item(session, b, key);
        if (other.Is(Kind::kUndefined) || !Equal(session, value, other)) return false;
      }
      return true;
    }
    case Kind::kNamespace:
      return &a.space() == &b.space();
    case Kind::kLoop:
      return &a.loop() == &b.loop();
    case Kind::kMacro:
      return &a.macro() == &b.macro();
    default:
      return a.function() == b.function();
  }
}

int Order(Session* session, const Value& a, const Value& b) {
  const Session::Level level(session);
  session->Step();
  if (a.IsNumber() && b.IsNumber()) {
    if (a.Is(Kind::kFloat) || b.Is(Kind::kFloat)) {
      return (a.number() > b.number()) - (a.number() < b.number());
    }
    return (a.integer() > b.integer()) - (a.integer() < b.integer());
  }
  // Bytes of UTF-8 are in the order of the characters.
  if (a.Is(Kind::kString) && b.Is(Kind::kString)) {
    session->Step(std::min(a.text().size(), b.text().size()) / 64);
    return a.bytes().compare(b.bytes());
  }
  if (a.Is(Kind::kList) && b.Is(Kind::kList)) {
    const auto &x = a.list().items, &y = b.list().items;
    for (size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
      if (!Equal(session, x[i], y[i])) return Order(session, x[i], y[i]);
    }
    return (x.size() > y.size()) - (x.size() < y.size());
  }
  RequireDefined(session, a);
  RequireDefined(session, b);
  session->Fail(fmt::format("{} and {} have no order", KindName(a.kind()), KindName(b.kind())));
}

bool Contains(Session* session, const Value& container, const Value& item) {
  switch (container.kind()) {
    case Kind::kUndefined:
      return false;
    case Kind::kString:
      if (!item.Is(Kind::kString)) {
        session->Fail(fmt::format("{} is looked for in a string", KindName(item.kind())));
      }
      session->Step(1 + container.text().size() / 64);
      return container.bytes().find(item.bytes()) != std::string::npos;
    case Kind::kList:
      for (const Value& element : container.list().items) {
        if (Equal(session, element, item)) return true;
      }
      return false;
    case Kind::kDict:
      for (const auto& [key, value] : container.dict().items) {
        if (Equal(session, key, item)) return true;
      }
      return false;
    default:
      session->Fail(fmt::format("\"in\" looks into {}", KindName(container.kind())));
  }
}

Value Arithmetic(Session* session, Operator op, const Value& a, const Value& b) {
  RequireDefined(session, a);
  RequireDefined(session, b);
  if (a.IsNumber() && b.IsNumber()) {
    const bool whole = !a.Is(Kind::kFloat) && !b.Is(Kind::kFloat) && op != Operator::kDivide &&
                       !(op == Operator::kPower && b.integer() < 0);
    return whole ? IntegerArithmetic(session, op, a.integer(), b.integer())
                 : FloatArithmetic(session, op, a.number(), b.number());
  }
  if (op == Operator::kAdd && a.Is(Kind::kString) && b.Is(Kind::kString)) {
    MarkedText text = a.text();
    text.Append(b.text());
    return session->String(std::move(text));
  }
  if (op == Operator::kAdd && a.Is(Kind::kList) && b.Is(Kind::kList) &&
      a.list().tuple == b.list().tuple) {
    std::vector<Value> items = a.list().items;
    items.insert(items.end(), b.list().items.begin(), b.list().items.end());
    return session->MakeList(std::move(items), a.list().tuple);
  }
  const auto repeatable = [](const Value& v) { return v.Is(Kind::kString) || v.Is(Kind::kList); };
  const auto whole = [](const Value& v) { return v.Is(Kind::kInt) || v.Is(Kind::kBool); };
  if (op == Operator::kMultiply && repeatable(a) && whole(b))
    return Repeat(session, a, b.integer());
  if (op == Operator::kMultiply && whole(a) && repeatable(b))
    return Repeat(session, b, a.integer());
  if (op == Operator::kModulo && a.Is(Kind::kString)) {
    session->Unsupported("formatting with % ");
  }
  session->Fail(
      fmt::format("{} {} {} has no meaning", KindName(a.kind()), Sign(op), KindName(b.kind())));
}

Value Negative(Session* session, const Value& a) {
  RequireDefined(session, a);
  if (a.Is(Kind::kFloat)) return Value::Float(-a.number());
  if (!a.IsNumber()) session->Fail(fmt::format("-{} has no meaning", KindName(a.kind())));
  return IntegerArithmetic(session, Operator::kSubtract, 0, a.integer());
}

}  // namespace cria::tokenizer::jinja
