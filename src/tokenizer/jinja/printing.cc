// Marks go with the bytes, so that text of outside stays so inside a printed list or JSON.
#include "tokenizer/jinja/printing.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/utf8.h"

namespace cria::tokenizer::jinja {
namespace {

// A string's bytes with `escape(byte)` in place of each byte for which it is not empty.
template <class Escape>
void AppendEscaped(const MarkedText& text, Escape escape, MarkedText* out) {
  size_t done = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const std::string instead = escape(text.bytes()[at]);
    if (instead.empty()) continue;
    out->AppendPart(text, done, at);
    out->Append(instead, text.TouchesForeign(at, at + 1));
    done = at + 1;
  }
  out->AppendPart(text, done, text.size());
}

class Writer {
 public:
  explicit Writer(Session* session) : session_(session) {}

  MarkedText out;

 protected:
  void Put(std::string_view bytes) { out.Append(bytes, false); }
  // What was written since `before` counts; called per value, so nothing grows unseen.
  void Charge() {
    session_->Charge(out.size() - charged_);
    charged_ = out.size();
  }
  Session* session_;

 private:
  size_t charged_ = 0;
};

class ReprWriter : public Writer {
 public:
  using Writer::Writer;

  void Write(const Value& value) {
    const Session::Level level(session_);
    Charge();
    switch (value.kind()) {
      case Kind::kUndefined:
        return Put("Undefined");
      case Kind::kNone:
        return Put("None");
      case Kind::kBool:
        return Put(value.integer() ? "True" : "False");
      case Kind::kInt:
        return Put(fmt::format("{}", value.integer()));
      case Kind::kFloat:
        return Put(FloatText(value.number()));
      case Kind::kString:
        return WriteString(value.text());
      case Kind::kList:
        return WriteList(value.list());
      case Kind::kDict: {
        Put("{");
        const char* separator = "";
        for (const auto& [key, item] : value.dict().items) {
          Put(std::exchange(separator, ", "));
          Write(key);
          Put(": ");
          Write(item);
        }
        return Put("}");
      }
      default:
        session_->Unsupported(fmt::format("printing {}", KindName(value.kind())));
    }
  }

 private:
  void WriteList(const List& list) {
    Put(list.tuple ? "(" : "[");
    const char* separator = "";
    for (const Value& item : list.items) {
      Put(std::exchange(separator, ", "));
      Write(item);
    }
    Put(list.tuple ? (list.items.size() == 1 ? ",)" : ")") : "]");
  }

  // Python chooses the quote that needs no escapes; other control characters as \xNN.
  void WriteString(const MarkedText& text) {
    const bool single =
        text.bytes().find('\'') != std::string::npos && text.bytes().find('"') == std::string::npos;
    const char quote = single ? '"' : '\'';
    Put({&quote, 1});
    AppendEscaped(
        text,
        [quote](char c) -> std::string {
          if (c == quote || c == '\\') return {'\\', c};
          if (c == '\n') return "\\n";
          if (c == '\r') return "\\r";
          if (c == '\t') return "\\t";
          const auto byte = static_cast<uint8_t>(c);
          return byte < 0x20 || byte == 0x7F ? fmt::format("\\x{:02x}", byte) : "";
        },
        &out);
    Put({&quote, 1});
  }
};

class JsonWriter : public Writer {
 public:
  JsonWriter(Session* session, const JsonStyle& style) : Writer(session), style_(style) {}

  void Write(const Value& value, size_t depth = 0) {
    const Session::Level level(session_);
    Charge();
    switch (value.kind()) {
      case Kind::kNone:
        return Put("null");
      case Kind::kBool:
        return Put(value.integer() ? "true" : "false");
      case Kind::kInt:
        return Put(fmt::format("{}", value.integer()));
      case Kind::kFloat:
        return Put(JsonFloat(value.number()));
      case Kind::kString:
        return WriteString(value.text());
      case Kind::kList:
        return WriteList(value.list(), depth);
      case Kind::kDict:
        return WriteDict(value.dict(), depth);
      default:
        session_->Fail(fmt::format("{} cannot be written as JSON", KindName(value.kind())));
    }
  }

