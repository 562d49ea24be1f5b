// Choosing, rendering and encoding.
#include "tokenizer/chat_prompt.h"

#include <fmt/ranges.h>

#include "base/error.h"
#include "base/file.h"
#include "tokenizer/chat_templates.h"

namespace cria::tokenizer {
namespace {

constexpr uintmax_t kMaxFileBytes = 1 << 20;

// Of messages; a template may write them between marks of its own.
const std::vector<std::string>& KnownRoles() {
  static const std::vector<std::string> kRoles = {"system",  "user",     "assistant", "tool",
                                                  "ipython", "function", "developer"};
  return kRoles;
}

const NamedTemplate* OwnTemplate(const Tokenizer& tokenizer, bool with_tools) {
  const NamedTemplate* own = with_tools ? tokenizer.FindTemplate("tool_use") : nullptr;
  if (own == nullptr) own = tokenizer.FindTemplate("default");
  const auto& all = tokenizer.vocabulary().templates;
  return own != nullptr || all.empty() ? own : &all.front();
}

std::tm LocalTime(std::time_t now) {
  if (now == 0) now = std::time(nullptr);
  std::tm local = {};
  localtime_r(&now, &local);
  return local;
}

}  // namespace

ChatFormat::ChatFormat(Origin origin, std::string name, std::string source,
                       const std::string& where)
    : origin_(origin),
      name_(std::move(name)),
      source_(std::move(source)),
      template_(jinja::Template::Parse(source_, where)) {}

std::vector<std::string> ChatFormat::Names() {
  std::vector<std::string> names;
  for (const BuiltInTemplate& known : BuiltInTemplates()) names.emplace_back(known.name);
  return names;
}

ChatFormat ChatFormat::Choose(const Tokenizer& tokenizer, const std::string& wanted,
                              bool with_tools) {
  const auto built_in = [](Origin origin, const BuiltInTemplate& known) {
    ChatFormat format(origin, known.name, known.source, fmt::format("template {}", known.name));
    format.stop_texts_ = known.stop_texts;
    return format;
  };
  const auto own = [](const NamedTemplate& known) {
    return ChatFormat(Origin::kModel, known.name, known.text,
                      fmt::format("the model's chat template \"{}\"", known.name));
  };
  if (wanted.empty()) {
    if (const NamedTemplate* known = OwnTemplate(tokenizer, with_tools)) return own(*known);
    const BuiltInTemplate& guess = GuessTemplate(tokenizer);
    const bool base = std::string_view(guess.name) == "plain";
    return built_in(base ? Origin::kBase : Origin::kGuessed, guess);
  }
  if (const BuiltInTemplate* known = FindBuiltInTemplate(wanted)) {
    return built_in(Origin::kNamed, *known);
  }
  if (const NamedTemplate* known = tokenizer.FindTemplate(wanted)) return own(*known);
  if (!fs::is_regular_file(wanted)) {
    throw Error(fmt::format("\"{}\" is neither a template nor a file", wanted), "--chat-template",
                fmt::format("name one of {}, or a file", fmt::join(Names(), ", ")));
  }
  if (fs::file_size(wanted) > kMaxFileBytes) {
    throw Error("a chat template larger than 1 MiB", wanted, "name another file");
  }
  return ChatFormat(Origin::kFile, wanted, ReadFile(wanted), wanted);
}

std::string ChatFormat::Describe() const {
  switch (origin_) {
    case Origin::kModel:
      return fmt::format("Chat template: the model's own{}.",
                         name_ == "default" ? "" : " (\"" + name_ + "\")");
    case Origin::kGuessed:
      return fmt::format(
          "The model has no chat template; its tokenizer has the tokens of \"{}\", which is used. "
          "If it is a base model, --chat-template plain suits it better.",
          name_);
    case Origin::kBase:
      return "This is a base model (it has no chat template): it continues text and was not taught "
             "to answer. It is prompted as \"Q: ...\\nA:\" and stopped at the end of the line.";
    case Origin::kNamed:
      return fmt::format("Chat template: {} (built in).", name_);
    case Origin::kFile:
      return fmt::format("Chat template: {}.", name_);
  }
  return "";
}

MarkedText ChatFormat::Render(const Tokenizer& tokenizer, const ChatRequest& request) const {
  jinja::Variables variables;
  for (const char* name : {"bos_token", "eos_token"}) {
    variables.own.emplace_back(name, tokenizer.NamedToken(name));
  }
  for (const auto& [name, text] : tokenizer.vocabulary().named_tokens) {
    if (name != "bos_token" && name != "eos_token") variables.own.emplace_back(name, text);
  }
  variables.foreign = request.variables.is_object() ? request.variables : Json::object();
  variables.foreign["messages"] = request.messages;
  variables.foreign["tools"] = request.tools;
  variables.foreign["documents"] = nullptr;
  variables.foreign["add_generation_prompt"] = request.add_generation_prompt;
  variables.known_roles = KnownRoles();
  variables.now = LocalTime(request.now);
  return template_.Render(variables);
}

ChatPrompt ChatFormat::Prompt(const Tokenizer& tokenizer, const ChatRequest& request) const {
  ChatPrompt prompt;
  prompt.text = Render(tokenizer, request);
  tokenizer.EncodeSpecial(prompt.text, &prompt.ids);
  // A template that writes BOS itself is not given a second one.
  const int32_t bos = tokenizer.bos_id();
  if (bos >= 0 && (prompt.ids.empty() || prompt.ids.front() != bos)) {
    prompt.ids.insert(prompt.ids.begin(), bos);
  }
  return prompt;
}

}  // namespace cria::tokenizer
