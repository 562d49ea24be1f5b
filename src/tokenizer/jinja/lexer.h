// Template text to tokens, with Jinja2's rules for blanks around tags as transformers sets them:
// trim_blocks and lstrip_blocks on, the last newline of the template dropped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cria::tokenizer::jinja {

enum class TokenType : uint8_t {
  kText,        ///< between tags
  kBlockBegin,  ///< {%
  kBlockEnd,
  kPrintBegin,  ///< {{
  kPrintEnd,
  kName,
  kString,  ///< unescaped
  kInteger,
  kFloat,
  kOperator,
  kEnd,
};

struct Token {
  TokenType type;
  int line;
  std::string text;
};

/// Throws Error naming `where` and the line. The last token is kEnd.
std::vector<Token> Lex(std::string_view source, const std::string& where);

}  // namespace cria::tokenizer::jinja
