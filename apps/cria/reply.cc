// The cache keeps what one prompt has in common with the next: a conversation is rendered anew each
// turn, and only what differs is computed.
#include "reply.h"

#include <algorithm>

#include "base/error.h"
#include "base/interrupt.h"

namespace cria::app {

Reply::Reply(const Context* context, const infer::LoadedModel* model,
             const infer::SamplingOptions& sampling, uint64_t seed, int64_t context_tokens)
    : context_(context),
      model_(model),
      sequence_(model->llama.get(), context_tokens),
      sampler_(sampling, seed) {}

Reply::Result Reply::Run(const std::vector<int32_t>& prompt,
                         const std::vector<std::string>& stop_texts, int64_t max_tokens,
                         const std::function<void(std::string_view)>& on_text) {
  CRIA_CHECK(!prompt.empty() && std::ssize(prompt) < context_tokens());
  const auto [same, end] =
      std::mismatch(cached_.begin(), cached_.end(), prompt.begin(), prompt.end() - 1);
  const auto reused = std::distance(cached_.begin(), same);
  sequence_.Truncate(reused);
  Result result{.text = {}, .stop = {}, .reused_tokens = reused, .new_tokens = 0};
  cached_.resize(static_cast<size_t>(reused));
  tokenizer::StreamDecoder decoder(*model_->tokenizer);
  StopTextFilter filter(stop_texts);
  const auto emit = [&](const std::string& text) {
    result.text += text;
    if (!text.empty()) on_text(text);
  };
  try {
    const infer::StopReason reason =
        infer::Generate(*context_, &sequence_,
                        std::span<const int32_t>(prompt).subspan(static_cast<size_t>(reused)),
                        {max_tokens, model_->tokenizer->end_ids()}, &sampler_, [&](int32_t id) {
                          ++result.new_tokens;
                          emit(filter.Feed(decoder.Feed(id)));
                          return !filter.stopped();
                        });
    result.full = reason == infer::StopReason::kContext;
    result.stop = filter.stopped() ? "stop text" : infer::StopReasonName(reason);
  } catch (const Interrupted&) {
    ForgetInterrupt();
    result.stop = "interrupted";
  }
  if (!filter.stopped()) emit(filter.Feed(decoder.Flush()));
  if (!filter.stopped()) emit(filter.Flush());
  // After an interrupt part of the prompt may not be in the cache.
  cached_ = prompt;
  cached_.resize(std::min(cached_.size(), static_cast<size_t>(sequence_.length())));
  return result;
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
