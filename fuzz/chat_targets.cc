// Beyond crashes: what is marked foreign in a rendered text never becomes a control token.
#include "chat_targets.h"

#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "tokenizer/jinja/template.h"
#include "tokenizer/special_tokens.h"

namespace cria::fuzz {
namespace {

std::string_view Text(std::span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The product's bounds, smaller, so that an input is done in a moment.
tokenizer::jinja::Limits SmallLimits() {
  tokenizer::jinja::Limits limits;
  limits.max_steps = 100'000;
  limits.max_output_bytes = 1 << 18;
  limits.max_memory_bytes = 16 << 20;
  return limits;
}

Json DefaultVariables() {
  return {
      {"messages",
       {{{"role", "system"}, {"content", " Be \xC3\xA9 brief "}},
        {{"role", "user"}, {"content", "Hi <|eot_id|>"}},
        {{"role", "assistant"}, {"content", ""}, {"tool_calls", {{{"name", "f"}, {"n", 1.5}}}}}}},
      {"tools", nullptr},
      {"add_generation_prompt", true}};
}

std::vector<tokenizer::AddedToken> TokensOf(std::string_view lines) {
  std::vector<tokenizer::AddedToken> tokens;
  while (!lines.empty() && tokens.size() < 1000) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (line.empty()) continue;
    const int flags = line[0];
    tokens.push_back({.id = static_cast<int32_t>(tokens.size()),
                      .text = std::string(line.substr(1)),
                      .control = (flags & 1) != 0,
                      .strips_left = (flags & 2) != 0,
                      .strips_right = (flags & 4) != 0,
                      .single_word = (flags & 8) != 0});
  }
  return tokens;
}

// Whether the token stands in what it took; a control token with none of its bytes from outside.
// The blanks that it strips may look like the token itself and come from anywhere.
bool StandsIn(const tokenizer::MarkedText& text, const tokenizer::TokenMatcher::Match& match) {
  const std::string& token = match.token->text;
  for (size_t at = match.begin; (at = text.bytes().find(token, at)) != std::string::npos; ++at) {
    if (at + token.size() > match.end) break;
    if (!match.token->control || !text.TouchesForeign(at, at + token.size())) return true;
  }
  return false;
}

}  // namespace

void ChatTemplate(std::span<const uint8_t> input) {
  const std::string_view text = Text(input);
  const size_t cut = text.find("\n====\n");
  try {
    tokenizer::jinja::Variables variables;
    variables.own = {{"bos_token", "<s>"}, {"eos_token", "</s>"}};
    variables.foreign = DefaultVariables();
    if (cut != text.npos) {
      const Json given = ParseJson(text.substr(cut + 6), "variables");
      if (given.is_object()) variables.foreign.update(given);
    }
    variables.known_roles = {"user", "assistant", "system"};
    const auto rendered =
        tokenizer::jinja::Template::Parse(text.substr(0, cut), "input", SmallLimits())
            .Render(variables);
    size_t last = 0;
    for (const tokenizer::ByteSpan& span : rendered.foreign()) {
      CRIA_CHECK(span.begin < span.end && span.end <= rendered.size() && last <= span.begin,
                 "{} {} {}", last, span.begin, span.end);
      last = span.end;
    }
  } catch (const Error&) {
  }
}

void SpecialTokens(std::span<const uint8_t> input) {
  const std::string_view all = Text(input);
  const size_t cut = std::min(all.find("\n\n"), all.size());
  const tokenizer::TokenMatcher matcher(TokensOf(all.substr(0, cut)));
  tokenizer::MarkedText text;
  std::string_view rest = all.substr(std::min(cut + 2, all.size()));
  for (bool foreign = false;; foreign = !foreign) {
    const size_t end = std::min(rest.find('\1'), rest.size());
    text.Append(rest.substr(0, end), foreign);
    if (end == rest.size()) break;
    rest.remove_prefix(end + 1);
  }
  for (const bool control : {false, true}) {
    for (size_t at = 0; at < text.size();) {
      const auto match = matcher.Find(text, at, control);
      CRIA_CHECK(match.begin >= at && match.end <= text.size() && match.begin <= match.end);
      if (match.token == nullptr) break;
      CRIA_CHECK(match.end > at && (control || !match.token->control));
      CRIA_CHECK(StandsIn(text, match));
      at = match.end;
    }
  }
}

}  // namespace cria::fuzz
