// The parser's view of the tokens: one current token, and errors that name its line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/jinja/lexer.h"
#include "tokenizer/jinja/limits.h"

namespace cria::tokenizer::jinja {

class TokenStream {
 public:
  TokenStream(std::vector<Token> tokens, std::string where, const Limits& limits)
      : limits(limits), tokens_(std::move(tokens)), where_(std::move(where)) {}

  const Limits limits;

  const Token& now() const { return tokens_[at_]; }
  const Token& next() const { return tokens_[at_ + (at_ + 1 < tokens_.size() ? 1 : 0)]; }
  int line() const { return now().line; }
  bool Is(TokenType type) const { return now().type == type; }
  bool IsOperator(std::string_view text) const {
    return Matches(now(), TokenType::kOperator, text);
  }
  bool IsName(std::string_view text) const { return Matches(now(), TokenType::kName, text); }
  bool NextIsOperator(std::string_view text) const {
    return Matches(next(), TokenType::kOperator, text);
  }
  bool NextIsName(std::string_view text) const { return Matches(next(), TokenType::kName, text); }

  /// The current token, then moves on. The end stays.
  const Token& Take() {
    const Token& token = now();
    if (at_ + 1 < tokens_.size()) ++at_;
    return token;
  }
  bool SkipOperator(std::string_view text) { return IsOperator(text) && (Take(), true); }
  bool SkipName(std::string_view text) { return IsName(text) && (Take(), true); }
  void ExpectOperator(std::string_view text);
  const std::string& ExpectName();
  void Expect(TokenType type, const char* what);

  [[noreturn]] void Fail(const std::string& what) const;
  [[noreturn]] void Unexpected(const char* instead_of) const;
  [[noreturn]] void Unsupported(const std::string& what) const;

  /// Guards the parser's recursion.
  class Level {
   public:
    explicit Level(TokenStream* stream) : stream_(stream) {
      if (stream_->depth_ >= stream_->limits.max_nesting) stream_->Fail("it nests too deeply");
      ++stream_->depth_;
    }
    ~Level() { --stream_->depth_; }
    Level(const Level&) = delete;

   private:
    TokenStream* stream_;
  };

 private:
  static bool Matches(const Token& token, TokenType type, std::string_view text) {
    return token.type == type && token.text == text;
  }

  std::vector<Token> tokens_;
  std::string where_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace cria::tokenizer::jinja
