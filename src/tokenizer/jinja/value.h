// Values of a template: small handles to what a Heap owns until the rendering ends. Lists and
// dictionaries never change once made (only namespaces do), so nothing can be altered from afar.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenizer/marked_text.h"

namespace cria::tokenizer::jinja {

enum class Kind : uint8_t {
  kUndefined,
  kNone,
  kBool,
  kInt,
  kFloat,
  kString,
  kList,
  kDict,
  kNamespace,
  kLoop,
  kMacro,
  kFunction,
};
const char* KindName(Kind kind);

enum class Function : uint8_t { kNamespace, kRaise, kStrftimeNow, kRange, kDict };

struct List;
struct Dict;
struct Namespace;
struct Loop;
struct Macro;
struct Statement;
struct Scope;

class Value {
 public:
  /// Undefined; `name`, if given, must outlive the value: messages use it.
  explicit Value(const std::string* name = nullptr) : kind_(Kind::kUndefined) { u_.name = name; }
  static Value None() { return Value(Kind::kNone); }
  static Value Bool(bool b) {
    return With(Kind::kBool, [b](Value& v) { v.u_.b = b; });
  }
  static Value Int(int64_t i) {
    return With(Kind::kInt, [i](Value& v) { v.u_.i = i; });
  }
  static Value Float(double f) {
    return With(Kind::kFloat, [f](Value& v) { v.u_.f = f; });
  }
  static Value Of(Function f) {
    return With(Kind::kFunction, [f](Value& v) { v.u_.function = f; });
  }
  explicit Value(const MarkedText* text) : kind_(Kind::kString) { u_.text = text; }
  explicit Value(const List* list) : kind_(Kind::kList) { u_.list = list; }
  explicit Value(const Dict* dict) : kind_(Kind::kDict) { u_.dict = dict; }
  explicit Value(Namespace* space) : kind_(Kind::kNamespace) { u_.space = space; }
  explicit Value(const Loop* loop) : kind_(Kind::kLoop) { u_.loop = loop; }
  explicit Value(const Macro* macro) : kind_(Kind::kMacro) { u_.macro = macro; }

  Kind kind() const { return kind_; }
  bool Is(Kind kind) const { return kind_ == kind; }
  bool IsNumber() const {
    return kind_ == Kind::kInt || kind_ == Kind::kFloat || kind_ == Kind::kBool;
  }
  /// Of kBool and kInt.
  int64_t integer() const { return kind_ == Kind::kBool ? u_.b : u_.i; }
  /// Of any number.
  double number() const { return kind_ == Kind::kFloat ? u_.f : static_cast<double>(integer()); }
  const std::string* name() const { return u_.name; }
  const MarkedText& text() const { return *u_.text; }
  const std::string& bytes() const { return u_.text->bytes(); }
  const List& list() const { return *u_.list; }
  const Dict& dict() const { return *u_.dict; }
  Namespace& space() const { return *u_.space; }
  const Loop& loop() const { return *u_.loop; }
  const Macro& macro() const { return *u_.macro; }
  Function function() const { return u_.function; }

 private:
  explicit Value(Kind kind) : kind_(kind) { u_.i = 0; }
  template <class Set>
  static Value With(Kind kind, Set set) {
    Value value(kind);
    set(value);
    return value;
  }

  Kind kind_;
  union {
    bool b;
    int64_t i;
    double f;
    const std::string* name;
    const MarkedText* text;
    const List* list;
    const Dict* dict;
    Namespace* space;
    const Loop* loop;
    const Macro* macro;
    Function function;
  } u_;
};

struct List {
  std::vector<Value> items;
  bool tuple = false;  ///< printed with round brackets
};

/// Keys are strings, numbers or none; in the order of insertion.
struct Dict {
  std::vector<std::pair<Value, Value>> items;
  const Value* Find(std::string_view key) const;
};

struct Namespace {
  std::vector<std::pair<std::string, Value>> items;
  const Value* Find(std::string_view key) const;
};

/// The variable `loop` of a `for`.
struct Loop {
  const std::vector<Value>* items;
  size_t index;
};

/// A macro and the scope it was written in, whose variables it sees.
struct Macro {
  const Statement* definition;
  Scope* scope;
};

}  // namespace cria::tokenizer::jinja
