// A few hundred candidates, all of them tried.
#include "plan/best_layout.h"

#include <algorithm>

namespace cria::plan {
namespace {

bool Divides(const RunShape& run, const Device& device, int64_t tensor) {
  return tensor <= device.per_node && run.config.n_heads % tensor == 0 &&
         (run.config.n_kv_heads % tensor == 0 || tensor % run.config.n_kv_heads == 0) &&
         run.config.hidden_dim % tensor == 0 && run.config.vocab_size % tensor == 0;
}

}  // namespace

std::vector<Choice> FittingLayouts(const RunShape& run, const Devices& devices) {
  std::vector<Choice> choices;
  for (int64_t tensor = 1; tensor <= devices.count; tensor *= 2) {
    if (!Divides(run, devices.device, tensor) || devices.count % tensor != 0) continue;
    const int64_t data = devices.count / tensor;
    for (int64_t micro = 1; data * micro <= run.batch_rows; micro *= 2) {
      if (run.batch_rows % (data * micro) != 0) continue;
      for (const int zero : {1, 2, 3}) {
        if (data == 1 && zero > 1) continue;
        for (const Recompute recompute :
             {Recompute::kNone, Recompute::kCheap, Recompute::kLayers}) {
          Choice choice;
          choice.layout = {.data = data,
                           .tensor = tensor,
                           .zero = data == 1 ? 0 : zero,
                           .micro_rows = micro,
                           .pieces = run.batch_rows / (data * micro),
                           .recompute = recompute};
          choice.memory = TrainingMemory(run.config, run.seq_len, choice.layout);
          if (choice.memory.total() > devices.device.memory_bytes) continue;
          choice.step = PlanStep(run.config, run.seq_len, choice.layout, devices.device);
          choices.push_back(std::move(choice));
        }
      }
    }
  }
  std::stable_sort(choices.begin(), choices.end(), [](const Choice& a, const Choice& b) {
    return a.step.seconds < b.step.seconds;
  });
  return choices;
}

std::optional<Choice> BestLayout(const RunShape& run, const Devices& devices) {
  std::vector<Choice> choices = FittingLayouts(run, devices);
  if (choices.empty()) return std::nullopt;
  return std::move(choices.front());
}

}  // namespace cria::plan
