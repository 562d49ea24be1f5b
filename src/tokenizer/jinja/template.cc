// Parsing once, rendering often.
#include "tokenizer/jinja/template.h"

#include <algorithm>

#include "tokenizer/jinja/evaluator.h"
#include "tokenizer/jinja/parser.h"

namespace cria::tokenizer::jinja {
namespace {

// The messages, with roles of known names as the template's own text.
Value MessagesOf(Session* session, const Value& messages,
                 const std::vector<std::string>& known_roles) {
  if (!messages.Is(Kind::kList)) return messages;
  std::vector<Value> list;
  for (const Value& message : messages.list().items) {
    if (!message.Is(Kind::kDict)) {
      list.push_back(message);
      continue;
    }
    auto items = message.dict().items;
    for (auto& [key, value] : items) {
      if (key.bytes() == "role" && value.Is(Kind::kString) &&
          std::find(known_roles.begin(), known_roles.end(), value.bytes()) != known_roles.end()) {
        value = session->String(value.bytes());
      }
    }
    list.push_back(session->MakeDict(std::move(items)));
  }
  return session->MakeList(std::move(list));
}

}  // namespace

Template::Template(std::unique_ptr<const Tree> tree, std::string where, const Limits& limits)
    : tree_(std::move(tree)), where_(std::move(where)), limits_(limits) {}
Template::Template(Template&&) noexcept = default;
Template& Template::operator=(Template&&) noexcept = default;
Template::~Template() = default;

Template Template::Parse(std::string_view source, const std::string& where, const Limits& limits) {
  return Template(jinja::Parse(source, where, limits), where, limits);
}

MarkedText Template::Render(const Variables& variables) const {
  Session session(limits_, where_, variables.now);
  Evaluator evaluator(&session);
  for (const auto& [name, text] : variables.own) evaluator.SetVariable(name, session.String(text));
  for (const auto& [name, json] : variables.foreign.items()) {
    const Value value = session.FromJson(json);
    evaluator.SetVariable(
        name, name == "messages" ? MessagesOf(&session, value, variables.known_roles) : value);
  }
  return evaluator.Run(*tree_);
}

}  // namespace cria::tokenizer::jinja
