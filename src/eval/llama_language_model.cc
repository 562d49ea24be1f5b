// Windows run in batches of like length, everything else through the engine.
#include "eval/llama_language_model.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/interrupt.h"
#include "model/sequence.h"

namespace cria::eval {
namespace {

// ln of the sum of exp(logit): what a logit exceeds its log-probability by.
double LogNormaliser(std::span<const float> logits) {
  const double top = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (float x : logits) sum += std::exp(x - top);
  return top + std::log(sum);
}

ContinuationScore ScoreOf(const infer::Completion& done, bool cut) {
  ContinuationScore score{.greedy = true, .tokens = std::ssize(done.prompt_scores), .cut = cut};
  for (const infer::TokenScore& token : done.prompt_scores) {
    score.logprob += token.logprob;
    score.greedy = score.greedy && token.greedy;
  }
  return score;
}

WrittenText TextOf(infer::Completion done, bool cut) {
  return {std::move(done.tokens), cut || done.reason == infer::FinishReason::kContext};
}

// Reads piece by piece behind a cache, so that rows can be asked for a few at a time.
class LlamaReader : public WindowReader {
 public:
  LlamaReader(const Context* context, Llama* model, int64_t length)
      : context_(context), sequence_(model, length) {}

  void Read(std::span<const int32_t> ids, std::span<float> logprobs) override {
    const int64_t vocab = sequence_.model().config().vocab_size;
    const int64_t rows = static_cast<int64_t>(logprobs.size()) / vocab;
    const int64_t unseen = static_cast<int64_t>(ids.size()) - rows;
    CRIA_CHECK(unseen >= 0 && rows * vocab == static_cast<int64_t>(logprobs.size()));
    if (unseen > 0) {
      unused_.resize(static_cast<size_t>(vocab));
      sequence_.Feed(*context_, ids.first(unseen), false, false, unused_.data());
    }
    if (rows == 0) return;
    sequence_.Feed(*context_, ids.last(rows), false, true, logprobs.data());
    context_->ParallelFor(rows, [&](int64_t r) {
      const std::span<float> row = logprobs.subspan(r * vocab, vocab);
      const double normaliser = LogNormaliser(row);
      for (float& x : row) x = static_cast<float>(x - normaliser);
    });
  }

 private:
  const Context* context_;
  Sequence sequence_;
  std::vector<float> unused_;  // the row that Feed always writes
};

// Rows of inputs and targets, shorter windows padded on the right where nothing counts.
Batch MakeBatch(std::span<const Window> windows, std::span<const int64_t> chosen) {
  Batch batch;
  batch.rows = static_cast<int64_t>(chosen.size());
  for (int64_t index : chosen) {
    batch.seq_len = std::max<int64_t>(batch.seq_len, windows[index].ids.size() - 1);
  }
  batch.tokens.assign(batch.rows * batch.seq_len, 0);
  batch.targets.assign(batch.rows * batch.seq_len, -1);
  for (int64_t row = 0; row < batch.rows; ++row) {
    const Window& window = windows[chosen[row]];
    const int64_t inputs = static_cast<int64_t>(window.ids.size()) - 1;
    std::copy_n(window.ids.begin(), inputs, batch.tokens.begin() + row * batch.seq_len);
    for (int64_t i = window.counted_from; i <= inputs; ++i) {
      batch.targets[row * batch.seq_len + i - 1] = window.ids[i];
    }
  }
  return batch;
}

}  // namespace

LlamaLanguageModel::LlamaLanguageModel(const Context* context, Llama* model, int64_t context_length,
                                       int64_t batch_tokens)
    : context_(context),
      model_(model),
      context_length_(context_length > 0 ? context_length : model->config().max_seq_len),
      batch_tokens_(batch_tokens) {
  CRIA_CHECK(context_length_ <= model->config().max_seq_len, "context {} above {}", context_length_,
             model->config().max_seq_len);
}

std::vector<double> LlamaLanguageModel::RollingLoglikelihood(std::span<const Window> windows) {
  // Windows of like length go together, so that little is padded.
  std::vector<int64_t> order(windows.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return windows[a].ids.size() > windows[b].ids.size();
  });
  std::vector<double> sums(windows.size(), 0.0);
  std::vector<float> losses;
  for (size_t first = 0; first < order.size();) {
    ThrowIfInterrupted();
    const int64_t inputs = static_cast<int64_t>(windows[order[first]].ids.size()) - 1;
    if (inputs < 1) break;  // sorted: the rest holds no target either
    CRIA_CHECK(inputs <= context_length_, "window of {} ids, context {}", inputs, context_length_);
    const size_t rows = std::clamp<size_t>(batch_tokens_ / inputs, 1, order.size() - first);
    std::span<const int64_t> chosen(order.data() + first, rows);
    while (windows[chosen.back()].ids.size() < 2) chosen = chosen.first(chosen.size() - 1);
    const Batch batch = MakeBatch(windows, chosen);
    losses.assign(batch.targets.size(), 0.0f);
    model_->Loss(*context_, batch, losses);
    for (int64_t row = 0; row < batch.rows; ++row) {
      double sum = 0;
      for (int64_t i = 0; i < batch.seq_len; ++i) sum += losses[row * batch.seq_len + i];
      sums[chosen[row]] = -sum;
    }
    first += rows;
  }
  return sums;
}

