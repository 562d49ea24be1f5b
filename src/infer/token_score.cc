// One pass for the sum; the likeliest ids by partial sorting.
#include "infer/token_score.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "infer/sampler.h"

namespace cria::infer {

TokenScore ScoreToken(std::span<const float> logits, int32_t id, int top_k) {
  RequireNumbers(logits);
  const double highest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float x : logits) sum += std::exp(x - highest);
  const double log_sum = highest + std::log(sum);
  TokenScore score;
  score.logprob = logits[static_cast<size_t>(id)] - log_sum;
  score.greedy = ArgMax(logits) == id;
  if (top_k <= 0) return score;
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
  return score;
}

}  // namespace cria::infer
