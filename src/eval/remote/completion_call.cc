// Replies are read with suspicion: every list is checked against its neighbours.
#include "eval/remote/completion_call.h"

#include <fmt/format.h>

#include <cmath>

#include "base/error.h"
#include "base/json.h"

namespace cria::eval {
namespace {

constexpr const char* kNoEndpoint =
    "check that the address is that of an OpenAI-style completions endpoint (it usually ends in "
    "/v1) and that nothing between changes its replies";

[[noreturn]] void Refuse(const std::string& what, const std::string& where) {
  throw Error("the server's reply " + what, where, kNoEndpoint);
}

const Json* Find(const Json& json, const char* key) {
  const auto it = json.is_object() ? json.find(key) : json.end();
  return it == json.end() || it->is_null() ? nullptr : &*it;
}

std::optional<double> Number(const Json& json, const std::string& where) {
  if (json.is_null()) return std::nullopt;
  const double value = json.is_number() ? json.get<double>() : std::nan("");
  if (!std::isfinite(value)) Refuse("has a log-probability that is no finite number", where);
  // Rounding in 16 bits can lift a certain token a little above 0.
  if (value > 0.01) Refuse(fmt::format("has a log-probability of {}, above 0", value), where);
  return value;
}

// A list as long as the tokens, or none.
const Json* Beside(const Json& logprobs, const char* key, size_t tokens, const std::string& where) {
  const Json* list = Find(logprobs, key);
  if (list == nullptr) return nullptr;
  if (!list->is_array() || list->size() != tokens) {
    Refuse(fmt::format("has \"{}\" that do not stand beside its {} tokens", key, tokens), where);
  }
  return list;
}

std::optional<double> Likeliest(const Json& top, const std::string& where) {
  std::optional<double> best;
  if (!top.is_object()) return best;
  for (const auto& [token, logprob] : top.items()) {
    const std::optional<double> value = Number(logprob, where);
    if (value && (!best || *value > *best)) best = value;
  }
  return best;
}

std::vector<RemoteToken> ParseTokens(const Json& logprobs, const std::string& where) {
  const Json* texts = Find(logprobs, "tokens");
  const Json* numbers = Find(logprobs, "token_logprobs");
  if (texts == nullptr || numbers == nullptr) return {};
  if (!texts->is_array()) Refuse("has \"tokens\" that are no list", where);
  const size_t n = texts->size();
  Beside(logprobs, "token_logprobs", n, where);
  const Json* top = Beside(logprobs, "top_logprobs", n, where);
  const Json* offsets = Beside(logprobs, "text_offset", n, where);
  std::vector<RemoteToken> tokens(n);
  for (size_t i = 0; i < n; ++i) {
    if (!(*texts)[i].is_string()) Refuse("has a token that is no text", where);
    tokens[i].text = (*texts)[i].get<std::string>();
    tokens[i].logprob = Number((*numbers)[i], where);
    if (top != nullptr) tokens[i].likeliest_logprob = Likeliest((*top)[i], where);
    if (offsets != nullptr && (*offsets)[i].is_number_unsigned()) {
      const uint64_t offset = (*offsets)[i].get<uint64_t>();
      tokens[i].offset = offset <= INT32_MAX ? static_cast<int64_t>(offset) : -1;
    }
  }
  return tokens;
}

// Servers that do not say how much they wrote, or why they stopped, count as having written all.
bool RanOut(const Json& reply, int64_t max_tokens) {
  const Json* reason = Find(reply["choices"][0], "finish_reason");
  const Json* usage = Find(reply, "usage");
  const Json* written = usage == nullptr ? nullptr : Find(*usage, "completion_tokens");
  if (reason == nullptr || *reason != "length" || written == nullptr) return false;
  return WholeNumber<int64_t>(*written).value_or(max_tokens) < max_tokens;
}

}  // namespace

std::string CompletionCall::Body() const {
  Json json;
  json["model"] = model;
  if (prompts.size() == 1) {
    json["prompt"] = prompts[0];
  } else {
    json["prompt"] = prompts;
  }
  json["max_tokens"] = max_tokens;
  json["temperature"] = temperature;
  if (temperature > 0) {
    json["top_p"] = top_p;
    json["seed"] = seed;
  }
  if (!stop.empty()) json["stop"] = stop;
  if (echo) {
    json["echo"] = true;
    json["logprobs"] = 1;
  }
  return json.dump();
}

std::vector<CompletionChoice> ParseCompletion(std::string_view reply, const CompletionCall& call,
                                              const std::string& where, const Quoter& quote) {
  const size_t prompts = call.prompts.size();
  const Json json = TryParseJson(reply);
  if (json.is_discarded()) {
    Refuse(fmt::format("of {} bytes is no JSON (cut short, or nested too deep?): {}", reply.size(),
                       quote(reply)),
           where);
  }
  const Json* choices = Find(json, "choices");
  if (choices == nullptr || !choices->is_array()) {
    Refuse("has no list of choices: " + quote(reply), where);
  }
  if (choices->size() != prompts) {
    Refuse(fmt::format("has {} choices for {} prompts", choices->size(), prompts), where);
  }
  std::vector<CompletionChoice> sorted(prompts);
  std::vector<bool> seen(prompts);
  for (size_t i = 0; i < prompts; ++i) {
    const Json& choice = (*choices)[i];
    const Json* text = Find(choice, "text");
    const Json* index = Find(choice, "index");
    if (text == nullptr || !text->is_string()) {
      Refuse("has a choice without a text: " + quote(reply), where);
    }
    const uint64_t at = index == nullptr              ? i
                        : index->is_number_unsigned() ? index->get<uint64_t>()
                                                      : prompts;
    if (at >= prompts || seen[at]) Refuse("has choices that are not numbered 0, 1, ...", where);
    seen[at] = true;
    sorted[at].text = text->get<std::string>();
    const Json* logprobs = Find(choice, "logprobs");
    if (logprobs != nullptr) sorted[at].tokens = ParseTokens(*logprobs, where);
  }
  // Of a list only the sum is known.
  if (prompts == 1) sorted[0].ran_out = RanOut(json, call.max_tokens);
  return sorted;
}

std::string ErrorMessage(std::string_view page) {
  const Json json = TryParseJson(page);
  const Json* error = Find(json, "error");
  const Json& holder = error != nullptr && error->is_object() ? *error : json;
  for (const char* key : {"message", "detail", "error"}) {
    const Json* text = Find(holder, key);
    if (text == nullptr) continue;
    if (text->is_string()) return text->get<std::string>();
    return text->dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  return std::string(page);
}

std::vector<std::string> ParseModelNames(std::string_view reply) {
  std::vector<std::string> names;
  const Json json = TryParseJson(reply);
  const Json* list = Find(json, "data");
  if (list == nullptr || !list->is_array()) return names;
  for (const Json& model : *list) {
    const Json* id = Find(model, "id");
    if (id != nullptr && id->is_string()) names.push_back(id->get<std::string>());
  }
  return names;
}

}  // namespace cria::eval