infer::Engine& LlamaLanguageModel::engine() {
  if (!engine_) {
    const KvType type = kv_type_.value_or(model_->ExactKvType());
    step_model_ = std::make_unique<infer::LlamaStepModel>(
        model_, type, infer::SuitableBlocks(*model_, type, sequences_, context_length_));
    engine_ = std::make_unique<infer::Engine>(
        context_, step_model_.get(),
        infer::EngineOptions{.context = context_length_,
                             .max_sequences = alone_ ? 1 : sequences_,
                             .reuse_prefixes = !alone_,
                             .tokenizer = tokenizer_});
  }
  return *engine_;
}

std::vector<ContinuationScore> LlamaLanguageModel::Loglikelihood(
    std::span<const Request> requests) {
  std::vector<infer::Request> scored;
  std::vector<bool> cut;
  for (const Request& request : requests) {
    CRIA_CHECK(!request.context.empty());
    const int64_t length = std::ssize(request.continuation);
    CRIA_CHECK(length <= context_length_, "continuation of {} ids", length);
    const int64_t kept =
        std::min<int64_t>(std::ssize(request.context), context_length_ - length + 1);
    infer::Request r;
    r.prompt.assign(request.context.end() - kept, request.context.end());
    r.max_new_tokens = 0;
    r.score_prompt_from = kept;
    r.prompt.insert(r.prompt.end(), request.continuation.begin(), request.continuation.end());
    const bool is_cut = kept < std::ssize(request.context);
    cut.push_back(is_cut);
    if (request.on_end) {
      r.on_end = [tell = request.on_end, is_cut](int64_t, const infer::Completion& done) {
        tell(ScoreOf(done, is_cut));
      };
    }
    scored.push_back(std::move(r));
  }
  std::vector<ContinuationScore> scores;
  for (const infer::Completion& done : infer::RunAll(&engine(), std::move(scored))) {
    scores.push_back(ScoreOf(done, cut[scores.size()]));
  }
  return scores;
}

std::vector<ContinuationScore> TrainingLanguageModel::Loglikelihood(
    std::span<const Request> requests) {
  std::vector<std::vector<int32_t>> texts;
  std::vector<Window> windows;
  for (const Request& request : requests) {
    const int64_t length = std::ssize(request.continuation);
    const int64_t kept =
        std::min<int64_t>(std::ssize(request.context), context_length() + 1 - length);
    CRIA_CHECK(kept >= 1, "continuation of {} ids", length);
    std::vector<int32_t>& text =
        texts.emplace_back(request.context.end() - kept, request.context.end());
    text.insert(text.end(), request.continuation.begin(), request.continuation.end());
    windows.push_back({text, kept});
  }
  std::vector<ContinuationScore> scores;
  const std::vector<double> sums = RollingLoglikelihood(windows);
  for (size_t i = 0; i < sums.size(); ++i) {
    scores.push_back({.logprob = sums[i], .tokens = std::ssize(requests[i].continuation)});
    if (requests[i].on_end) requests[i].on_end(scores.back());
  }
  return scores;
}

std::vector<WrittenText> LlamaLanguageModel::GenerateAll(
    std::span<const GenerateRequest> requests) {
  std::vector<infer::Request> written;
  std::vector<bool> cut;
  for (const GenerateRequest& request : requests) {
    CRIA_CHECK(!request.prompt.empty());
    const int64_t room = std::max<int64_t>(context_length_ - request.max_new_tokens, 1);
    const int64_t kept = std::min<int64_t>(std::ssize(request.prompt), room);
    infer::Request& r = written.emplace_back();
    r.prompt.assign(request.prompt.end() - kept, request.prompt.end());
    r.max_new_tokens = request.max_new_tokens;
    r.sampling.temperature = request.temperature;
    r.sampling.top_p = request.top_p;
    r.seed = request.seed;
    r.sequence = request.sequence;
    r.stop_tokens = request.stop;
    if (tokenizer_ != nullptr) {
      r.stop_strings = request.stop_texts;
      const std::vector<int32_t>& ends = tokenizer_->end_ids();
      r.stop_tokens.insert(r.stop_tokens.end(), ends.begin(), ends.end());
    }
    const bool is_cut = kept < std::ssize(request.prompt);
    cut.push_back(is_cut);
    if (!request.on_end) continue;
    r.on_end = [tell = request.on_end, is_cut](int64_t, infer::Completion done) {
      tell(TextOf(std::move(done), is_cut));
    };
  }
  std::vector<WrittenText> texts;
  for (infer::Completion& done : infer::RunAll(&engine(), std::move(written))) {
    texts.push_back(TextOf(std::move(done), cut[texts.size()]));
  }
  return texts;
}

std::unique_ptr<WindowReader> LlamaLanguageModel::NewReader(int64_t length) {
  CRIA_CHECK(length <= context_length_, "text of {} ids, context {}", length, context_length_);
  return std::make_unique<LlamaReader>(context_, model_, length);
}

}  // namespace cria::eval
