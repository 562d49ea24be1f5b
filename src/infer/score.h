// Log-likelihood of every token of a sequence given those before it.
#pragma once

#include <span>
#include <vector>

#include "model/llama.h"

namespace cria::infer {

struct TokenScore {
  double logprob = 0;                           ///< natural log
  bool greedy = false;                          ///< the likeliest id here, the lowest on ties
  std::vector<std::pair<int32_t, double>> top;  ///< the `top_k` likeliest ids, likeliest first
};

/// Scores of ids[1..]; ids[0] (BOS) is given. Throws Error if they do not fit the model's context.
std::vector<TokenScore> ScoreTokens(const Context& context, Llama* model,
                                    std::span<const int32_t> ids, int top_k);

}  // namespace cria::infer
