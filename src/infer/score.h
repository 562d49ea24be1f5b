// Log-likelihood of every token of a sequence given those before it.
#pragma once

#include <span>
#include <vector>

#include "infer/token_score.h"
#include "model/llama.h"

namespace cria::infer {

/// Scores of ids[1..]; ids[0] (BOS) is given. Throws Error if they do not fit the model's context.
std::vector<TokenScore> ScoreTokens(const Context& context, Llama* model,
                                    std::span<const int32_t> ids, int top_k);

}  // namespace cria::infer
