// Guesses by looking the newest tokens up in what stands before them: good where the output repeats
// the prompt, as in summaries and edits (Saxena, "Prompt Lookup Decoding", 2023).
#pragma once

#include "infer/drafter.h"

namespace cria::infer {

/// What followed the last place where the newest `ngram` tokens stood before, for the longest ngram
/// from `longest` down to `shortest` that stood there at all; at most `most` tokens.
std::vector<int32_t> LookUp(std::span<const int32_t> tokens, int64_t longest, int64_t shortest,
                            int64_t most);

class PromptLookup : public Drafter {
 public:
  void Draft(const Context& context, std::span<const DraftTask> tasks) override;
};

}  // namespace cria::infer
