// The JSON of OpenAI's completions endpoint: requests out, replies in. No network.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cria::eval {

/// POST /v1/completions. https://platform.openai.com/docs/api-reference/completions
struct CompletionCall {
  std::string model;
  std::vector<std::string> prompts;  ///< UTF-8; one is sent as a string, several as a list
  bool echo = false;                 ///< the prompt comes back, with what the model says of it
  int64_t max_tokens = 0;
  double temperature = 0;  ///< 0: the likeliest tokens; top_p and seed are not sent then
  double top_p = 1;
  uint32_t seed = 0;
  std::vector<std::string> stop = {};

  std::string Body() const;
};

/// A token of a reply, as far as the server describes it.
struct RemoteToken {
  std::string text;                             ///< may be repaired or escaped where it is no UTF-8
  std::optional<double> logprob = {};           ///< ln p; none for the first token of a text
  std::optional<double> likeliest_logprob = {}; /**< of the token that the model would choose */
  int64_t offset = -1;                          ///< in the text, in the server's unit; -1: not said
};

struct CompletionChoice {
  std::string text;
  std::vector<RemoteToken> tokens = {};  ///< empty where the reply has no log-probabilities
  /// It ended for its length, with fewer tokens than it might have: at the end of the context.
  bool ran_out = false;
};

/// Makes words from outside fit to be shown.
using Quoter = std::function<std::string(std::string_view)>;

/// The choices of a reply to `call` in the order of the prompts. Throws Error, with `where`, if the
/// text is no JSON or another JSON than this endpoint's, if there are not as many choices as
/// prompts, or a number is not finite.
std::vector<CompletionChoice> ParseCompletion(std::string_view reply, const CompletionCall& call,
                                              const std::string& where, const Quoter& quote);

/// What a server says of an error, from the usual places ("error.message", "message", "detail");
/// the whole page where there is none. Not yet fit to be shown.
std::string ErrorMessage(std::string_view page);

/// The names in a reply of GET /v1/models; empty if it is none.
std::vector<std::string> ParseModelNames(std::string_view reply);

}  // namespace cria::eval
