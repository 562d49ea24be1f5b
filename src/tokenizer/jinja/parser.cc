// The statements of a template.
#include "tokenizer/jinja/parser.h"

#include "base/error.h"
#include "base/utf8.h"
#include "tokenizer/jinja/expression_parser.h"
#include "tokenizer/jinja/token_stream.h"

namespace cria::tokenizer::jinja {
namespace {

class Parser {
 public:
  Parser(std::vector<Token> tokens, const std::string& where, const Limits& limits, Tree* tree)
      : t_(std::move(tokens), where, limits), expressions_(&t_, tree), tree_(*tree) {}

  void ParseAll() {
    tree_.body = ParseBody({});
    if (!t_.Is(TokenType::kEnd)) t_.Unexpected("text");
  }

 private:
  Statement* New(StatementKind kind) {
    return &tree_.statements.emplace_back(Statement{.kind = kind,
                                                    .line = t_.line(),
                                                    .name = {},
                                                    .branches = {},
                                                    .targets = {},
                                                    .bindings = {},
                                                    .filters = {},
                                                    .body = {},
                                                    .otherwise = {}});
  }

  bool IsOneOf(std::initializer_list<std::string_view> names) const {
    for (const std::string_view name : names) {
      if (t_.IsName(name)) return true;
    }
    return false;
  }

  // Statements up to a tag that begins with one of `ends`: the current token is that name then.
  Body ParseBody(std::initializer_list<std::string_view> ends) {
    const TokenStream::Level level(&t_);
    Body body;
    while (!t_.Is(TokenType::kEnd)) {
      if (t_.Is(TokenType::kText)) {
        Statement* text = New(StatementKind::kText);
        text->text = &tree_.texts.emplace_back(t_.Take().text, false);
        body.push_back(text);
      } else if (t_.Is(TokenType::kPrintBegin)) {
        t_.Take();
        Statement* print = New(StatementKind::kPrint);
        print->expression = expressions_.ParseTuple();
        t_.Expect(TokenType::kPrintEnd, "\"}}\"");
        body.push_back(print);
      } else {
        t_.Expect(TokenType::kBlockBegin, "a tag");
        if (IsOneOf(ends)) return body;
        body.push_back(ParseStatement());
        t_.Expect(TokenType::kBlockEnd, "\"%}\"");
      }
    }
    if (ends.size() > 0) t_.Fail(fmt::format("a block without its {}", *(ends.end() - 1)));
    return body;
  }

  // The body of a tag whose head was just read, up to `end`, which is taken.
  Body ParseUntil(std::string_view end) {
    t_.Expect(TokenType::kBlockEnd, "\"%}\"");
    Body body = ParseBody({end});
    t_.Take();
    return body;
  }

  const Statement* ParseStatement() {
    if (t_.IsName("if")) return If();
    if (t_.IsName("for")) return For();
    if (t_.IsName("set")) return Set();
    if (t_.IsName("macro")) return Macro();
    if (t_.IsName("with")) return With();
    if (t_.IsName("filter")) return Filter();
    if (t_.IsName("break") || t_.IsName("continue")) return Jump();
    if (t_.SkipName("generation")) {  // transformers marks the assistant's text with it
      Statement* body = New(StatementKind::kBody);
      body->body = ParseUntil("endgeneration");
      return body;
    }
    if (!t_.Is(TokenType::kName)) t_.Unexpected("the name of a tag");
    if (IsOneOf({"block", "extends", "include", "import", "from", "call", "do", "autoescape",
                 "trans", "print"})) {
      t_.Unsupported("the tag \"" + t_.now().text + "\"");
    }
    t_.Fail("unexpected tag \"" + t_.now().text + "\"");
  }

  const Statement* If() {
    Statement* s = New(StatementKind::kIf);
    t_.Take();
    while (true) {
      const Expression* condition = expressions_.ParseTuple(false);
      t_.Expect(TokenType::kBlockEnd, "\"%}\"");
      s->branches.emplace_back(condition, ParseBody({"elif", "else", "endif"}));
      if (t_.SkipName("elif")) continue;
      if (t_.SkipName("else")) {
        s->otherwise = ParseUntil("endif");
      } else {
        t_.Take();
      }
      return s;
    }
  }

  std::string NewName() {
    const std::string& name = t_.ExpectName();
    if (name == "true" || name == "false" || name == "none" || name == "True" || name == "False" ||
        name == "None") {
      t_.Fail("\"" + name + "\" cannot be assigned");
    }
    return name;
  }

