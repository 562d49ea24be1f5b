// What is asked of the engine, and what it gives back. Plain data.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "infer/sampler.h"
#include "infer/token_score.h"

namespace cria::infer {

enum class FinishReason {
  kStopToken,   ///< the model ended the text
  kStopString,  ///< one of the stop strings was written
  kLength,      ///< max_new_tokens were made
  kContext,     ///< the context is full
  kCancelled,
};
const char* FinishReasonName(FinishReason reason);

/// One token handed out, and the text it makes certain (whole characters, nothing that may still
/// become a stop string; empty without a tokenizer). Views last for the call.
struct TokenEvent {
  int64_t request = 0;
  int64_t index = 0;  ///< 0: the first behind the prompt
  int32_t token = 0;
  const TokenScore* score = nullptr;  ///< if logprobs were asked for
  std::string_view text = {};
};

struct Completion {
  FinishReason reason = FinishReason::kCancelled;
  std::vector<int32_t> tokens;     ///< generated; the stop token is not among them
  std::vector<TokenScore> scores;  ///< of `tokens`, if asked for
  /// Of the prompt's tokens from index score_prompt_from on, if asked for.
  std::vector<TokenScore> prompt_scores;
  std::string text;  ///< behind the prompt, the stop string cut off; empty without a tokenizer
  std::string tail;  ///< the end of `text` that no event handed out
  std::string stop_string;  ///< the one found
  int64_t prompt_tokens = 0;
  int64_t reused_tokens = 0;    ///< of the prompt, not computed anew
  int64_t drafted_tokens = 0;   ///< guessed by speculation
  int64_t accepted_tokens = 0;  ///< of them kept
};

struct Request {
  std::vector<int32_t> prompt = {};  ///< at least one id; BOS is the caller's business
  int64_t max_new_tokens = 256;      ///< 0: only the prompt is scored
  int64_t min_new_tokens = 0;        ///< no stop token before
  SamplingOptions sampling = {};
  uint64_t seed = 1;
  uint64_t sequence = 0;                  ///< separates requests under one seed
  std::vector<int32_t> stop_tokens = {};  ///< never handed out; empty: the end of text is ignored
  std::vector<std::string> stop_strings = {};  ///< need the engine's tokenizer
  /// Log-probabilities of the tokens handed out, of the model itself (before penalties and
  /// temperature), with this many alternatives. Unset: none.
  std::optional<int> logprobs = std::nullopt;
  /// Index (>= 1) of the first prompt token whose log-probability is wanted. Unset: none.
  std::optional<int64_t> score_prompt_from = std::nullopt;
  int score_prompt_top = 0;  ///< alternatives at each

  /// Called from Engine::Step in the thread that runs it. They must not throw; they may submit and
  /// cancel.
  std::function<void(const TokenEvent&)> on_token = nullptr;
  std::function<void(int64_t request, Completion completion)> on_end = nullptr;
};

}  // namespace cria::infer
