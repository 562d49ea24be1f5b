// How a text longer than the model's context is cut for scoring. Every id is counted exactly once.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "eval/language_model.h"

namespace cria::eval {

/// `ids` starts with BOS, which is never counted. The first window counts what fits the context;
/// each next one counts the following `stride` ids and sees as many ids before them as fit, so at
/// least context - stride (the first window excepted). 1 <= stride <= context.
std::vector<Window> CutIntoWindows(std::span<const int32_t> ids, int64_t context, int64_t stride);

/// The rule in words, for reports.
std::string WindowRule(int64_t context, int64_t stride);

}  // namespace cria::eval