  const Statement* For() {
    Statement* s = New(StatementKind::kFor);
    t_.Take();
    const bool bracket = t_.SkipOperator("(");
    do {
      if (t_.IsOperator("(")) t_.Unsupported("a loop over nested tuples");
      if (t_.IsName("in") || t_.IsOperator(")")) break;
      s->targets.push_back({NewName(), ""});
    } while (t_.SkipOperator(","));
    if (s->targets.empty()) t_.Unexpected("a name");
    if (bracket) t_.ExpectOperator(")");
    if (!t_.SkipName("in")) t_.Unexpected("\"in\"");
    s->expression = expressions_.ParseTuple(false);
    if (t_.SkipName("if")) s->condition = expressions_.Parse();
    if (t_.IsName("recursive")) t_.Unsupported("a recursive loop");
    t_.Expect(TokenType::kBlockEnd, "\"%}\"");
    ++loops_;
    s->body = ParseBody({"else", "endfor"});
    --loops_;
    if (t_.SkipName("else")) {
      s->otherwise = ParseUntil("endfor");
    } else {
      t_.Take();
    }
    return s;
  }

  const Statement* Jump() {
    if (loops_ == 0) t_.Fail("\"" + t_.now().text + "\" outside of a loop");
    Statement* s = New(t_.IsName("break") ? StatementKind::kBreak : StatementKind::kContinue);
    t_.Take();
    return s;
  }

  const Statement* Set() {
    Statement* s = New(StatementKind::kSet);
    t_.Take();
    do {
      if (!t_.Is(TokenType::kName) && !s->targets.empty()) break;
      Target target{NewName(), ""};
      if (t_.SkipOperator(".")) target.attribute = t_.ExpectName();
      s->targets.push_back(std::move(target));
    } while (t_.SkipOperator(","));
    if (t_.SkipOperator("=")) {
      s->expression = expressions_.ParseTuple();
      return s;
    }
    s->kind = StatementKind::kSetBlock;
    if (s->targets.size() != 1) t_.Unexpected("\"=\"");
    if (t_.SkipOperator("|")) s->filters = expressions_.ParseFilters();
    s->body = ParseUntil("endset");
    return s;
  }

  const Statement* Macro() {
    Statement* s = New(StatementKind::kMacro);
    t_.Take();
    s->name = NewName();
    t_.ExpectOperator("(");
    while (!t_.IsOperator(")")) {
      std::string parameter = NewName();
      const Expression* value = t_.SkipOperator("=") ? expressions_.Parse() : nullptr;
      s->bindings.emplace_back(std::move(parameter), value);
      if (!t_.SkipOperator(",")) break;
    }
    t_.ExpectOperator(")");
    const int outer = std::exchange(loops_, 0);
    s->body = ParseUntil("endmacro");
    loops_ = outer;
    return s;
  }

  const Statement* With() {
    Statement* s = New(StatementKind::kWith);
    t_.Take();
    while (t_.Is(TokenType::kName)) {
      std::string name = NewName();
      t_.ExpectOperator("=");
      s->bindings.emplace_back(std::move(name), expressions_.Parse());
      if (!t_.SkipOperator(",")) break;
    }
    s->body = ParseUntil("endwith");
    return s;
  }

  const Statement* Filter() {
    Statement* s = New(StatementKind::kFilter);
    t_.Take();
    s->filters = expressions_.ParseFilters();
    s->body = ParseUntil("endfilter");
    return s;
  }

  TokenStream t_;
  ExpressionParser expressions_;
  Tree& tree_;
  int loops_ = 0;  // that a break here may end
};

}  // namespace

std::unique_ptr<const Tree> Parse(std::string_view source, const std::string& where,
                                  const Limits& limits) {
  if (source.size() > limits.max_template_bytes) {
    throw Error(fmt::format("the chat template has {} bytes, the limit is {}", source.size(),
                            limits.max_template_bytes),
                where, "use another template (--chat-template NAME or FILE)");
  }
  const std::string repaired = IsValidUtf8(source) ? std::string(source) : RepairUtf8(source);
  auto tree = std::make_unique<Tree>();
  Parser(Lex(repaired, where), where, limits, tree.get()).ParseAll();
  return tree;
}

}  // namespace cria::tokenizer::jinja
