// Order and defaults are those of jinja2/filters.py, version 3.1.
#include "tokenizer/jinja/list_filters.h"

#include <algorithm>

#include "base/error.h"
#include "tokenizer/jinja/characters.h"
#include "tokenizer/jinja/operators.h"
#include "tokenizer/jinja/printing.h"

namespace cria::tokenizer::jinja {
namespace {

using Input = const Value&;
using Args = const CallArguments&;

Value Length(Session* s, Input in, Args args) {
  args.Bind(s, "length", {});
  switch (in.kind()) {
    case Kind::kUndefined:
      return Value::Int(0);
    case Kind::kString:
      s->Step(in.text().size() / 64);
      return Value::Int(static_cast<int64_t>(CountCharacters(in.bytes())));
    case Kind::kList:
      return Value::Int(std::ssize(in.list().items));
    case Kind::kDict:
      return Value::Int(std::ssize(in.dict().items));
    default:
      s->Fail(fmt::format("{} has no length", KindName(in.kind())));
  }
}

Value First(Session* s, Input in, Args args) {
  args.Bind(s, "first", {});
  const auto& items = Elements(s, in);
  return items.empty() ? Value() : items.front();
}

Value Last(Session* s, Input in, Args args) {
  args.Bind(s, "last", {});
  const auto& items = Elements(s, in);
  return items.empty() ? Value() : items.back();
}

// An attribute as filters name it: "a.b", or a number.
Value Deep(Session* s, const Value& item, const Value& path) {
  if (!path.Is(Kind::kString)) return Item(s, item, path);
  Value value = item;
  std::string_view rest = path.bytes();
  while (true) {
    const size_t dot = rest.find('.');
    const Value key = s->String(std::string(rest.substr(0, dot)));
    value = Item(s, value, key);
    if (dot == rest.npos) return value;
    rest.remove_prefix(dot + 1);
  }
}

Value Join(Session* s, Input in, Args args) {
  const auto a = args.Bind(s, "join", {"d", "attribute"});
  const MarkedText separator = ToText(s, a[0]);
  MarkedText out;
  bool first = true;
  for (const Value& item : Elements(s, in)) {
    if (!std::exchange(first, false)) out.Append(separator);
    const MarkedText text = ToText(s, a[1].Is(Kind::kUndefined) ? item : Deep(s, item, a[1]));
    s->Charge(text.size() + separator.size());
    out.Append(text);
  }
  return s->String(std::move(out));
}

Value ToList(Session* s, Input in, Args args) {
  args.Bind(s, "list", {});
  return s->MakeList(Elements(s, in));
}

Value ItemsFilter(Session* s, Input in, Args args) {
  args.Bind(s, "items", {});
  if (in.Is(Kind::kUndefined)) return s->MakeList({});
  if (!in.Is(Kind::kDict)) s->Fail("items wants a dictionary");
  return Pairs(s, in);
}

Value Reverse(Session* s, Input in, Args args) {
  args.Bind(s, "reverse", {});
  std::vector<Value> items = Elements(s, in);
  std::reverse(items.begin(), items.end());
  if (!in.Is(Kind::kString)) return s->MakeList(std::move(items));
  MarkedText text;
  for (const Value& item : items) text.Append(item.text());
  return s->String(std::move(text));
}

// Without case, unless asked for.
Value SortKey(Session* s, const Value& value, bool case_sensitive) {
  if (case_sensitive || !value.Is(Kind::kString)) return value;
  return s->String(ChangeCase(value.text(), Case::kLower));
}

std::vector<Value> SortBy(Session* s, std::vector<std::pair<Value, Value>> keyed, bool reverse) {
  s->Step(keyed.size());
  // Stable also when reversed, as Python's sort. A merge sort stays in bounds with any order.
  std::stable_sort(keyed.begin(), keyed.end(), [&](const auto& a, const auto& b) {
    return reverse ? Order(s, b.first, a.first) < 0 : Order(s, a.first, b.first) < 0;
  });
  std::vector<Value> items;
  for (const auto& [key, item] : keyed) items.push_back(item);
  return items;
}

Value Sort(Session* s, Input in, Args args) {
  const auto a = args.Bind(s, "sort", {"reverse", "case_sensitive", "attribute"});
  std::vector<std::pair<Value, Value>> keyed;
  for (const Value& item : Elements(s, in)) {
    const Value by = a[2].Is(Kind::kUndefined) || a[2].Is(Kind::kNone) ? item : Deep(s, item, a[2]);
    keyed.emplace_back(SortKey(s, by, Truth(a[1])), item);
  }
  return s->MakeList(SortBy(s, std::move(keyed), Truth(a[0])));
}

Value DictSort(Session* s, Input in, Args args) {
  const auto a = args.Bind(s, "dictsort", {"case_sensitive", "by", "reverse"});
  if (!in.Is(Kind::kDict)) s->Fail("dictsort wants a dictionary");
  const bool by_value = a[1].Is(Kind::kString) && a[1].bytes() == "value";
  std::vector<std::pair<Value, Value>> keyed;
  for (const Value& pair : Pairs(s, in).list().items) {
    keyed.emplace_back(SortKey(s, pair.list().items[by_value ? 1 : 0], Truth(a[0])), pair);
  }
  return s->MakeList(SortBy(s, std::move(keyed), Truth(a[2])));
}

Value Unique(Session* s, Input in, Args args) {
  const auto a = args.Bind(s, "unique", {"case_sensitive"});
  std::vector<Value> keys, items;
  for (const Value& item : Elements(s, in)) {
    const Value key = SortKey(s, item, Truth(a[0]));
    const bool seen = std::any_of(keys.begin(), keys.end(),
                                  [&](const Value& other) { return Equal(s, key, other); });
    if (seen) continue;
    keys.push_back(key);
    items.push_back(item);
  }
  return s->MakeList(std::move(items));
}

Value Sum(Session* s, Input in, Args args) {
  const auto a = args.Bind(s, "sum", {"attribute", "start"});
  Value sum = a[1].Is(Kind::kUndefined) ? Value::Int(0) : a[1];
  for (const Value& item : Elements(s, in)) {
    const Value value =
        a[0].Is(Kind::kUndefined) || a[0].Is(Kind::kNone) ? item : Deep(s, item, a[0]);
    sum = Arithmetic(s, Operator::kAdd, sum, value);
  }
  return sum;
}

template <bool greatest>
Value Extreme(Session* s, Input in, Args args) {
  args.Bind(s, "min or max", {});
  Value best;
  for (const Value& item : Elements(s, in)) {
    const bool better = best.Is(Kind::kUndefined) ||
                        (greatest ? Order(s, SortKey(s, item, false), SortKey(s, best, false)) > 0
                                  : Order(s, SortKey(s, item, false), SortKey(s, best, false)) < 0);
    if (better) best = item;
  }
  return best;
}

// map(attribute="x", default=...) or map("filter", arguments...).
Value Map(Session* s, Input in, Args args) {
  std::vector<Value> items;
  if (args.positional.empty()) {
    const auto a = args.Bind(s, "map", {"attribute", "default"});
    RequireDefined(s, a[0]);
    for (const Value& item : Elements(s, in)) {
      const Value value = Deep(s, item, a[0]);
      items.push_back(value.Is(Kind::kUndefined) ? a[1] : value);
    }
    return s->MakeList(std::move(items));
  }
  if (!args.positional[0].Is(Kind::kString)) s->Fail("map wants the name of a filter");
  CallArguments rest = args;
  rest.positional.erase(rest.positional.begin());
  for (const Value& item : Elements(s, in)) {
    items.push_back(ApplyFilter(s, args.positional[0].bytes(), item, rest));
  }
  return s->MakeList(std::move(items));
}

// select("test", arguments...), selectattr("attribute", "test", arguments...) and their opposites.
template <bool by_attribute, bool wanted>
Value Select(Session* s, Input in, Args args) {
  CallArguments rest = args;
  Value attribute;
  if (by_attribute) {
    if (rest.positional.empty()) s->Fail("selectattr wants an attribute");
    attribute = rest.positional[0];
    rest.positional.erase(rest.positional.begin());
  }
  std::string test;
  if (!rest.positional.empty()) {
    if (!rest.positional[0].Is(Kind::kString)) s->Fail("select wants the name of a test");
    test = rest.positional[0].bytes();
    rest.positional.erase(rest.positional.begin());
    static constexpr std::pair<std::string_view, const char*> kSigns[] = {
        {"==", "eq"}, {"!=", "ne"}, {"<", "lt"}, {"<=", "le"}, {">", "gt"}, {">=", "ge"}};
    for (const auto& [sign, name] : kSigns) {
      if (test == sign) test = name;
    }
  }
  std::vector<Value> items;
  for (const Value& item : Elements(s, in)) {
    const Value value = by_attribute ? Deep(s, item, attribute) : item;
    const bool passes = test.empty() ? Truth(value) : ApplyTest(s, test, value, rest);
    if (passes == wanted) items.push_back(item);
  }
  return s->MakeList(std::move(items));
}

struct NamedFilter {
  std::string_view name;
  Value (*apply)(Session*, Input, Args);
};

constexpr NamedFilter kFilters[] = {
    {"length", Length},
    {"count", Length},
    {"first", First},
    {"last", Last},
    {"join", Join},
    {"list", ToList},
    {"items", ItemsFilter},
    {"reverse", Reverse},
    {"sort", Sort},
    {"dictsort", DictSort},
    {"unique", Unique},
    {"sum", Sum},
    {"min", Extreme<false>},
    {"max", Extreme<true>},
    {"map", Map},
    {"select", Select<false, true>},
    {"reject", Select<false, false>},
    {"selectattr", Select<true, true>},
    {"rejectattr", Select<true, false>},
};

}  // namespace

Value Pairs(Session* session, const Value& dict) {
  std::vector<Value> pairs;
  for (const auto& [key, value] : dict.dict().items) {
    pairs.push_back(session->MakeList({key, value}, true));
  }
  return session->MakeList(std::move(pairs));
}

bool ApplyListFilter(Session* session, const std::string& name, const Value& input,
                     const CallArguments& arguments, Value* result) {
  for (const NamedFilter& filter : kFilters) {
    if (name != filter.name) continue;
    *result = filter.apply(session, input, arguments);
    return true;
  }
  return false;
}

}  // namespace cria::tokenizer::jinja
