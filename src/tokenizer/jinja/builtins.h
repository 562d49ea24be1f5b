// Filters, tests, methods and functions of templates: Jinja2's and Python's, those that chat
// templates use. What is not known is refused by name.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "tokenizer/jinja/session.h"

namespace cria::tokenizer::jinja {

struct CallArguments {
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;

  /// Values in the order of `names`, undefined where none is given. Error that names `what` for
  /// unknown names and too many values.
  std::vector<Value> Bind(Session* session, const std::string& what,
                          std::initializer_list<const char*> names) const;
};

/// input | name(arguments)
Value ApplyFilter(Session* session, const std::string& name, const Value& input,
                  const CallArguments& arguments);
/// input is name(arguments)
bool ApplyTest(Session* session, const std::string& name, const Value& input,
               const CallArguments& arguments);
/// object.name(arguments), for strings and dictionaries.
Value CallMethod(Session* session, const Value& object, const std::string& name,
                 const CallArguments& arguments);
/// A function that templates find without being given it, or undefined.
Value FindFunction(const std::string& name);
Value CallFunction(Session* session, Function function, const CallArguments& arguments);

// Shared by filters and methods.
/// Without `characters` (undefined: blanks) at the front or the end.
Value Strip(Session* session, const MarkedText& text, const Value& characters, bool front,
            bool end);
/// `count` < 0: all.
Value Replace(Session* session, const MarkedText& text, const MarkedText& from,
              const MarkedText& to, int64_t count);
/// Pairs of a dictionary, as tuples in a list.
Value Pairs(Session* session, const Value& dict);

}  // namespace cria::tokenizer::jinja
