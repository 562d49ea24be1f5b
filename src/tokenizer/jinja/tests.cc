// The tests behind "is".
#include "base/error.h"
#include "tokenizer/jinja/builtins.h"
#include "tokenizer/jinja/characters.h"
#include "tokenizer/jinja/operators.h"

namespace cria::tokenizer::jinja {
namespace {

// Tests of a value alone; nothing for other names.
int TestKind(const std::string& name, const Value& v) {
  if (name == "defined") return !v.Is(Kind::kUndefined);
  if (name == "undefined") return v.Is(Kind::kUndefined);
  if (name == "none") return v.Is(Kind::kNone);
  if (name == "string") return v.Is(Kind::kString);
  if (name == "mapping") return v.Is(Kind::kDict);
  if (name == "number") return v.IsNumber();
  if (name == "boolean") return v.Is(Kind::kBool);
  if (name == "integer") return v.Is(Kind::kInt);
  if (name == "float") return v.Is(Kind::kFloat);
  if (name == "true") return v.Is(Kind::kBool) && v.integer() != 0;
  if (name == "false") return v.Is(Kind::kBool) && v.integer() == 0;
  if (name == "callable") return v.Is(Kind::kFunction) || v.Is(Kind::kMacro);
  if (name == "sequence" || name == "iterable") {
    return v.Is(Kind::kString) || v.Is(Kind::kList) || v.Is(Kind::kDict) || v.Is(Kind::kUndefined);
  }
  return -1;
}

bool Divides(Session* session, const Value& input, const Value& by) {
  const int64_t divisor = RequireInteger(session, by, "a divisor");
  if (divisor == 0) session->Fail("division by zero");
  return divisor == -1 || RequireInteger(session, input, "what is tested") % divisor == 0;
}

}  // namespace

bool ApplyTest(Session* session, const std::string& name, const Value& input,
               const CallArguments& arguments) {
  session->Step();
  if (const int alone = TestKind(name, input); alone >= 0) {
    arguments.Bind(session, name, {});
    return alone == 1;
  }
  if (name == "even" || name == "odd") {
    arguments.Bind(session, name, {});
    return Divides(session, input, Value::Int(2)) == (name == "even");
  }
  if (name == "lower" || name == "upper") {
    if (!input.Is(Kind::kString)) return false;
    const MarkedText same = ChangeCase(input.text(), name == "lower" ? Case::kLower : Case::kUpper);
    const MarkedText other =
        ChangeCase(input.text(), name == "lower" ? Case::kUpper : Case::kLower);
    return same.bytes() == input.bytes() && other.bytes() != input.bytes();
  }
  const Value other = arguments.Bind(session, name, {"other"})[0];
  if (name == "divisibleby") return Divides(session, input, other);
  if (name == "equalto" || name == "eq") return Equal(session, input, other);
  if (name == "sameas") return input.kind() == other.kind() && Equal(session, input, other);
  if (name == "ne") return !Equal(session, input, other);
  if (name == "in") return Contains(session, other, input);
  if (name == "gt" || name == "greaterthan") return Order(session, input, other) > 0;
  if (name == "ge") return Order(session, input, other) >= 0;
  if (name == "lt" || name == "lessthan") return Order(session, input, other) < 0;
  if (name == "le") return Order(session, input, other) <= 0;
  session->Unsupported("the test \"" + name + "\"");
}

}  // namespace cria::tokenizer::jinja
