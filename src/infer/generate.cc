// Prefill, then one token after the other.
#include "infer/generate.h"

#include <algorithm>

#include "base/error.h"
#include "base/interrupt.h"

namespace cria::infer {

const char* StopReasonName(StopReason reason) {
  switch (reason) {
    case StopReason::kStopToken:
      return "end of text";
    case StopReason::kLength:
      return "length";
    case StopReason::kContext:
      return "context full";
    case StopReason::kCaller:
      return "stopped";
  }
  return "?";
}

StopReason Generate(const Context& context, Sequence* sequence, std::span<const int32_t> prompt,
                    const GenerateOptions& options, Sampler* sampler,
                    const std::function<bool(int32_t)>& on_token) {
  CRIA_CHECK(!prompt.empty());
  const int64_t needed = sequence->length() + static_cast<int64_t>(prompt.size());
  if (needed > sequence->capacity()) {
    throw Error(fmt::format("the prompt needs {} tokens of context, the model has {}", needed,
                            sequence->capacity()),
                "prompt", "shorten the prompt");
  }
  std::vector<float> logits(static_cast<size_t>(sequence->model().config().vocab_size));
  sequence->Feed(context, prompt, false, false, logits.data());
  std::vector<int32_t> history(prompt.begin(), prompt.end());
  for (int64_t made = 0; made < options.max_new_tokens; ++made) {
    ThrowIfInterrupted();
    const int32_t token =
        sampler->Sample(logits, {.history = history, .prompt_tokens = std::ssize(prompt)});
    if (std::find(options.stop_tokens.begin(), options.stop_tokens.end(), token) !=
        options.stop_tokens.end()) {
      return StopReason::kStopToken;
    }
    history.push_back(token);
    if (!on_token(token)) return StopReason::kCaller;
    if (made + 1 == options.max_new_tokens) break;
    if (sequence->length() == sequence->capacity()) return StopReason::kContext;
    sequence->Feed(context, {&token, 1}, true, false, logits.data());
  }
  return StopReason::kLength;
}

}  // namespace cria::infer
