// The filters of texts and numbers; those of lists are in list_filters.cc.
#include <charconv>
#include <cmath>

#include "base/error.h"
#include "tokenizer/jinja/builtins.h"
#include "tokenizer/jinja/characters.h"
#include "tokenizer/jinja/list_filters.h"
#include "tokenizer/jinja/operators.h"
#include "tokenizer/jinja/printing.h"

namespace cria::tokenizer::jinja {
namespace {

using Input = const Value&;
using Args = const CallArguments&;

Value Trim(Session* s, Input in, Args args) {
  return Strip(s, ToText(s, in), args.Bind(s, "trim", {"chars"})[0], true, true);
}

template <Case to>
Value Change(Session* s, Input in, Args args) {
  args.Bind(s, "a filter of letters", {});
  return s->String(ChangeCase(ToText(s, in), to));
}

Value Json(Session* s, Input in, Args args) {
  const auto a = args.Bind(s, "tojson", {"ensure_ascii", "indent", "separators", "sort_keys"});
  if (Truth(a[0])) s->Unsupported("tojson with ensure_ascii");
  JsonStyle style;
  const Value& indent = a[1];
  if (!indent.Is(Kind::kUndefined) && !indent.Is(Kind::kNone)) {
    style.indent = RequireInteger(s, indent, "the indent of tojson");
    if (style.indent < 0 || style.indent > 64) s->Fail("the indent of tojson is not 0 to 64");
    style.item_separator = ",";
  }
  if (a[2].Is(Kind::kList) && a[2].list().items.size() == 2) {
    style.item_separator = ToText(s, a[2].list().items[0]).bytes();
    style.key_separator = ToText(s, a[2].list().items[1]).bytes();
  }
  style.sort_keys = Truth(a[3]);
  return s->String(ToJson(s, in, style));
}

Value Default(Session* s, Input in, Args args) {
  const auto a = args.Bind(s, "default", {"default_value", "boolean"});
  const bool missing = in.Is(Kind::kUndefined) || (Truth(a[1]) && !Truth(in));
  if (!missing) return in;
  return a[0].Is(Kind::kUndefined) ? s->String(std::string()) : a[0];
}

Value ReplaceFilter(Session* s, Input in, Args args) {
  const auto a = args.Bind(s, "replace", {"old", "new", "count"});
  RequireDefined(s, a[0]);
  return Replace(s, ToText(s, in), ToText(s, a[0]), ToText(s, a[1]),
                 a[2].Is(Kind::kUndefined) || a[2].Is(Kind::kNone)
                     ? -1
                     : RequireInteger(s, a[2], "the count of replace"));
}

// The whole of a text without blanks around it as a number.
template <class T>
bool ParseNumber(const std::string& text, T* number) {
  std::string_view view = text;
  view.remove_prefix(LeadingSpace(view));
  view.remove_suffix(TrailingSpace(view));
  if (view.starts_with('+')) view.remove_prefix(1);
  const auto result = std::from_chars(view.data(), view.data() + view.size(), *number);
  return !view.empty() && result.ec == std::errc() && result.ptr == view.data() + view.size();
}

Value ToInt(Session* s, Input in, Args args) {
  const auto a = args.Bind(s, "int", {"default"});
  const Value fallback = a[0].Is(Kind::kUndefined) ? Value::Int(0) : a[0];
  double number = 0;
  if (in.Is(Kind::kString)) {
    int64_t whole = 0;
    if (ParseNumber(in.bytes(), &whole)) return Value::Int(whole);
    if (!ParseNumber(in.bytes(), &number)) return fallback;
  } else if (in.IsNumber()) {
    if (!in.Is(Kind::kFloat)) return Value::Int(in.integer());
    number = in.number();
  } else {
    RequireDefined(s, in);
    return fallback;
  }
  if (!(std::abs(number) < 9e18)) s->Fail("a number beyond 2^63");
  return Value::Int(static_cast<int64_t>(number));
}

Value ToFloat(Session* s, Input in, Args args) {
  const auto a = args.Bind(s, "float", {"default"});
  double number = 0;
  RequireDefined(s, in);
  if (in.IsNumber()) return Value::Float(in.number());
  if (in.Is(Kind::kString) && ParseNumber(in.bytes(), &number)) return Value::Float(number);
  return a[0].Is(Kind::kUndefined) ? Value::Float(0) : a[0];
}

Value Abs(Session* s, Input in, Args args) {
  args.Bind(s, "abs", {});
  RequireDefined(s, in);
  return in.IsNumber() && in.number() >= 0 ? in : Negative(s, in);
}

Value Round(Session* s, Input in, Args args) {
  const auto a = args.Bind(s, "round", {"precision", "method"});
  RequireDefined(s, in);
  if (!in.IsNumber()) s->Fail("only numbers are rounded");
  if (!a[1].Is(Kind::kUndefined)) s->Unsupported("round with a method");
  if (!in.Is(Kind::kFloat)) return in;
  const int64_t precision =
      a[0].Is(Kind::kUndefined) ? 0 : RequireInteger(s, a[0], "the precision of round");
  if (precision < 0 || precision > 15) s->Unsupported("round to other than 0 to 15 places");
  // Through the shortest decimal text, which rounds the true value half to even as Python does.
  return Value::Float(std::strtod(
      fmt::format("{:.{}f}", in.number(), static_cast<int>(precision)).c_str(), nullptr));
}

Value ToString(Session* s, Input in, Args args) {
  args.Bind(s, "string", {});
  return s->String(ToText(s, in));
}

Value Same(Session* s, Input in, Args args) {
  args.Bind(s, "safe", {});
  return in;
}

Value Escape(Session* s, Input in, Args args) {
  args.Bind(s, "escape", {});
  MarkedText text = ToText(s, in);
  const std::pair<const char*, const char*> kEscapes[] = {
      {"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&#34;"}, {"'", "&#39;"}};
  for (const auto& [from, to] : kEscapes) {
    text = Replace(s, text, {from, false}, {to, false}, -1).text();
  }
  return s->String(std::move(text));
}

Value Indent(Session* s, Input in, Args args) {
  const auto a = args.Bind(s, "indent", {"width", "first", "blank"});
  MarkedText blanks;
  if (a[0].Is(Kind::kString)) {
    blanks = a[0].text();
  } else {
    const int64_t width =
        a[0].Is(Kind::kUndefined) ? 4 : RequireInteger(s, a[0], "the width of indent");
    if (width > 1000) s->Fail("the width of indent is above 1000");
    blanks.Append(std::string(static_cast<size_t>(std::max<int64_t>(width, 0)), ' '), false);
  }
  const MarkedText text = ToText(s, in);
  MarkedText out;
  for (size_t begin = 0; begin <= text.size();) {
    size_t end = text.bytes().find('\n', begin);
    if (end == std::string::npos) end = text.size();
    s->Charge(end - begin + blanks.size());
    if (begin == 0 ? Truth(a[1]) : end > begin || Truth(a[2])) out.Append(blanks);
    out.AppendPart(text, begin, std::min(end + 1, text.size()));
    begin = end + 1;
  }
  return s->String(std::move(out));
}

Value WordCount(Session* s, Input in, Args args) {
  args.Bind(s, "wordcount", {});
  const MarkedText text = ToText(s, in);
  int64_t words = 0;
  bool inside = false;
  for (const char c : text.bytes()) {
    const bool word = (c & 0x80) != 0 || IsAlphanumeric(static_cast<uint8_t>(c)) || c == '_';
    words += word && !inside;
    inside = word;
  }
  return Value::Int(words);
}

struct NamedFilter {
  std::string_view name;
  Value (*apply)(Session*, Input, Args);
};

constexpr NamedFilter kFilters[] = {
    {"trim", Trim},
    {"upper", Change<Case::kUpper>},
    {"lower", Change<Case::kLower>},
    {"title", Change<Case::kTitle>},
    {"capitalize", Change<Case::kCapitalize>},
    {"tojson", Json},
    {"default", Default},
    {"d", Default},
    {"replace", ReplaceFilter},
    {"int", ToInt},
    {"float", ToFloat},
    {"abs", Abs},
    {"round", Round},
    {"string", ToString},
    {"safe", Same},
    {"e", Escape},
    {"escape", Escape},
    {"indent", Indent},
    {"wordcount", WordCount},
};

}  // namespace

Value Strip(Session* session, const MarkedText& text, const Value& characters, bool front,
            bool end) {
  const std::string_view bytes = text.bytes();
  if (characters.Is(Kind::kUndefined) || characters.Is(Kind::kNone)) {
    const size_t begin = front ? LeadingSpace(bytes) : 0;
    const size_t tail = end ? TrailingSpace(bytes.substr(begin)) : 0;
    return PartOf(session, text, begin, text.size() - tail);
  }
  if (!characters.Is(Kind::kString)) session->Fail("what is to be stripped is no string");
  const auto stripped = [&](size_t at, size_t size) {
    return characters.bytes().find(bytes.substr(at, size)) != std::string::npos;
  };
  size_t begin = 0, stop = text.size();
  while (front && begin < stop) {
    const size_t size = ByteOfCharacter(bytes.substr(begin, 4), 1);
    if (!stripped(begin, size)) break;
    begin += size;
  }
  while (end && stop > begin) {
    size_t at = stop - 1;
    while (at > begin && (bytes[at] & 0xC0) == 0x80) --at;
    if (!stripped(at, stop - at)) break;
    stop = at;
  }
  session->Step((text.size() - (stop - begin)) * (1 + characters.text().size() / 64));
  return PartOf(session, text, begin, stop);
}

Value Replace(Session* session, const MarkedText& text, const MarkedText& from,
              const MarkedText& to, int64_t count) {
  if (from.empty()) session->Unsupported("replacing nothing");
  MarkedText out;
  size_t done = 0;
  for (; count != 0; --count) {
    const size_t at = text.bytes().find(from.bytes(), done);
    if (at == std::string::npos) break;
    session->Charge(at - done + to.size());
    out.AppendPart(text, done, at);
    out.Append(to);
    done = at + from.size();
  }
  out.AppendPart(text, done, text.size());
  return session->String(std::move(out));
}

Value ApplyFilter(Session* session, const std::string& name, const Value& input,
                  const CallArguments& arguments) {
  const Session::Level level(session);
  session->Step();
  for (const NamedFilter& filter : kFilters) {
    if (name == filter.name) return filter.apply(session, input, arguments);
  }
  Value result;
  if (ApplyListFilter(session, name, input, arguments, &result)) return result;
  session->Unsupported("the filter \"" + name + "\"");
}

}  // namespace cria::tokenizer::jinja
