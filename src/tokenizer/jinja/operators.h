// What operators, look-up and iteration do with values, as in Python.
#pragma once

#include "tokenizer/jinja/session.h"
#include "tokenizer/jinja/tree.h"

namespace cria::tokenizer::jinja {

bool Truth(const Value& value);
bool Equal(Session* session, const Value& a, const Value& b);
/// Negative, 0 or positive; Error for what has no order.
int Order(Session* session, const Value& a, const Value& b);
bool Contains(Session* session, const Value& container, const Value& item);
/// `op` from kAdd to kPower.
Value Arithmetic(Session* session, Operator op, const Value& a, const Value& b);
Value Negative(Session* session, const Value& a);

/// value.name, without methods; undefined if there is none. Error if `value` is undefined.
Value Attribute(Session* session, const Value& value, const std::string& name);
/// value[key].
Value Item(Session* session, const Value& value, const Value& key);
/// value[from:to:step]; undefined or none: open.
Value Slice(Session* session, const Value& value, const Value& from, const Value& to,
            const Value& step);
/// What a loop over `value` sees: elements, characters, keys; nothing for undefined.
const std::vector<Value>& Elements(Session* session, const Value& value);
/// Error if the value is no integer; `what` names it.
int64_t RequireInteger(Session* session, const Value& value, const char* what);
/// Error for undefined, which has no attributes, items or arithmetic.
void RequireDefined(Session* session, const Value& value);
/// A string of text's bytes [begin, end).
Value PartOf(Session* session, const MarkedText& text, size_t begin, size_t end);

}  // namespace cria::tokenizer::jinja
