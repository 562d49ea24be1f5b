// Methods of strings and dictionaries, and functions.
#include <algorithm>

#include "base/error.h"
#include "tokenizer/jinja/builtins.h"
#include "tokenizer/jinja/characters.h"
#include "tokenizer/jinja/operators.h"
#include "tokenizer/jinja/printing.h"

namespace cria::tokenizer::jinja {
namespace {

constexpr size_t kNone = std::string::npos;

const MarkedText& RequireString(Session* session, const Value& value, const std::string& what) {
  RequireDefined(session, value);
  if (!value.Is(Kind::kString)) {
    session->Fail(fmt::format("{} wants a string, not {}", what, KindName(value.kind())));
  }
  return value.text();
}

// Parts between blanks, none empty, as str.split() without a separator.
std::vector<Value> SplitAtSpace(Session* session, const MarkedText& text, int64_t most) {
  std::vector<Value> parts;
  size_t at = 0;
  while (true) {
    at += LeadingSpace(std::string_view(text.bytes()).substr(at));
    if (at == text.size()) return parts;
    size_t end = at;
    if (most >= 0 && std::ssize(parts) == most) {
      end = text.size() - TrailingSpace(text.bytes());
      parts.push_back(PartOf(session, text, at, end));
      return parts;
    }
    while (end < text.size() && LeadingSpace(std::string_view(text.bytes()).substr(end, 4)) == 0) {
      ++end;
    }
    parts.push_back(PartOf(session, text, at, end));
    at = end;
  }
}

Value Split(Session* session, const MarkedText& text, const Value& separator,
            const Value& most_value, bool from_right) {
  const int64_t most = most_value.Is(Kind::kUndefined)
                           ? -1
                           : RequireInteger(session, most_value, "the number of splits");
  if (!Truth(separator) && !separator.Is(Kind::kString)) {
    if (from_right && most >= 0) session->Unsupported("rsplit at blanks with a limit");
    return session->MakeList(SplitAtSpace(session, text, most));
  }
  const std::string& by = RequireString(session, separator, "split").bytes();
  if (by.empty()) session->Fail("a text is split by nothing");
  std::vector<Value> parts;
  if (from_right) {
    size_t end = text.size();
    while (most < 0 || std::ssize(parts) < most) {
      const size_t at = end < by.size() ? kNone : text.bytes().rfind(by, end - by.size());
      if (at == kNone) break;
      parts.push_back(PartOf(session, text, at + by.size(), end));
      end = at;
    }
    parts.push_back(PartOf(session, text, 0, end));
    std::reverse(parts.begin(), parts.end());
  } else {
    size_t begin = 0;
    while (most < 0 || std::ssize(parts) < most) {
      const size_t at = text.bytes().find(by, begin);
      if (at == kNone) break;
      parts.push_back(PartOf(session, text, begin, at));
      begin = at + by.size();
    }
    parts.push_back(PartOf(session, text, begin, text.size()));
  }
  return session->MakeList(std::move(parts));
}

// startswith and endswith; a tuple means any of its strings.
bool Begins(Session* session, const MarkedText& text, const Value& affix, bool at_end) {
  if (affix.Is(Kind::kList) && affix.list().tuple) {
    for (const Value& one : affix.list().items) {
      if (Begins(session, text, one, at_end)) return true;
    }
    return false;
  }
  const std::string& what = RequireString(session, affix, "startswith or endswith").bytes();
  return at_end ? text.bytes().ends_with(what) : text.bytes().starts_with(what);
}

int64_t CharacterIndex(const std::string& bytes, size_t at) {
  return at == kNone ? -1
                     : static_cast<int64_t>(CountCharacters(std::string_view(bytes).substr(0, at)));
}

Value StringMethod(Session* session, const MarkedText& text, const std::string& name,
                   const CallArguments& arguments) {
  const auto bind = [&](std::initializer_list<const char*> names) {
    return arguments.Bind(session, name, names);
  };
  session->Step(1 + text.size() / 64);
  if (name == "strip") return Strip(session, text, bind({"chars"})[0], true, true);
  if (name == "lstrip") return Strip(session, text, bind({"chars"})[0], true, false);
  if (name == "rstrip") return Strip(session, text, bind({"chars"})[0], false, true);
  if (name == "split" || name == "rsplit") {
    const auto args = bind({"sep", "maxsplit"});
    return Split(session, text, args[0], args[1], name == "rsplit");
  }
  if (name == "startswith") return Value::Bool(Begins(session, text, bind({"prefix"})[0], false));
  if (name == "endswith") return Value::Bool(Begins(session, text, bind({"suffix"})[0], true));
  if (name == "replace") {
    const auto args = bind({"old", "new", "count"});
    return Replace(session, text, RequireString(session, args[0], name),
                   RequireString(session, args[1], name),
                   args[2].Is(Kind::kUndefined) ? -1 : RequireInteger(session, args[2], "a count"));
  }
  if (name == "find" || name == "rfind") {
    const std::string& what = RequireString(session, bind({"sub"})[0], name).bytes();
    const size_t at = name == "find" ? text.bytes().find(what) : text.bytes().rfind(what);
    return Value::Int(CharacterIndex(text.bytes(), at));
  }
  if (name == "count") {
    const std::string& what = RequireString(session, bind({"sub"})[0], name).bytes();
    if (what.empty()) return Value::Int(CharacterIndex(text.bytes(), text.size()) + 1);
    int64_t count = 0;
    for (size_t at = 0; (at = text.bytes().find(what, at)) != kNone; at += what.size()) ++count;
    return Value::Int(count);
  }
  if (name == "splitlines") {
    bind({});
    if (text.empty()) return session->MakeList({});
    const bool ends = text.bytes().ends_with('\n');
    return Split(session, text.Part(0, text.size() - (ends ? 1 : 0)), session->String("\n"),
                 Value(), false);
  }
  if (name == "join") {
    const std::vector<Value>& items = Elements(session, bind({"iterable"})[0]);
    MarkedText joined;
    for (size_t i = 0; i < items.size(); ++i) {
      const MarkedText& item = RequireString(session, items[i], name);
      session->Charge(item.size() + text.size());
      if (i > 0) joined.Append(text);
      joined.Append(item);
    }
    return session->String(std::move(joined));
  }
  static constexpr std::pair<std::string_view, Case> kCases[] = {
      {"upper", Case::kUpper}, {"lower", Case::kLower}, {"capitalize", Case::kCapitalize}};
  for (const auto& [method, to] : kCases) {
    if (name == method) return bind({}), session->String(ChangeCase(text, to));
  }
  if (name == "isspace") {
    bind({});
    return Value::Bool(!text.empty() && LeadingSpace(text.bytes()) == text.size());
  }
  if (name == "isdigit") {
    bind({});
    const size_t other = text.bytes().find_first_not_of("0123456789");
    return Value::Bool(!text.empty() && other == kNone);
  }
  session->Unsupported("the method \"" + name + "\" of a string");
}

Value DictMethod(Session* session, const Value& object, const std::string& name,
                 const CallArguments& arguments) {
  if (name == "items") return arguments.Bind(session, name, {}), Pairs(session, object);
  if (name == "keys" || name == "values") {
    arguments.Bind(session, name, {});
    std::vector<Value> items;
    for (const auto& [key, value] : object.dict().items) {
      items.push_back(name == "keys" ? key : value);
    }
    return session->MakeList(std::move(items));
  }
  if (name == "get") {
    const auto args = arguments.Bind(session, name, {"key", "default"});
    const Value found = Item(session, object, args[0]);
    if (!found.Is(Kind::kUndefined)) return found;
    return args[1].Is(Kind::kUndefined) ? Value::None() : args[1];
  }
  if (name == "copy") return arguments.Bind(session, name, {}), object;
  session->Unsupported("the method \"" + name + "\" of a dictionary");
}

Value Range(Session* session, const CallArguments& arguments) {
  const auto args = arguments.Bind(session, "range", {"start", "stop", "step"});
  const bool one = args[1].Is(Kind::kUndefined);
  const int64_t from = one ? 0 : RequireInteger(session, args[0], "the start of a range");
  const int64_t to = RequireInteger(session, args[one ? 0 : 1], "the end of a range");
  const int64_t step =
      args[2].Is(Kind::kUndefined) ? 1 : RequireInteger(session, args[2], "the step of a range");
  if (step == 0) session->Fail("the step of a range is 0");
  std::vector<Value> items;
  for (int64_t i = from; step > 0 ? i < to : i > to;) {
    if (std::ssize(items) >= session->limits.max_range) session->Fail("a range is too long");
    session->Step();
    items.push_back(Value::Int(i));
    if (__builtin_add_overflow(i, step, &i)) break;
  }
  return session->MakeList(std::move(items));
}

Value FormatTime(Session* session, const std::string& format) {
  constexpr size_t kMaxBytes = 200;
  constexpr std::string_view kKnown = "aAbBdHIjmMpSUwWyYZzcxXeFTDRhnt%";
  if (format.size() > kMaxBytes) session->Fail("the format of a date is too long");
  for (size_t at = 0; (at = format.find('%', at)) != kNone; at += 2) {
    const char kind = at + 1 < format.size() ? format[at + 1] : '\0';
    if (kind == '-' && at + 2 < format.size()) {  // %-d: without leading zeros
      ++at;
      if (kKnown.find(format[at + 1]) != kNone) continue;
    }
    if (kKnown.find(kind) == kNone || kind == '\0') {
      session->Unsupported(fmt::format("\"{}\" in the format of a date", format.substr(at, 2)));
    }
  }
  char text[8 * kMaxBytes];
  const std::string padded = format + " ";  // so that an empty result can be told from a failure
  const size_t size = std::strftime(text, sizeof text, padded.c_str(), &session->now);
  if (size == 0) session->Fail("the format of a date gives too long a text");
  return session->String(std::string(text, size - 1));
}

}  // namespace

std::vector<Value> CallArguments::Bind(Session* session, const std::string& what,
                                       std::initializer_list<const char*> names) const {
  if (positional.size() > names.size()) {
    session->Fail(fmt::format("\"{}\" is given {} values and takes {}", what, positional.size(),
                              names.size()));
  }
  std::vector<Value> values(names.size());
  std::copy(positional.begin(), positional.end(), values.begin());
  for (const auto& [name, value] : named) {
    const auto it = std::find(names.begin(), names.end(), name);
    if (it == names.end()) {
      session->Unsupported(fmt::format("\"{}\" with \"{}\"", what, name));
    }
    values[static_cast<size_t>(it - names.begin())] = value;
  }
  return values;
}

Value CallMethod(Session* session, const Value& object, const std::string& name,
                 const CallArguments& arguments) {
  RequireDefined(session, object);
  if (object.Is(Kind::kString)) return StringMethod(session, object.text(), name, arguments);
  if (object.Is(Kind::kDict)) return DictMethod(session, object, name, arguments);
  session->Unsupported(fmt::format("the method \"{}\" of {}", name, KindName(object.kind())));
}

Value FindFunction(const std::string& name) {
  if (name == "namespace") return Value::Of(Function::kNamespace);
  if (name == "raise_exception") return Value::Of(Function::kRaise);
  if (name == "strftime_now") return Value::Of(Function::kStrftimeNow);
  if (name == "range") return Value::Of(Function::kRange);
  if (name == "dict") return Value::Of(Function::kDict);
  return Value();
}

Value CallFunction(Session* session, Function function, const CallArguments& arguments) {
  switch (function) {
    case Function::kRaise:
      session->Fail(
          ToText(session, arguments.Bind(session, "raise_exception", {"message"})[0]).bytes(),
          "the template refuses these messages: change their order or their fields");
    case Function::kStrftimeNow:
      return FormatTime(
          session, RequireString(session, arguments.Bind(session, "strftime_now", {"format"})[0],
                                 "strftime_now")
                       .bytes());
    case Function::kRange:
      return Range(session, arguments);
    case Function::kNamespace:
    case Function::kDict:
      break;
  }
  std::vector<std::pair<Value, Value>> items;
  for (const Value& from : arguments.positional) {
    if (!from.Is(Kind::kDict)) session->Unsupported("dict or namespace of another thing");
    items = from.dict().items;
  }
  for (const auto& [name, value] : arguments.named) {
    session->Step(1 + items.size() / 16);
    const std::string& key = name;
    const auto it = std::find_if(items.begin(), items.end(), [&key](const auto& item) {
      return item.first.Is(Kind::kString) && item.first.bytes() == key;
    });
    if (it != items.end()) {
      it->second = value;
    } else {
      items.emplace_back(session->String(name), value);
    }
  }
  if (function == Function::kDict) return session->MakeDict(std::move(items));
  const Value space = session->MakeNamespace();
  for (const auto& [name, value] : items) {
    if (name.Is(Kind::kString)) space.space().items.emplace_back(name.bytes(), value);
  }
  return space;
}

}  // namespace cria::tokenizer::jinja
