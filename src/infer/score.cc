// One pass over the sequence, log-softmax in double.
#include "infer/score.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "infer/sampler.h"
#include "model/sequence.h"

namespace cria::infer {
namespace {

TokenScore ScoreOne(std::span<const float> logits, int32_t id, int top_k) {
  const double highest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float x : logits) sum += std::exp(x - highest);
  const double log_sum = highest + std::log(sum);
  TokenScore score;
  score.logprob = logits[static_cast<size_t>(id)] - log_sum;
  score.greedy = ArgMax(logits) == id;
  if (top_k > 0) {
    std::vector<int32_t> order(logits.size());
    std::iota(order.begin(), order.end(), 0);
    const size_t k = std::min(order.size(), static_cast<size_t>(top_k));
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(k), order.end(),
                      [&](int32_t a, int32_t b) {
                        const float x = logits[static_cast<size_t>(a)],
                                    y = logits[static_cast<size_t>(b)];
                        return x != y ? x > y : a < b;
                      });
    for (size_t i = 0; i < k; ++i) {
      score.top.emplace_back(order[i], logits[static_cast<size_t>(order[i])] - log_sum);
    }
  }
  return score;
}

}  // namespace

std::vector<TokenScore> ScoreTokens(const Context& context, Llama* model,
                                    std::span<const int32_t> ids, int top_k) {
  if (ids.size() < 2) return {};
  const int64_t n = static_cast<int64_t>(ids.size()) - 1, vocab = model->config().vocab_size;
  if (n > model->config().max_seq_len) {
    throw Error(fmt::format("{} tokens do not fit the model's context of {}", n,
                            model->config().max_seq_len),
                "text to score", "cut it into shorter texts");
  }
  std::vector<TokenScore> scores(static_cast<size_t>(n));
  Sequence sequence(model, n);
  // Pieces bound the memory of the logits; the cache makes them exact.
  constexpr int64_t kPiece = 128;
  std::vector<float> logits(static_cast<size_t>(std::min(n, kPiece) * vocab));
  for (int64_t first = 0; first < n; first += kPiece) {
    const int64_t count = std::min(kPiece, n - first);
    sequence.Feed(context, ids.subspan(static_cast<size_t>(first), static_cast<size_t>(count)),
                  false, true, logits.data());
    context.ParallelFor(count, [&](int64_t i) {
      scores[static_cast<size_t>(first + i)] =
          ScoreOne({logits.data() + i * vocab, static_cast<size_t>(vocab)},
                   ids[static_cast<size_t>(first + i + 1)], top_k);
    });
  }
  return scores;
}

}  // namespace cria::infer
