// Errors of the parser.
#include "tokenizer/jinja/token_stream.h"

#include "base/error.h"

namespace cria::tokenizer::jinja {

void TokenStream::Fail(const std::string& what) const {
  throw Error("the chat template cannot be read: " + what,
              fmt::format("{}, line {}", where_, line()),
              "use another template (--chat-template NAME or FILE)");
}

void TokenStream::Unexpected(const char* instead_of) const {
  Fail(fmt::format("expected {} instead of {}", instead_of,
                   Is(TokenType::kEnd) ? "the end" : "\"" + now().text + "\""));
}

void TokenStream::Unsupported(const std::string& what) const { Fail(what + " is not supported"); }

void TokenStream::ExpectOperator(std::string_view text) {
  if (!SkipOperator(text)) Unexpected(fmt::format("\"{}\"", text).c_str());
}

const std::string& TokenStream::ExpectName() {
  if (!Is(TokenType::kName)) Unexpected("a name");
  return Take().text;
}

void TokenStream::Expect(TokenType type, const char* what) {
  if (!Is(type)) Unexpected(what);
  Take();
}

}  // namespace cria::tokenizer::jinja
