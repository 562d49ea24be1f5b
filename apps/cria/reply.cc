// A request at a time. The engine finds what a prompt has in common with the one before: a
// conversation is rendered anew each turn, and only what differs is computed.
#include "reply.h"

#include <algorithm>

#include "base/error.h"
#include "base/interrupt.h"

namespace cria::app {

void Reply::Emit(const std::string& text) {
  turn_.result.text += text;
  if (!text.empty()) turn_.on_text(text);
}

void Reply::TakeText(std::string_view text) {
  if (!turn_.started) text.remove_prefix(std::min(text.find_first_not_of(" \n\r\t"), text.size()));
  turn_.started = turn_.started || !text.empty();
  Emit(turn_.stops.Feed(text));
}

void Reply::TakeToken(const infer::TokenEvent& event) {
  if (turn_.request != event.request || turn_.stops.stopped()) return;
  ++turn_.result.new_tokens;
  TakeText(event.text);
  if (turn_.stops.stopped()) engine_->engine()->Cancel(event.request);
}

void Reply::End(const infer::Completion& done) {
  const auto stop = [&] {
    switch (done.reason) {
      case infer::FinishReason::kStopToken:
      case infer::FinishReason::kStopString:
        return "end of text";
      case infer::FinishReason::kLength:
        return "length";
      case infer::FinishReason::kContext:
        return "context full";
      case infer::FinishReason::kCancelled:
        return "interrupted";
    }
    return "?";
  };
  TakeText(done.tail);
  Emit(turn_.stops.Flush());
  turn_.result.stop = turn_.stops.stopped() ? "stop text" : stop();
  turn_.result.full = done.reason == infer::FinishReason::kContext;
  turn_.result.reused_tokens = done.reused_tokens;
}

Reply::Result Reply::Run(const std::vector<int32_t>& prompt,
                         const std::vector<std::string>& stop_texts, int64_t max_tokens,
                         const std::function<void(std::string_view)>& on_text) {
  CRIA_CHECK(!prompt.empty() && std::ssize(prompt) < context_tokens());
  infer::Engine& engine = *engine_->engine();
  infer::Request request{.prompt = prompt,
                         .max_new_tokens = max_tokens,
                         .sampling = sampling_,
                         .seed = seed_,
                         .sequence = replies_++,
                         .stop_tokens = engine_->model().tokenizer->end_ids()};
  request.on_token = [this](const infer::TokenEvent& event) { TakeToken(event); };
  request.on_end = [this](int64_t id, const infer::Completion& done) {
    if (turn_.request == id) End(done);
  };
  turn_ = {.stops = infer::StopMatcher(stop_texts), .on_text = on_text};
  turn_.request = engine.Submit(std::move(request), "chat");
  try {
    bool interrupted = false;
    while (engine.Step()) {
      if (interrupted || !InterruptRequested()) continue;
      interrupted = true;
      engine.Cancel(turn_.request);
    }
    if (InterruptRequested()) ForgetInterrupt();  // one that came too late is of no other answer
  } catch (...) {
    engine.Cancel(std::exchange(turn_.request, 0));
    throw;
  }
  return std::move(turn_.result);
}

}  // namespace cria::app
