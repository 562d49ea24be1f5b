// A parsed template: expressions and statements, owned by one Tree and pointing at each other, so
// that no destructor recurses.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "tokenizer/jinja/value.h"

namespace cria::tokenizer::jinja {

struct Expression;

struct Arguments {
  std::vector<const Expression*> positional;
  std::vector<std::pair<std::string, const Expression*>> named;
};

enum class Operator : uint8_t {
  kLiteral,    // literal
  kName,       // name
  kList,       // items
  kTuple,      // items
  kDict,       // items: key, value, key, value, ...
  kAttribute,  // items[0].name
  kItem,       // items[0][items[1]]
  kSlice,      // items[0][items[1]:items[2]:items[3]], each of the last three may be null
  kCall,       // items[0](arguments)
  kFilter,     // items[0] | name(arguments)
  kTest,       // items[0] is name(arguments)
  kNot,
  kMinus,
  kPlus,
  kAnd,
  kOr,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kFloorDivide,
  kModulo,
  kPower,
  kConcat,   // items joined as text
  kCompare,  // items[0] comparisons[0] items[1] comparisons[1] items[2] ...
  kIf,       // items[0] if items[1] else items[2], which may be null
};

enum class Comparison : uint8_t {
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIn,
  kNotIn
};

struct Expression {
  Operator op;
  int line;
  int depth = 1;  ///< of the tree below
  std::string name;
  Value literal;
  std::vector<const Expression*> items;
  std::vector<Comparison> comparisons;
  Arguments arguments;
};

enum class StatementKind : uint8_t {
  kText,      // text
  kPrint,     // expression
  kIf,        // branches; otherwise
  kFor,       // targets in expression if condition: body; otherwise
  kSet,       // targets = expression
  kSetBlock,  // targets[0] = body | filters
  kFilter,    // body | filters
  kMacro,     // name(parameters): body
  kWith,      // bindings: body
  kBody,      // body
  kBreak,
  kContinue,
};

struct Statement;
using Body = std::vector<const Statement*>;

/// Left side of an assignment: a name, or an attribute of a namespace.
struct Target {
  std::string name, attribute;
};

struct Statement {
  StatementKind kind;
  int line;
  std::string name;  ///< of a macro
  const MarkedText* text = nullptr;
  const Expression* expression = nullptr;
  const Expression* condition = nullptr;
  std::vector<std::pair<const Expression*, Body>> branches;
  std::vector<Target> targets;
  /// Names with values (null: none): parameters of a macro, bindings of a `with`.
  std::vector<std::pair<std::string, const Expression*>> bindings;
  std::vector<const Expression*> filters;  ///< kFilter nodes without items
  Body body, otherwise;
};

struct Tree {
  std::deque<Expression> expressions;
  std::deque<Statement> statements;
  std::deque<MarkedText> texts;
  Body body;

  Tree() = default;
  Tree(const Tree&) = delete;
};

}  // namespace cria::tokenizer::jinja
