// A long text cut into windows of one length with nothing between them: the rules under which
// perplexities of quantised models are published. windows.h is the rule for bits per byte.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/context.h"
#include "eval/language_model.h"

namespace cria::eval {

struct FixedWindows {
  std::string name;         ///< for results: "llama.cpp-512"
  std::string description;  ///< the rule in words
  int64_t length = 0;       ///< ids in a window; a rest shorter than this is left out
  int64_t scored_from = 1;  ///< index in the window of the first id whose probability counts
  bool bos_first = false;   ///< the window's first id is replaced by BOS

  int64_t scored_per_window() const { return length - scored_from; }
};

/// llama.cpp's: the first id becomes BOS, the second half counts, except its first id: so
/// window / 2 - 1 ids of each window (tools/perplexity; the figures of its quantisation pages).
FixedWindows LlamaCppWindows(int64_t window = 512);
/// The papers' on quantisation (GPTQ and after it): 2048 ids, all but each window's first count.
FixedWindows WholeWindows(int64_t window = 2048);

/// The windows of a text; a vocabulary without BOS (-1) leaves first ids as they are. Throws Error
/// if the text is shorter than one window.
std::vector<std::vector<int32_t>> Cut(const FixedWindows& rule, std::span<const int32_t> ids,
                                      int32_t bos_id);

/// What two models say of one counted id; of one model alone, `base_logprob` and the rest are 0.
struct ScoredId {
  double logprob = 0, base_logprob = 0;  ///< ln p of the id that stands there
  double divergence = 0;                 ///< KL(base || model) of the whole row, nats
  bool same_top = false;                 ///< both find the same id likeliest
};

struct WindowOptions {
  int32_t bos_id = 1;  ///< -1: none
  std::function<void(int64_t done_ids, int64_t total_ids)> progress = nullptr;
};

/// Every counted id in the order of the text. `base` may be null. Both models are read in step, 128
/// rows at a time, so neither's rows are kept. The result does not depend on threads.
std::vector<ScoredId> ScoreWindows(const Context& context, LanguageModel* model,
                                   LanguageModel* base, const FixedWindows& rule,
                                   std::span<const int32_t> ids, const WindowOptions& options);

}  // namespace cria::eval
