// Windows run in order, each in a sequence of exactly what is fed.
#include "eval/llama_language_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/interrupt.h"
#include "infer/generate.h"

namespace cria::eval {
namespace {

// Ids in one forward pass: enough rows to fill the matrix kernels, little enough memory.
constexpr int64_t kBatchTokens = 4096;

// ln of the sum of exp(logit): what a logit exceeds its log-probability by.
double LogNormaliser(std::span<const float> logits) {
  const double top = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (float x : logits) sum += std::exp(x - top);
  return top + std::log(sum);
}

double LogProbability(std::span<const float> logits, int32_t id) {
  return logits[id] - LogNormaliser(logits);
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

LlamaLanguageModel::LlamaLanguageModel(const Context* context, Llama* model, int64_t context_length)
    : context_(context),
      model_(model),
      context_length_(context_length > 0 ? context_length : model->config().max_seq_len) {
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
    const size_t rows = std::clamp<size_t>(kBatchTokens / inputs, 1, order.size() - first);
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

ContinuationScore LlamaLanguageModel::Score(const Request& request) {
  CRIA_CHECK(!request.context.empty());
  const int64_t length = static_cast<int64_t>(request.continuation.size());
  CRIA_CHECK(length <= context_length_, "continuation of {} ids", length);
  if (length == 0) return {.logprob = 0, .greedy = true};
  const int64_t kept = std::min<int64_t>(request.context.size(), context_length_ - length + 1);
  const std::span<const int32_t> context(request.context.end() - kept, request.context.end());
  const int64_t vocab = model_->config().vocab_size;
  Sequence sequence(model_, kept + length - 1);
  std::vector<float> logits(length * vocab);
  if (kept > 1) sequence.Feed(*context_, context.first(kept - 1), false, false, logits.data());
  std::vector<int32_t> fed = {context.back()};
  fed.insert(fed.end(), request.continuation.begin(), request.continuation.end() - 1);
  sequence.Feed(*context_, fed, false, true, logits.data());
  ContinuationScore score{.logprob = 0, .greedy = true};
  for (int64_t i = 0; i < length; ++i) {
    const std::span<const float> row(logits.data() + i * vocab, vocab);
    score.logprob += LogProbability(row, request.continuation[i]);
    score.greedy = score.greedy && infer::ArgMax(row) == request.continuation[i];
  }
  return score;
}

std::vector<ContinuationScore> LlamaLanguageModel::Loglikelihood(
    std::span<const Request> requests) {
  std::vector<ContinuationScore> scores;
  scores.reserve(requests.size());
  for (const Request& request : requests) {
    ThrowIfInterrupted();
    scores.push_back(Score(request));
  }
  return scores;
}

std::unique_ptr<WindowReader> LlamaLanguageModel::NewReader(int64_t length) {
  CRIA_CHECK(length <= context_length_, "text of {} ids, context {}", length, context_length_);
  return std::make_unique<LlamaReader>(context_, model_, length);
}

std::vector<int32_t> LlamaLanguageModel::Generate(std::span<const int32_t> prompt,
                                                  int64_t max_new_tokens,
                                                  std::span<const int32_t> stop) {
  CRIA_CHECK(!prompt.empty());
  const int64_t room = std::max<int64_t>(context_length_ - max_new_tokens, 1);
  if (static_cast<int64_t>(prompt.size()) > room) prompt = prompt.last(room);
  const int64_t capacity =
      std::min<int64_t>(context_length_, static_cast<int64_t>(prompt.size()) + max_new_tokens);
  Sequence sequence(model_, capacity);
  infer::Sampler greedy({.temperature = 0, .top_p = 1}, 0);
  std::vector<int32_t> generated;
  infer::Generate(*context_, &sequence, prompt,
                  {.max_new_tokens = max_new_tokens, .stop_tokens = {stop.begin(), stop.end()}},
                  &greedy, [&](int32_t id) {
                    ThrowIfInterrupted();
                    generated.push_back(id);
                    return true;
                  });
  return generated;
}

}  // namespace cria::eval
