// One pass over the sequence, log-softmax in double.
#include "infer/score.h"

#include <algorithm>

#include "base/error.h"
#include "model/sequence.h"

namespace cria::infer {
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
          ScoreToken({logits.data() + i * vocab, static_cast<size_t>(vocab)},
                     ids[static_cast<size_t>(first + i + 1)], top_k);
    });
  }
  return scores;
}

}  // namespace cria::infer
