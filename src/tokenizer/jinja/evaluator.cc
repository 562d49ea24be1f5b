// Statements.
#include "tokenizer/jinja/evaluator.h"

#include "base/error.h"
#include "tokenizer/jinja/operators.h"
#include "tokenizer/jinja/printing.h"

namespace cria::tokenizer::jinja {

void Scope::Set(std::string_view name, const Value& value) {
  for (auto& [known, old] : variables) {
    if (known == name) {
      old = value;
      return;
    }
  }
  variables.emplace_back(name, value);
}

const Value* Scope::Find(std::string_view name) const {
  for (const Scope* scope = this; scope != nullptr; scope = scope->parent) {
    for (const auto& [known, value] : scope->variables) {
      if (known == name) return &value;
    }
  }
  return nullptr;
}

Scope* Evaluator::NewScope(Scope* parent) {
  s_.Charge(sizeof(Scope));
  return &scopes_.emplace_back(Scope{parent, {}});
}

MarkedText Evaluator::Run(const Tree& tree) {
  MarkedText out;
  out_ = &out;
  Execute(tree.body, globals_);
  out_ = nullptr;
  return out;
}

void Evaluator::Write(const MarkedText& text) {
  if (text.size() >
      s_.limits.max_output_bytes - std::min(out_->size(), s_.limits.max_output_bytes)) {
    s_.Fail(fmt::format("it writes more than {} bytes", s_.limits.max_output_bytes));
  }
  s_.Charge(text.size());
  out_->Append(text);
}

MarkedText Evaluator::Capture(const Body& body, Scope* scope, Flow* flow) {
  MarkedText text;
  MarkedText* outer = std::exchange(out_, &text);
  const Flow result = Execute(body, scope);
  if (flow != nullptr) *flow = result;
  out_ = outer;
  return text;
}

Evaluator::Flow Evaluator::Execute(const Body& body, Scope* scope) {
  const Session::Level level(&s_);
  for (const Statement* statement : body) {
    const Flow flow = Execute(*statement, scope);
    if (flow != Flow::kNext) return flow;
  }
  return Flow::kNext;
}

Evaluator::Flow Evaluator::Execute(const Statement& st, Scope* scope) {
  s_.Step();
  s_.line = st.line;
  Flow flow = Flow::kNext;
  switch (st.kind) {
    case StatementKind::kText:
      Write(*st.text);
      break;
    case StatementKind::kPrint:
      Write(ToText(&s_, Evaluate(*st.expression, scope)));
      break;
    case StatementKind::kIf:
      return ExecuteIf(st, scope);
    case StatementKind::kFor:
      return ExecuteFor(st, scope);
    case StatementKind::kSet:
    case StatementKind::kSetBlock:
      ExecuteSet(st, scope);
      break;
    case StatementKind::kFilter: {
      MarkedText text = Capture(st.body, NewScope(scope), &flow);
      Write(ToText(&s_, Filtered(std::move(text), st.filters, scope)));
      break;
    }
    case StatementKind::kMacro:
      scope->Set(st.name, Value(s_.MakeMacro({&st, scope})));
      break;
    case StatementKind::kWith: {
      Scope* inner = NewScope(scope);
      for (const auto& [name, expression] : st.bindings) {
        inner->Set(name, Evaluate(*expression, scope));
      }
      return Execute(st.body, inner);
    }
    case StatementKind::kBody:
      return Execute(st.body, NewScope(scope));
    case StatementKind::kBreak:
      return Flow::kBreak;
    case StatementKind::kContinue:
      return Flow::kContinue;
  }
  return flow;
}

Evaluator::Flow Evaluator::ExecuteIf(const Statement& st, Scope* scope) {
  for (const auto& [condition, body] : st.branches) {
    if (Truth(Evaluate(*condition, scope))) return Execute(body, scope);
  }
  return Execute(st.otherwise, scope);
}

Evaluator::Flow Evaluator::ExecuteFor(const Statement& st, Scope* scope) {
  const std::vector<Value>* items = &Elements(&s_, Evaluate(*st.expression, scope));
  if (st.condition != nullptr) {
    std::vector<Value> kept;
    for (const Value& item : *items) {
      Scope* inner = NewScope(scope);
      Assign(st.targets, item, inner);
      if (Truth(Evaluate(*st.condition, inner))) kept.push_back(item);
    }
    items = &s_.MakeList(std::move(kept)).list().items;
  }
  Loop* loop = s_.MakeLoop(items);
  for (; loop->index < items->size(); ++loop->index) {
    s_.Step();
    Scope* inner = NewScope(scope);
    inner->Set("loop", Value(loop));
    Assign(st.targets, (*items)[loop->index], inner);
    if (Execute(st.body, inner) == Flow::kBreak) break;
  }
  return items->empty() ? Execute(st.otherwise, NewScope(scope)) : Flow::kNext;
}

void Evaluator::ExecuteSet(const Statement& st, Scope* scope) {
  if (st.kind == StatementKind::kSet) {
    return Assign(st.targets, Evaluate(*st.expression, scope), scope);
  }
  Assign(st.targets, Filtered(Capture(st.body, NewScope(scope)), st.filters, scope), scope);
}

Value Evaluator::Filtered(MarkedText text, const std::vector<const Expression*>& filters,
                          Scope* scope) {
  Value value = s_.String(std::move(text));
  for (const Expression* filter : filters) {
    value = ApplyFilter(&s_, filter->name, value, EvaluateArguments(filter->arguments, scope));
  }
  return value;
}

void Evaluator::Assign(const std::vector<Target>& targets, const Value& value, Scope* scope) {
  const auto assign = [&](const Target& target, const Value& item) {
    if (target.attribute.empty()) {
      s_.Charge(sizeof(Value));
      s_.Step(scope->variables.size() / 16);
      return scope->Set(target.name, item);
    }
    const Value* space = scope->Find(target.name);
    if (space == nullptr || !space->Is(Kind::kNamespace)) {
      s_.Fail(fmt::format("\"{}\" is no namespace, so its attributes cannot be set", target.name));
    }
    auto& items = space->space().items;
    s_.Step(items.size() / 16);
    for (auto& [name, old] : items) {
      if (name == target.attribute) {
        old = item;
        return;
      }
    }
    s_.Charge(target.attribute.size());
    items.emplace_back(target.attribute, item);
  };
  if (targets.size() == 1) return assign(targets[0], value);
  const std::vector<Value>& items = Elements(&s_, value);
  if (items.size() != targets.size()) {
    s_.Fail(fmt::format("{} names for {} values", targets.size(), items.size()));
  }
  for (size_t i = 0; i < items.size(); ++i) assign(targets[i], items[i]);
}

}  // namespace cria::tokenizer::jinja
