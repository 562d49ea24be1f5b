// The part of a conversation that runs the model: ids in, streamed text out. Everything else of
// `cria chat` is text.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "infer/generate.h"
#include "infer/load.h"
#include "infer/sampler.h"

namespace cria::app {

class Reply {
 public:
  /// `context_tokens`: of prompt and reply at most.
  Reply(const Context* context, const infer::LoadedModel* model,
        const infer::SamplingOptions& sampling, uint64_t seed, int64_t context_tokens);

  struct Result {
    std::string text;       ///< without blanks at the front, without the stop text
    std::string stop;       ///< why it ended, for people
    bool full = false;      ///< the context was full before the end
    int64_t reused_tokens;  ///< of the prompt, still in the cache
    int64_t new_tokens;     ///< made
  };
  /// Continues `prompt`, which must leave room for one token, until the model ends its turn, a stop
  /// text, `max_tokens`, the end of the context or an interrupt, which is forgotten then. Hands
  /// text to `on_text` as it comes. What the cache holds of the prompt already is not computed
  /// again; replies are read anew, since a prompt's bits may not depend on who wrote it.
  Result Run(const std::vector<int32_t>& prompt, const std::vector<std::string>& stop_texts,
             int64_t max_tokens, const std::function<void(std::string_view)>& on_text);

  int64_t context_tokens() const { return sequence_.capacity(); }

 private:
  const Context* context_;
  const infer::LoadedModel* model_;
  Sequence sequence_;
  infer::Sampler sampler_;
  std::vector<int32_t> cached_;  // the prompt whose beginning the cache holds
};

/// Text as it streams, held back where it may be the beginning of a stop text.
class StopTextFilter {
 public:
  explicit StopTextFilter(std::vector<std::string> stop_texts)
      : stop_texts_(std::move(stop_texts)) {}

  /// The text that is sure. Blanks at the very front are dropped, and no stop text is seen in them.
  std::string Feed(std::string_view text);
  /// What was held back.
  std::string Flush() { return std::exchange(held_, {}); }
  bool stopped() const { return stopped_; }

 private:
  std::vector<std::string> stop_texts_;
  std::string held_;
  bool started_ = false, stopped_ = false;
};

}  // namespace cria::app
