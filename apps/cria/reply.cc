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

void Reply::TakeToken(const infer::TokenEvent& event) {
  if (turn_.request != event.request || turn_.filter.stopped()) return;
  ++turn_.result.new_tokens;
  Emit(turn_.filter.Feed(event.text));
  if (turn_.filter.stopped()) engine_->engine()->Cancel(event.request);
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
  if (!turn_.filter.stopped()) Emit(turn_.filter.Feed(done.tail));
  if (!turn_.filter.stopped()) Emit(turn_.filter.Flush());
  turn_.result.stop = turn_.filter.stopped() ? "stop text" : stop();
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
  turn_ = {.filter = StopTextFilter(stop_texts), .on_text = on_text};
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

std::string StopTextFilter::Feed(std::string_view text) {
  held_ += text;
  if (stopped_) held_.clear();
  if (!started_) {
    const size_t first = held_.find_first_not_of(" \n\r\t");
    held_.erase(0, first);
    if (held_.empty()) return "";
    started_ = true;
  }
  size_t sure = held_.size();
  for (const std::string& stop : stop_texts_) {
    const size_t at = held_.find(stop);
    if (at == std::string::npos) continue;
    sure = std::min(sure, at);
    stopped_ = true;
  }
  if (!stopped_) {
    for (const std::string& stop : stop_texts_) {
      size_t size = std::min(stop.size() - 1, held_.size());
      while (!std::string_view(held_).ends_with(std::string_view(stop).substr(0, size))) --size;
      sure = std::min(sure, held_.size() - size);
    }
  }
  std::string out = held_.substr(0, sure);
  held_.erase(0, stopped_ ? held_.size() : sure);
  return out;
}

}  // namespace cria::app
