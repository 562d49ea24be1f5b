// Values as text: as Python's str and repr print them, and as JSON.
#pragma once

#include <string>

#include "tokenizer/jinja/session.h"

namespace cria::tokenizer::jinja {

/// What {{ value }} writes; nothing for undefined.
MarkedText ToText(Session* session, const Value& value);
/// Python's repr.
MarkedText Repr(Session* session, const Value& value);
/// json.dumps with ensure_ascii=False. `indent` < 0: on one line.
struct JsonStyle {
  int64_t indent = -1;
  std::string item_separator = ", ", key_separator = ": ";
  bool sort_keys = false;
};
MarkedText ToJson(Session* session, const Value& value, const JsonStyle& style);
/// Python's repr of a float.
std::string FloatText(double number);

}  // namespace cria::tokenizer::jinja
