// A plain scan from the end: a context of thousands of tokens is nothing beside one forward pass.
#include "infer/prompt_lookup.h"

#include <algorithm>

namespace cria::infer {

std::vector<int32_t> LookUp(std::span<const int32_t> tokens, int64_t longest, int64_t shortest,
                            int64_t most) {
  const int64_t n = std::ssize(tokens);
  int64_t best = 0, best_end = 0;
  // `end` is where a match ends; the newest tokens themselves end at n.
  for (int64_t end = n - 1; end >= shortest && best < longest; --end) {
    int64_t match = 0;
    while (match < longest && match < end &&
           tokens[static_cast<size_t>(end - 1 - match)] ==
               tokens[static_cast<size_t>(n - 1 - match)]) {
      ++match;
    }
    if (match >= shortest && match > best) {
      best = match;
      best_end = end;
    }
  }
  if (best == 0) return {};
  const auto first = tokens.begin() + best_end;
  return {first, first + std::min(most, n - best_end)};
}

void PromptLookup::Draft(const Context& context, std::span<const DraftTask> tasks) {
  constexpr int64_t kLongest = 4, kShortest = 2;
  context.ParallelFor(std::ssize(tasks), [&](int64_t i) {
    const DraftTask& task = tasks[static_cast<size_t>(i)];
    *task.draft = LookUp(task.tokens, kLongest, kShortest, task.most);
  });
}

}  // namespace cria::infer
