// Continuing a sequence of ids token by token.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "infer/sampler.h"
#include "model/sequence.h"

namespace cria::infer {

enum class StopReason {
  kStopToken,  ///< the model ended the text
  kLength,     ///< max_new_tokens were made
  kContext,    ///< the context is full
  kCaller,     ///< the callback said stop
};
const char* StopReasonName(StopReason reason);

struct GenerateOptions {
  int64_t max_new_tokens = 256;
  std::vector<int32_t> stop_tokens;  ///< never handed out
};

/// Feeds `prompt` (at least one id; BOS is the caller's business) behind what the sequence holds,
/// then samples, handing each id to `on_token` (false: stop). Every id handed out is also fed
/// to the sequence, the last one excepted. Throws Error if the prompt does not fit it.
StopReason Generate(const Context& context, Sequence* sequence, std::span<const int32_t> prompt,
                    const GenerateOptions& options, Sampler* sampler,
                    const std::function<bool(int32_t)>& on_token);

}  // namespace cria::infer
