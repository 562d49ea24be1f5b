// Attributes, items, slices, iteration.
#include <algorithm>

#include "base/utf8.h"
#include "tokenizer/jinja/characters.h"
#include "tokenizer/jinja/operators.h"

namespace cria::tokenizer::jinja {
namespace {

Value LoopAttribute(Session* session, const Loop& loop, const std::string& name) {
  const auto index = static_cast<int64_t>(loop.index);
  const auto length = static_cast<int64_t>(loop.items->size());
  if (name == "index") return Value::Int(index + 1);
  if (name == "index0") return Value::Int(index);
  if (name == "revindex") return Value::Int(length - index);
  if (name == "revindex0") return Value::Int(length - index - 1);
  if (name == "first") return Value::Bool(index == 0);
  if (name == "last") return Value::Bool(index + 1 == length);
  if (name == "length") return Value::Int(length);
  if (name == "depth") return Value::Int(1);
  if (name == "depth0") return Value::Int(0);
  if (name == "previtem") return index == 0 ? Value() : (*loop.items)[loop.index - 1];
  if (name == "nextitem") return index + 1 == length ? Value() : (*loop.items)[loop.index + 1];
  session->Unsupported("loop." + name);
}

bool IsMethodOfDict(const std::string& name) {
  static constexpr std::string_view kMethods[] = {"items", "keys", "values", "get",
                                                  "pop",   "copy", "update", "setdefault"};
  return std::find(std::begin(kMethods), std::end(kMethods), name) != std::end(kMethods);
}

bool IsOpen(const Value& bound) { return bound.Is(Kind::kUndefined) || bound.Is(Kind::kNone); }

// Python's rule for the bounds of a slice.
struct Bounds {
  int64_t from, to, step;
};
Bounds ResolveBounds(Session* session, const Value& from, const Value& to, const Value& step,
                     int64_t length) {
  Bounds b{};
  b.step = IsOpen(step) ? 1 : RequireInteger(session, step, "the step of a slice");
  if (b.step == 0) session->Fail("the step of a slice is 0");
  b.step = std::clamp<int64_t>(b.step, -length - 1, length + 1);
  const int64_t least = b.step > 0 ? 0 : -1, most = b.step > 0 ? length : length - 1;
  const auto resolve = [&](const Value& bound, int64_t open) {
    if (IsOpen(bound)) return open;
    int64_t at = RequireInteger(session, bound, "the bound of a slice");
    if (at < 0) at = std::max<int64_t>(at, -length - 1) + length;
    return std::clamp(at, least, most);
  };
  b.from = resolve(from, b.step > 0 ? 0 : length - 1);
  b.to = resolve(to, b.step > 0 ? length : -1);
  return b;
}

}  // namespace

void RequireDefined(Session* session, const Value& value) {
  if (!value.Is(Kind::kUndefined)) return;
  session->Fail(value.name() == nullptr ? "an undefined value is used"
                                        : fmt::format("\"{}\" is undefined", *value.name()));
}

int64_t RequireInteger(Session* session, const Value& value, const char* what) {
  RequireDefined(session, value);
  if (!value.Is(Kind::kInt) && !value.Is(Kind::kBool)) {
    session->Fail(fmt::format("{} is {}, not an integer", what, KindName(value.kind())));
  }
  return value.integer();
}

Value PartOf(Session* session, const MarkedText& text, size_t begin, size_t end) {
  return session->String(text.Part(begin, end));
}

Value Attribute(Session* session, const Value& value, const std::string& name) {
  RequireDefined(session, value);
  const Value* found = nullptr;
  if (value.Is(Kind::kLoop)) return LoopAttribute(session, value.loop(), name);
  if (value.Is(Kind::kNamespace)) found = value.space().Find(name);
  if (value.Is(Kind::kDict)) {
    if (IsMethodOfDict(name)) session->Unsupported("a method that is not called (" + name + ")");
    session->Step(1 + value.dict().items.size() / 8);
    found = value.dict().Find(name);
  }
  return found == nullptr ? Value(&name) : *found;
}

Value Item(Session* session, const Value& value, const Value& key) {
  RequireDefined(session, value);
  switch (value.kind()) {
    case Kind::kDict:
      if (key.Is(Kind::kString)) {
        session->Step(1 + value.dict().items.size() / 8);
        const Value* found = value.dict().Find(key.bytes());
        return found == nullptr ? Value(&key.bytes()) : *found;
      }
      for (const auto& [name, item] : value.dict().items) {
        if (Equal(session, name, key)) return item;
      }
      return Value();
    case Kind::kNamespace:
    case Kind::kLoop:
      return key.Is(Kind::kString) ? Attribute(session, value, key.bytes()) : Value();
    case Kind::kList:
    case Kind::kString: {
      if (!key.Is(Kind::kInt) && !key.Is(Kind::kBool)) return Value();
      const bool list = value.Is(Kind::kList);
      if (!list) session->Step(value.text().size() / 64);
      const auto length =
          static_cast<int64_t>(list ? value.list().items.size() : CountCharacters(value.bytes()));
      int64_t index = key.integer();
      if (index < 0) index += length;
      if (index < 0 || index >= length) return Value();
      if (list) return value.list().items[static_cast<size_t>(index)];
      const size_t begin = ByteOfCharacter(value.bytes(), static_cast<size_t>(index));
      return PartOf(session, value.text(), begin,
                    begin + ByteOfCharacter(value.bytes().substr(begin, 8), 1));
    }
    default:
      return Value();
  }
}

Value Slice(Session* session, const Value& value, const Value& from, const Value& to,
            const Value& step) {
  RequireDefined(session, value);
  if (!value.Is(Kind::kString) && !value.Is(Kind::kList)) {
    session->Fail(fmt::format("{} cannot be sliced", KindName(value.kind())));
  }
  const bool list = value.Is(Kind::kList);
  const int64_t length =
      static_cast<int64_t>(list ? value.list().items.size() : CountCharacters(value.bytes()));
  const Bounds b = ResolveBounds(session, from, to, step, length);
  if (!list && b.step == 1) {
    const size_t begin = ByteOfCharacter(value.bytes(), static_cast<size_t>(b.from));
    const size_t end = ByteOfCharacter(value.bytes(), static_cast<size_t>(std::max(b.from, b.to)));
    return PartOf(session, value.text(), begin, end);
  }
  const std::vector<Value>& elements = Elements(session, value);
  std::vector<Value> items;
  for (int64_t i = b.from; b.step > 0 ? i < b.to : i > b.to; i += b.step) {
    items.push_back(elements[static_cast<size_t>(i)]);
  }
  if (list) return session->MakeList(std::move(items), value.list().tuple);
  MarkedText text;
  for (const Value& item : items) text.Append(item.text());
  return session->String(std::move(text));
}

const std::vector<Value>& Elements(Session* session, const Value& value) {
  static const std::vector<Value> kNothing;
  std::vector<Value> items;
  switch (value.kind()) {
    case Kind::kUndefined:
      return kNothing;
    case Kind::kList:
      session->Step(value.list().items.size() / 64);
      return value.list().items;
    case Kind::kDict:
      for (const auto& [key, item] : value.dict().items) items.push_back(key);
      break;
    case Kind::kString:
      for (size_t at = 0; at < value.text().size();) {
        const size_t size =
            static_cast<size_t>(DecodeUtf8(std::string_view(value.bytes()).substr(at)).length);
        items.push_back(PartOf(session, value.text(), at, at + size));
        at += size;
      }
      break;
    default:
      session->Fail(fmt::format("{} cannot be iterated over", KindName(value.kind())));
  }
  return session->MakeList(std::move(items)).list().items;
}

}  // namespace cria::tokenizer::jinja
