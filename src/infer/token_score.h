// Log-probability of one token under a row of logits.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace cria::infer {

struct TokenScore {
  double logprob = 0;                           ///< natural log
  bool greedy = false;                          ///< the likeliest id here, the lowest on ties
  std::vector<std::pair<int32_t, double>> top;  ///< the `top_k` likeliest ids, likeliest first
};

/// Log-softmax in double. Throws Error for logits that are no numbers.
TokenScore ScoreToken(std::span<const float> logits, int32_t id, int top_k);

}  // namespace cria::infer
