// Runs a Tree: variables in scopes, text into an output.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenizer/jinja/builtins.h"
#include "tokenizer/jinja/session.h"
#include "tokenizer/jinja/tree.h"

namespace cria::tokenizer::jinja {

/// Variables of a block; looked for outwards. Names live in the tree or the caller.
struct Scope {
  Scope* parent;
  std::vector<std::pair<std::string_view, Value>> variables;

  void Set(std::string_view name, const Value& value);
  const Value* Find(std::string_view name) const;
};

class Evaluator {
 public:
  explicit Evaluator(Session* session) : s_(*session) { globals_ = NewScope(nullptr); }

  /// `name` must outlive the evaluator.
  void SetVariable(std::string_view name, const Value& value) { globals_->Set(name, value); }
  MarkedText Run(const Tree& tree);

 private:
  enum class Flow { kNext, kBreak, kContinue };

  Scope* NewScope(Scope* parent);
  Flow Execute(const Body& body, Scope* scope);
  Flow Execute(const Statement& statement, Scope* scope);
  Flow ExecuteFor(const Statement& statement, Scope* scope);
  Flow ExecuteIf(const Statement& statement, Scope* scope);
  void ExecuteSet(const Statement& statement, Scope* scope);
  void Assign(const std::vector<Target>& targets, const Value& value, Scope* scope);
  void Write(const MarkedText& text);
  /// What `body` writes, instead of writing it.
  MarkedText Capture(const Body& body, Scope* scope, Flow* flow = nullptr);
  Value Filtered(MarkedText text, const std::vector<const Expression*>& filters, Scope* scope);

  Value Evaluate(const Expression& e, Scope* scope);
  Value EvaluateCall(const Expression& e, Scope* scope);
  Value EvaluateCompare(const Expression& e, Scope* scope);
  Value EvaluateDict(const Expression& e, Scope* scope);
  Value CallMacro(const Macro& macro, const CallArguments& arguments);
  CallArguments EvaluateArguments(const Arguments& arguments, Scope* scope);
  Value Lookup(const Expression& e, const Scope* scope) const;

  Session& s_;
  std::deque<Scope> scopes_;
  Scope* globals_;
  MarkedText* out_ = nullptr;
};

}  // namespace cria::tokenizer::jinja
