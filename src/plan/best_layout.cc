// A few hundred candidates, all of them tried.
#include "plan/best_layout.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/units.h"

namespace cria::plan {
namespace {

constexpr double kBatchTolerance = 0.1;

bool Divides(const RunShape& run, int64_t tensor) {
  return run.config.n_heads % tensor == 0 &&
         (run.config.n_kv_heads % tensor == 0 || tensor % run.config.n_kv_heads == 0) &&
         run.config.hidden_dim % tensor == 0 && run.config.vocab_size % tensor == 0;
}

/// All layouts, whether they fit or not.
template <class Take>
void ForLayouts(const RunShape& run, const Devices& devices, Take&& take) {
  const int64_t widest = std::min<int64_t>(devices.count, devices.device.per_node);
  for (int64_t tensor = 1; tensor <= widest; tensor *= 2) {
    if (!Divides(run, tensor) || devices.count % tensor != 0) continue;
    const int64_t data = devices.count / tensor;
    for (int64_t micro = 1; micro <= 64; micro *= 2) {
      const int64_t pieces =
          std::max<int64_t>(1, (run.batch_rows + data * micro / 2) / (data * micro));
      for (const int zero : {1, 2, 3}) {
        if (data == 1 && zero > 1) continue;
        for (const Recompute recompute :
             {Recompute::kNone, Recompute::kCheap, Recompute::kLayers}) {
          take(Layout{.data = data,
                      .tensor = tensor,
                      .zero = data == 1 ? 0 : zero,
                      .micro_rows = micro,
                      .pieces = pieces,
                      .recompute = recompute});
        }
      }
    }
  }
}

bool BatchFits(const RunShape& run, const Layout& layout) {
  const double share =
      static_cast<double>(layout.batch_rows()) / static_cast<double>(run.batch_rows);
  return std::abs(share - 1) <= kBatchTolerance;
}

}  // namespace

std::vector<Choice> FittingLayouts(const RunShape& run, const Devices& devices) {
  std::vector<Choice> choices;
  ForLayouts(run, devices, [&](const Layout& layout) {
    if (!BatchFits(run, layout)) return;
    const MemoryParts memory = TrainingMemory(run.config, run.seq_len, layout);
    if (memory.total_bytes() > devices.device.memory_bytes) return;
    choices.push_back({layout, PlanStep(run.config, run.seq_len, layout, devices.device), memory});
  });
  const auto speed = [](const Choice& c) { return c.step.tokens_per_s(c.layout); };
  std::stable_sort(choices.begin(), choices.end(),
                   [&](const Choice& a, const Choice& b) { return speed(a) > speed(b); });
  return choices;
}

std::optional<Choice> BestLayout(const RunShape& run, const Devices& devices) {
  std::vector<Choice> choices = FittingLayouts(run, devices);
  if (choices.empty()) return std::nullopt;
  return std::move(choices.front());
}

Choice RequireLayout(const RunShape& run, const Devices& devices) {
  std::optional<Choice> best = BestLayout(run, devices);
  if (best) return *std::move(best);
  double least_bytes = INFINITY;
  int64_t nearest = 0;
  ForLayouts(run, devices, [&](const Layout& layout) {
    const double bytes = TrainingMemory(run.config, run.seq_len, layout).total_bytes();
    least_bytes = std::min(least_bytes, bytes);
    if (bytes > devices.device.memory_bytes) return;
    const int64_t miss = std::abs(layout.batch_rows() - run.batch_rows);
    if (nearest == 0 || miss < std::abs(nearest - run.batch_rows)) nearest = layout.batch_rows();
  });
  if (nearest == 0) {
    throw Error(fmt::format("no layout fits: the smallest needs {} on each of {} devices of {}",
                            FormatBytes(least_bytes), devices.count,
                            FormatBytes(devices.device.memory_bytes)),
                "--devices", "take more of them, larger ones, or a smaller model");
  }
  throw Error(fmt::format("{} sequences in a step cannot be shared by {} devices", run.batch_rows,
                          devices.count),
              "--batch",
              fmt::format("{} sequences, {} tokens, can", nearest, nearest * run.seq_len));
}

}  // namespace cria::plan
