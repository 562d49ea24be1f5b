// The heap of a rendering, with its bounds.
#include "tokenizer/jinja/session.h"

#include "base/error.h"
#include "base/utf8.h"

namespace cria::tokenizer::jinja {
namespace {

constexpr const char* kRemedy = "use another template (--chat-template NAME or FILE)";
constexpr size_t kBytesPerStep = 64;
constexpr size_t kHandleBytes = 64;  // of a value's own bookkeeping, about

}  // namespace

void Session::Fail(const std::string& what) const { Fail(what, kRemedy); }

void Session::Fail(const std::string& what, const std::string& remedy) const {
  throw Error("the chat template fails: " + what, fmt::format("{}, line {}", where_, line), remedy);
}

void Session::Unsupported(const std::string& what) const {
  Fail(what + " is not supported", kRemedy);
}

void Session::Charge(size_t bytes) {
  memory_bytes_ += bytes + kHandleBytes;
  if (memory_bytes_ > limits.max_memory_bytes) Fail("it takes too much memory");
  Step(1 + bytes / kBytesPerStep);
}

Value Session::String(MarkedText text) {
  Charge(text.size() + text.foreign().size() * sizeof(ByteSpan));
  return Value(&texts_.emplace_back(std::move(text)));
}

Value Session::MakeList(std::vector<Value> items, bool tuple) {
  Charge(items.size() * sizeof(Value));
  return Value(&lists_.emplace_back(List{std::move(items), tuple}));
}

Value Session::MakeDict(std::vector<std::pair<Value, Value>> items) {
  Charge(items.size() * 2 * sizeof(Value));
  return Value(&dicts_.emplace_back(Dict{std::move(items)}));
}

Value Session::MakeNamespace() {
  Charge(sizeof(Namespace));
  return Value(&namespaces_.emplace_back());
}

Loop* Session::MakeLoop(const std::vector<Value>* items) {
  Charge(sizeof(Loop));
  return &loops_.emplace_back(Loop{items, 0});
}

const Macro* Session::MakeMacro(const Macro& macro) {
  Charge(sizeof(Macro));
  return &macros_.emplace_back(macro);
}

Value Session::FromJson(const Json& json) {
  const Level level(this);
  switch (json.type()) {
    case Json::value_t::boolean:
      return Value::Bool(json.get<bool>());
    case Json::value_t::number_integer:
      return Value::Int(json.get<int64_t>());
    case Json::value_t::number_unsigned:
      if (json.get<uint64_t>() > INT64_MAX) Fail("a whole number above 2^63 in the messages");
      return Value::Int(json.get<int64_t>());
    case Json::value_t::number_float:
      return Value::Float(json.get<double>());
    case Json::value_t::string: {
      const auto& text = json.get_ref<const std::string&>();
      return String(MarkedText(IsValidUtf8(text) ? text : RepairUtf8(text), true));
    }
    case Json::value_t::array: {
      std::vector<Value> items;
      items.reserve(json.size());
      for (const Json& item : json) items.push_back(FromJson(item));
      return MakeList(std::move(items));
    }
    case Json::value_t::object: {
      std::vector<std::pair<Value, Value>> items;
      items.reserve(json.size());
      for (const auto& [key, item] : json.items()) {
        const Value name = String(MarkedText(IsValidUtf8(key) ? key : RepairUtf8(key), true));
        items.emplace_back(name, FromJson(item));
      }
      return MakeDict(std::move(items));
    }
    default:
      return Value::None();
  }
}

}  // namespace cria::tokenizer::jinja