 private:
  static std::string JsonFloat(double number) {
    if (std::isnan(number)) return "NaN";
    if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
    return FloatText(number);
  }

  void NewLine(size_t depth) {
    if (style_.indent < 0) return;
    const size_t blanks = static_cast<size_t>(style_.indent) * depth;
    session_->Charge(blanks);
    Put("\n" + std::string(blanks, ' '));
  }

  void WriteList(const List& list, size_t depth) {
    if (list.items.empty()) return Put("[]");
    Put("[");
    const char* separator = "";
    for (const Value& item : list.items) {
      Put(std::exchange(separator, style_.item_separator.c_str()));
      NewLine(depth + 1);
      Write(item, depth + 1);
    }
    NewLine(depth);
    Put("]");
  }

  void WriteDict(const Dict& dict, size_t depth) {
    if (dict.items.empty()) return Put("{}");
    std::vector<const std::pair<Value, Value>*> items;
    for (const auto& item : dict.items) items.push_back(&item);
    if (style_.sort_keys) {
      std::stable_sort(items.begin(), items.end(), [this](const auto* a, const auto* b) {
        return Key(a->first).bytes() < Key(b->first).bytes();
      });
    }
    Put("{");
    const char* separator = "";
    for (const auto* item : items) {
      Put(std::exchange(separator, style_.item_separator.c_str()));
      NewLine(depth + 1);
      WriteString(Key(item->first));
      Put(style_.key_separator);
      Write(item->second, depth + 1);
    }
    NewLine(depth);
    Put("}");
  }

  // json.dumps writes keys that are no strings as it writes the values.
  MarkedText Key(const Value& key) const {
    if (key.Is(Kind::kString)) return key.text();
    JsonWriter writer(session_, {});
    writer.Write(key);
    return writer.out;
  }

  void WriteString(const MarkedText& text) {
    Put("\"");
    AppendEscaped(
        text,
        [](char c) -> std::string {
          constexpr std::string_view kFrom = "\"\\\n\r\t\b\f", kTo = "\"\\nrtbf";
          const size_t simple = kFrom.find(c);
          if (simple != kFrom.npos) return {'\\', kTo[simple]};
          return static_cast<uint8_t>(c) < 0x20 ? fmt::format("\\u{:04x}", c) : "";
        },
        &out);
    Put("\"");
  }

  const JsonStyle style_;
};

}  // namespace

std::string FloatText(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number < 0 ? "-inf" : "inf";
  char digits[32];
  const auto end =
      std::to_chars(digits, digits + sizeof digits, number, std::chars_format::scientific);
  const std::string_view shortest(digits, static_cast<size_t>(end.ptr - digits));
  const int exponent = std::atoi(std::string(shortest.substr(shortest.find('e') + 1)).c_str());
  if (exponent < -4 || exponent >= 16) return std::string(shortest);
  char fixed[64];
  const auto fixed_end =
      std::to_chars(fixed, fixed + sizeof fixed, number, std::chars_format::fixed);
  std::string text(fixed, fixed_end.ptr);
  if (text.find('.') == text.npos) text += ".0";
  return text;
}

MarkedText Repr(Session* session, const Value& value) {
  ReprWriter writer(session);
  writer.Write(value);
  return std::move(writer.out);
}

MarkedText ToText(Session* session, const Value& value) {
  if (value.Is(Kind::kString)) return value.text();
  if (value.Is(Kind::kUndefined)) return {};
  return Repr(session, value);
}

MarkedText ToJson(Session* session, const Value& value, const JsonStyle& style) {
  JsonWriter writer(session, style);
  writer.Write(value);
  return std::move(writer.out);
}

}  // namespace cria::tokenizer::jinja
