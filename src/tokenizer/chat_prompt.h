// From a conversation to the ids that a model continues: which template a model has or should be
// given, what it writes, and how that is encoded. Text of messages never becomes control tokens.
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "tokenizer/jinja/template.h"
#include "tokenizer/tokenizer.h"

namespace cria::tokenizer {

struct ChatRequest {
  Json messages =
      Json::array();  ///< objects with "role" and "content", as OpenAI's interface has them
  Json tools;         ///< descriptions of functions; null: none
  Json variables = Json::object();  ///< more that the template may use
  bool add_generation_prompt = true;
  std::time_t now = 0;  ///< for templates that write the date; 0: the clock's
};

struct ChatPrompt {
  MarkedText text;           ///< as rendered; bytes of messages are marked
  std::vector<int32_t> ids;  ///< begins with BOS once, if prompts of the model do
};

class ChatFormat {
 public:
  enum class Origin {
    kModel,    ///< the model's own template
    kGuessed,  ///< none there; chosen by the special tokens of the tokenizer
    kBase,     ///< none there and no tokens of a chat format: most likely a base model
    kNamed,    ///< a built-in one that was asked for
    kFile,     ///< a file that was asked for
  };

  /// The model's template (of several the one named "default", or "tool_use" if `with_tools`), or
  /// the best guess without one. `wanted`: empty, a name of Names(), one of the model's templates
  /// by name, or a file. Throws Error for templates that cannot be read and names that are neither.
  static ChatFormat Choose(const Tokenizer& tokenizer, const std::string& wanted = "",
                           bool with_tools = false);
  /// Of the built-in templates.
  static std::vector<std::string> Names();

  Origin origin() const { return origin_; }
  const std::string& name() const { return name_; }
  const std::string& source() const { return source_; }
  /// Texts that end a reply where no token does: formats without tokens of their own.
  const std::vector<std::string>& stop_texts() const { return stop_texts_; }
  /// One line for the user: which template, and why.
  std::string Describe() const;

  /// Throws Error if the template refuses the messages.
  MarkedText Render(const Tokenizer& tokenizer, const ChatRequest& request) const;
  ChatPrompt Prompt(const Tokenizer& tokenizer, const ChatRequest& request) const;

 private:
  ChatFormat(Origin origin, std::string name, std::string source, const std::string& where);

  Origin origin_;
  std::string name_, source_;
  std::vector<std::string> stop_texts_;
  jinja::Template template_;
};

}  // namespace cria::tokenizer
