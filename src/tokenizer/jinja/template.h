// A chat template: text in Jinja2's language that turns messages into a prompt. The subset that the
// templates of published models use, rendered as transformers renders it, in bounded time and
// memory. docs/formats/chat_template.md lists it.
#pragma once

#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "tokenizer/jinja/limits.h"
#include "tokenizer/marked_text.h"

namespace cria::tokenizer::jinja {

struct Tree;

/// What a template sees.
struct Variables {
  /// Strings of ours, such as bos_token: their bytes count as the template's own.
  std::vector<std::pair<std::string, std::string>> own;
  /// An object of what came from outside (messages, tools): all its strings are marked foreign.
  Json foreign = Json::object();
  /// Roles of messages that are names of the format itself: not marked (a template may build a
  /// control token from one, as in '<|' + role + '|>').
  std::vector<std::string> known_roles;
  std::tm now = {};  ///< for strftime_now
};

class Template {
 public:
  /// Throws Error naming `where` and the line for what is not valid or not supported.
  static Template Parse(std::string_view source, const std::string& where = "chat template",
                        const Limits& limits = {});
  Template(Template&&) noexcept;
  Template& operator=(Template&&) noexcept;
  ~Template();

  /// Throws Error naming the line if the template fails, refuses the messages (raise_exception) or
  /// exceeds its limits. Safe to call from many threads at once.
  MarkedText Render(const Variables& variables) const;

 private:
  Template(std::unique_ptr<const Tree> tree, std::string where, const Limits& limits);

  std::unique_ptr<const Tree> tree_;
  std::string where_;
  Limits limits_;
};

}  // namespace cria::tokenizer::jinja
