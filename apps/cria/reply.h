// The part of a conversation that runs the model: ids in, streamed text out. Everything else of
// `cria chat` is text.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine_flags.h"
#include "infer/stop_matcher.h"

namespace cria::app {

class Reply {
 public:
  /// `engine` outlives this and runs nothing else.
  Reply(RunningEngine* engine, const infer::SamplingOptions& sampling, uint64_t seed)
      : engine_(engine), sampling_(sampling), seed_(seed) {}

  struct Result {
    std::string text = {};      ///< without blanks at the front, without the stop text
    std::string stop = {};      ///< why it ended, for people
    bool full = false;          ///< the context was full before the end
    int64_t reused_tokens = 0;  ///< of the prompt, still in the cache
    int64_t new_tokens = 0;     ///< made
  };
  /// Continues `prompt`, which must leave room for one token, until the model ends its turn, a stop
  /// text, `max_tokens`, the end of the context or an interrupt, which is forgotten then. Hands
  /// text to `on_text` as it comes.
  Result Run(const std::vector<int32_t>& prompt, const std::vector<std::string>& stop_texts,
             int64_t max_tokens, const std::function<void(std::string_view)>& on_text);

  /// Of prompt and reply, at most.
  int64_t context_tokens() const { return engine_->engine()->context_length(); }

 private:
  // What is being written now; of one that threw, the engine may still know the request.
  struct Turn {
    int64_t request = 0;
    infer::StopMatcher stops = infer::StopMatcher();
    bool started = false;  // a text begins behind blanks, in which no stop text is seen
    std::function<void(std::string_view)> on_text = nullptr;
    Result result = {};
  };

  void Emit(const std::string& text);
  void TakeText(std::string_view text);
  void TakeToken(const infer::TokenEvent& event);
  void End(const infer::Completion& done);

  RunningEngine* engine_;
  infer::SamplingOptions sampling_;
  uint64_t seed_, replies_ = 0;
  Turn turn_;
};

}  // namespace cria::app
