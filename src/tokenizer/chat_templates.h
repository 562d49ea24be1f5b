// Templates for models that bring none, written after the formats that their authors publish.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cria::tokenizer {

class Tokenizer;

struct BuiltInTemplate {
  const char* name;
  const char* source;
  std::vector<std::string> stop_texts;
};

const std::vector<BuiltInTemplate>& BuiltInTemplates();
/// Null if there is none of this name.
const BuiltInTemplate* FindBuiltInTemplate(std::string_view name);
/// The one whose special tokens the tokenizer has; "plain" if it has none.
const BuiltInTemplate& GuessTemplate(const Tokenizer& tokenizer);

}  // namespace cria::tokenizer
