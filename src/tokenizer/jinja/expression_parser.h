// The expressions of a template.
#pragma once

#include "tokenizer/jinja/token_stream.h"
#include "tokenizer/jinja/tree.h"

namespace cria::tokenizer::jinja {

class ExpressionParser {
 public:
  ExpressionParser(TokenStream* tokens, Tree* tree) : t_(*tokens), tree_(*tree) {}

  /// One expression; with `conditional`, "a if b else c" too.
  const Expression* Parse(bool conditional = true);
  /// One expression, or several with commas between as a tuple.
  const Expression* ParseTuple(bool conditional = true);
  /// "name(arguments)|name..." of {% filter %} and {% set %}: filters without what they apply to.
  std::vector<const Expression*> ParseFilters();

 private:
  const Expression* Or();
  const Expression* And();
  const Expression* Not();
  const Expression* Compare();
  const Expression* Sum();
  const Expression* Concat();
  const Expression* Product();
  const Expression* Power();
  const Expression* Unary(bool with_filter);
  const Expression* Primary();
  const Expression* Number();
  const Expression* Parenthesis();
  const Expression* ListLiteral();
  const Expression* DictLiteral();
  const Expression* Postfix(const Expression* e);
  const Expression* Filters(const Expression* e);
  const Expression* Filter(const Expression* e);
  const Expression* Test(const Expression* e);
  const Expression* Subscript(const Expression* e);
  const Expression* Call(const Expression* e);
  Arguments ParseArguments();

  Expression* New(Operator op, std::vector<const Expression*> items = {});
  void Deepen(Expression* e, const Expression* below);
  const Expression* Literal(Value value);
  const Expression* TextLiteral(std::string text);
  void Finish(Expression* e);

  TokenStream& t_;
  Tree& tree_;
};

}  // namespace cria::tokenizer::jinja
