// Expressions.
#include "base/error.h"
#include "tokenizer/jinja/evaluator.h"
#include "tokenizer/jinja/operators.h"
#include "tokenizer/jinja/printing.h"

namespace cria::tokenizer::jinja {

Value Evaluator::Lookup(const Expression& e, const Scope* scope) const {
  if (const Value* value = scope->Find(e.name)) return *value;
  const Value function = FindFunction(e.name);
  return function.Is(Kind::kUndefined) ? Value(&e.name) : function;
}

Value Evaluator::Evaluate(const Expression& e, Scope* scope) {
  const Session::Level level(&s_);
  s_.Step();
  s_.line = e.line;
  const auto item = [&](size_t i) { return Evaluate(*e.items[i], scope); };
  const auto optional = [&](size_t i) { return e.items[i] == nullptr ? Value() : item(i); };
  switch (e.op) {
    case Operator::kLiteral:
      return e.literal;
    case Operator::kName:
      s_.Step(globals_->variables.size() / 16);
      return Lookup(e, scope);
    case Operator::kList:
    case Operator::kTuple: {
      std::vector<Value> items;
      for (size_t i = 0; i < e.items.size(); ++i) items.push_back(item(i));
      return s_.MakeList(std::move(items), e.op == Operator::kTuple);
    }
    case Operator::kDict:
      return EvaluateDict(e, scope);
    case Operator::kAttribute:
      return Attribute(&s_, item(0), e.name);
    case Operator::kItem: {
      const Value object = item(0);
      return Item(&s_, object, item(1));
    }
    case Operator::kSlice: {
      const Value object = item(0), from = optional(1), to = optional(2);
      return Slice(&s_, object, from, to, optional(3));
    }
    case Operator::kCall:
      return EvaluateCall(e, scope);
    case Operator::kFilter: {
      const Value input = item(0);
      const CallArguments arguments = EvaluateArguments(e.arguments, scope);
      s_.line = e.line;
      return ApplyFilter(&s_, e.name, input, arguments);
    }
    case Operator::kTest: {
      const Value input = item(0);
      return Value::Bool(ApplyTest(&s_, e.name, input, EvaluateArguments(e.arguments, scope)));
    }
    case Operator::kNot:
      return Value::Bool(!Truth(item(0)));
    case Operator::kMinus:
      return Negative(&s_, item(0));
    case Operator::kPlus:
      return Negative(&s_, Negative(&s_, item(0)));
    case Operator::kAnd: {
      const Value left = item(0);
      return Truth(left) ? item(1) : left;
    }
    case Operator::kOr: {
      const Value left = item(0);
      return Truth(left) ? left : item(1);
    }
    case Operator::kConcat: {
      MarkedText text;
      for (size_t i = 0; i < e.items.size(); ++i) {
        const MarkedText part = ToText(&s_, item(i));
        s_.Charge(part.size());
        text.Append(part);
      }
      return s_.String(std::move(text));
    }
    case Operator::kCompare:
      return EvaluateCompare(e, scope);
    case Operator::kIf:
      return Truth(item(1)) ? item(0) : optional(2);
    default: {
      const Value left = item(0), right = item(1);
      s_.line = e.line;
      return Arithmetic(&s_, e.op, left, right);
    }
  }
}

Value Evaluator::EvaluateCompare(const Expression& e, Scope* scope) {
  Value left = Evaluate(*e.items[0], scope);
  for (size_t i = 0; i < e.comparisons.size(); ++i) {
    const Value right = Evaluate(*e.items[i + 1], scope);
    bool holds = false;
    switch (e.comparisons[i]) {
      case Comparison::kEqual:
        holds = Equal(&s_, left, right);
        break;
      case Comparison::kNotEqual:
        holds = !Equal(&s_, left, right);
        break;
      case Comparison::kLess:
        holds = Order(&s_, left, right) < 0;
        break;
      case Comparison::kLessEqual:
        holds = Order(&s_, left, right) <= 0;
        break;
      case Comparison::kGreater:
        holds = Order(&s_, left, right) > 0;
        break;
      case Comparison::kGreaterEqual:
        holds = Order(&s_, left, right) >= 0;
        break;
      case Comparison::kIn:
        holds = Contains(&s_, right, left);
        break;
      case Comparison::kNotIn:
        holds = !Contains(&s_, right, left);
        break;
    }
    if (!holds) return Value::Bool(false);
    left = right;
  }
  return Value::Bool(true);
}

Value Evaluator::EvaluateDict(const Expression& e, Scope* scope) {
  std::vector<std::pair<Value, Value>> items;
  for (size_t i = 0; i + 1 < e.items.size(); i += 2) {
    const Value key = Evaluate(*e.items[i], scope);
    const Value value = Evaluate(*e.items[i + 1], scope);
    if (!key.Is(Kind::kString) && !key.IsNumber() && !key.Is(Kind::kNone)) {
      s_.Unsupported(fmt::format("{} as the key of a dictionary", KindName(key.kind())));
    }
    bool known = false;
    for (auto& [old_key, old_value] : items) {
      if (!Equal(&s_, old_key, key)) continue;
      old_value = value;
      known = true;
    }
    if (!known) items.emplace_back(key, value);
  }
  return s_.MakeDict(std::move(items));
}

CallArguments Evaluator::EvaluateArguments(const Arguments& arguments, Scope* scope) {
  CallArguments values;
  for (const Expression* e : arguments.positional) values.positional.push_back(Evaluate(*e, scope));
  for (const auto& [name, e] : arguments.named)
    values.named.emplace_back(name, Evaluate(*e, scope));
  return values;
}

Value Evaluator::EvaluateCall(const Expression& e, Scope* scope) {
  const Expression& callee = *e.items[0];
  if (callee.op == Operator::kAttribute) {
    const Value object = Evaluate(*callee.items[0], scope);
    const Value* member = object.Is(Kind::kNamespace) ? object.space().Find(callee.name) : nullptr;
    if (member == nullptr || !member->Is(Kind::kMacro)) {
      const CallArguments arguments = EvaluateArguments(e.arguments, scope);
      s_.line = e.line;
      if (object.Is(Kind::kLoop) && callee.name == "cycle" && !arguments.positional.empty()) {
        return arguments.positional[object.loop().index % arguments.positional.size()];
      }
      return CallMethod(&s_, object, callee.name, arguments);
    }
    return CallMacro(member->macro(), EvaluateArguments(e.arguments, scope));
  }
  const Value function = Evaluate(callee, scope);
  const CallArguments arguments = EvaluateArguments(e.arguments, scope);
  s_.line = e.line;
  if (function.Is(Kind::kFunction)) return CallFunction(&s_, function.function(), arguments);
  if (function.Is(Kind::kMacro)) return CallMacro(function.macro(), arguments);
  if (callee.op == Operator::kName && function.Is(Kind::kUndefined)) {
    s_.Unsupported("the function \"" + callee.name + "\"");
  }
  s_.Fail(fmt::format("{} cannot be called", KindName(function.kind())));
}

Value Evaluator::CallMacro(const Macro& macro, const CallArguments& arguments) {
  const Session::Level level(&s_);
  const Statement& definition = *macro.definition;
  if (arguments.positional.size() > definition.bindings.size()) {
    s_.Fail(fmt::format("the macro \"{}\" is given {} values and takes {}", definition.name,
                        arguments.positional.size(), definition.bindings.size()));
  }
  Scope* scope = NewScope(macro.scope);
  std::vector<const Value*> given(definition.bindings.size());
  for (size_t i = 0; i < arguments.positional.size(); ++i) given[i] = &arguments.positional[i];
  for (const auto& [name, value] : arguments.named) {
    size_t i = 0;
    while (i < given.size() && definition.bindings[i].first != name) ++i;
    s_.Step(1 + i / 16);
    if (i == given.size()) {
      s_.Fail(fmt::format("the macro \"{}\" has no parameter \"{}\"", definition.name, name));
    }
    given[i] = &value;
  }
  for (size_t i = 0; i < given.size(); ++i) {
    const auto& [name, fallback] = definition.bindings[i];
    Value value(&name);
    if (given[i] != nullptr) {
      value = *given[i];
    } else if (fallback != nullptr) {
      value = Evaluate(*fallback, scope);
    }
    scope->Set(name, value);
  }
  return s_.String(Capture(definition.body, scope));
}

}  // namespace cria::tokenizer::jinja
